package data_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/data"
)

func TestToy(t *testing.T) {
	train, dev, test := data.Toy()
	if n := len(train) + len(dev) + len(test); n < 600 {
		t.Errorf("%d sentences, want 600 or more", n)
	}
	seen := make(map[string]bool)
	for _, split := range [][]data.Example{train, dev, test} {
		counts := make(map[string]int)
		for _, e := range split {
			counts[e.Label]++
			key := strings.Join(data.Words(e.Text), " ")
			if seen[key] {
				t.Errorf("%s:%d stands twice in the set: %s", e.File, e.Line, e.Text)
			}
			seen[key] = true
		}
		if len(counts) != 2 || counts["negative"] != counts["positive"] {
			t.Errorf("%s is not balanced: %v", split[0].File, counts)
		}
	}
}

// Whoever knows only the twenty words of train that tell most gets little further than chance, whether a
// word is chosen by how many sentences of one class it is in beyond the other, or by the ratio of the two.
func TestToyIsNotSolvedByTwentyWords(t *testing.T) {
	train, _, test := data.Toy()
	positive, negative := make(map[string]int), make(map[string]int)
	for _, e := range train {
		for _, w := range distinct(e.Text) {
			if e.Label == "positive" {
				positive[w]++
			} else {
				negative[w]++
			}
		}
	}
	var words []string
	for w := range positive {
		words = append(words, w)
	}
	for w := range negative {
		if positive[w] == 0 {
			words = append(words, w)
		}
	}
	for name, gain := range map[string]func(w string) float64{
		"difference": func(w string) float64 { return float64(positive[w] - negative[w]) },
		"ratio": func(w string) float64 {
			return float64(positive[w]-negative[w]) / float64(positive[w]+negative[w]+3)
		},
	} {
		slices.SortFunc(words, func(a, b string) int {
			return cmp.Or(cmp.Compare(abs(gain(b)), abs(gain(a))), cmp.Compare(a, b))
		})
		best := words[:20]
		right := 0.0
		for _, e := range test {
			score := 0.0
			for _, w := range distinct(e.Text) {
				if slices.Contains(best, w) {
					score += gain(w)
				}
			}
			switch {
			case score == 0:
				right += 0.5 // a guess
			case score > 0 == (e.Label == "positive"):
				right++
			}
		}
		if accuracy := right / float64(len(test)); accuracy > 0.65 {
			t.Errorf("%s: the words %q reach an accuracy of %.3f on test", name, best, accuracy)
		} else {
			t.Logf("%s: %.3f by %q", name, accuracy, best)
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }

func distinct(text string) []string {
	words := data.Words(text)
	slices.Sort(words)
	return slices.Compact(words)
}
