package model_test

import (
	"math"
	"strings"
	"testing"

	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
)

// score returns the probability that p has for a label.
func score(p model.Prediction, label string) float64 {
	for _, c := range p.Top(99) {
		if c.Label == label {
			return c.Score
		}
	}
	return math.NaN()
}

// The part of a word is by how much the logarithm of the class's probability falls without it, for any architecture.
func TestExplain(t *testing.T) {
	for _, arch := range []model.Architecture{model.Bag{Dim: 8}, wideAndDeep{Dim: 8, Deep: 6}} {
		c := newClassifier(t, 42, 3, model.Config{Seed: 1, Arch: arch})
		for _, words := range [][]string{{}, {"w3"}, {"w3", "nothing", "w3", "w9", "w4"}, strings.Fields(strings.Repeat("w5 w6 w7 w8 ", 60))} {
			text := strings.Join(words, " ")
			p, err1 := c.Predict(text)
			e, err2 := c.Explain(text)
			if err1 != nil || err2 != nil || e.Class != p.Class || len(e.Words) != len(words) || e.Rest != 0 {
				t.Fatalf("%q: %+v, %v; predicted %v, %v", text, e, err2, p, err1)
			}
			for i, w := range e.Words {
				without, err := c.Predict(strings.Join(append(append([]string{}, words[:i]...), words[i+1:]...), " "))
				want := math.Log(p.Score) - math.Log(score(without, p.Label))
				if err != nil || math.Abs(w.Part-want) > 1e-6 || w.Word != words[i] || w.Unknown != (w.Word == "nothing") {
					t.Errorf("%q: place %d is %+v, %v; want %v", text, i, w, err, want)
				}
			}
		}
	}
}

// A long text is explained by stretches, so that the work has a limit; no word is left out.
func TestExplainLongTexts(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	for words, parts := range map[int]int{256: 256, 257: 129, 4096: 256, 100_000: 10, 1_100_000: 1} {
		e, err := c.Explain(strings.Repeat("w3 ", words))
		got := 0
		for _, w := range e.Words {
			got += len(strings.Fields(w.Word))
		}
		if err != nil || len(e.Words) != parts || got != words {
			t.Errorf("%d words: %d words in %d parts, %v; want %d parts", words, got, len(e.Words), err, parts)
		}
	}
	cfg := small
	cfg.MaxLen = 3
	c = newClassifier(t, 42, 2, cfg)
	if e, err := c.Explain("w2 w3 w4 w5 w6"); err != nil || len(e.Words) != 3 || e.Rest != 2 || !strings.HasSuffix(e.String(), "\nand 2 words that do not count\n") {
		t.Errorf("%v, %v", e, err)
	}
}

func TestExplanationIsEscaped(t *testing.T) {
	e := model.Explanation{Prediction: model.Prediction{Class: model.Class{Label: "<b>", Score: 1}}, Words: []model.Part{{Word: "<i>"}, {Word: "&", Part: -1}}}
	if got := e.HTML(); strings.Contains(got, "<i>") || strings.Contains(got, "<b><b>") || !strings.Contains(got, "&lt;i&gt;") || !strings.Contains(got, ">&amp;<") {
		t.Error(got)
	}
}

// Mistakes are the samples that Evaluate counts as wrong, by falling probability.
func TestMistakes(t *testing.T) {
	c := newClassifier(t, 42, 3, small)
	samples := separable(3, 200, 42)
	e, err := c.Evaluate(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.Mistakes(t.Context(), samples, 1000)
	if want := int(math.Round(200 * (1 - e.Accuracy()))); err != nil || len(all) != want || want == 0 {
		t.Fatalf("%d mistakes, %v; want %d", len(all), err, want)
	}
	for i, m := range all {
		text := ""
		for _, id := range samples.At(m.Sample).IDs {
			text += " " + c.Vocab().Word(int(id))
		}
		p, err := c.Predict(text)
		if err != nil || p.Class != m.Class || m.Label == m.Class.Label || m.Label != c.Labels()[samples.Label(m.Sample)] {
			t.Errorf("%+v of %+v, which is taken for %v, %v", m, samples.At(m.Sample), p, err)
		}
		if i > 0 && m.Score > all[i-1].Score {
			t.Errorf("%+v stands before %+v", all[i-1], m)
		}
	}
	if two, err := c.Mistakes(t.Context(), samples, 2); err != nil || len(two) != 2 || two[1] != all[1] {
		t.Errorf("%v, %v", two, err)
	}
	if _, err := c.Mistakes(t.Context(), data.NewSamples([]data.Sample{{Label: 3}}), 2); err == nil || err.Error() != "model: sample 0 has label 3: want a class in [0, 3)" {
		t.Error(err)
	}
}
