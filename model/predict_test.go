package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// texts returns n texts of the words of vocabOf(vocab), of any length.
func texts(n, vocab int) []string {
	rnd := rand.New(rand.NewPCG(7, 7))
	list := make([]string, n)
	for i := range list {
		for range rnd.IntN(30) * rnd.IntN(30) {
			list[i] += fmt.Sprintf(" w%d", rnd.IntN(vocab+5))
		}
	}
	return list
}

// One text by itself, many together and several at once get the same answers, to the bit.
func TestPredict(t *testing.T) {
	c := newClassifier(t, 42, 3, small)
	list := texts(200, 42)
	all, err := c.PredictAll(list)
	if err != nil || len(all) != len(list) {
		t.Fatal(err)
	}
	var threads sync.WaitGroup
	for range 4 {
		threads.Go(func() {
			for i, text := range list {
				p, err := c.Predict(text)
				if err != nil || !reflect.DeepEqual(p, all[i]) {
					t.Errorf("%q: %v, %v alone, %v among others", text, p, err, all[i])
				}
			}
		})
	}
	threads.Wait()
	for _, p := range all {
		top, sum := p.Top(9), 0.0
		for i, class := range top {
			sum += class.Score
			if i > 0 && class.Score > top[i-1].Score {
				t.Errorf("%v is not in order", top)
			}
		}
		if len(top) != 3 || top[0] != p.Class || math.Abs(sum-1) > 1e-12 || len(p.Top(2)) != 2 || len(p.Top(-1)) != 0 {
			t.Errorf("%v of %v", top, p)
		}
	}
}

// The vector of a text is the mean of its words' rows; words of which there is no row count as <unk>.
func TestEmbed(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	rows := weights(c)["embedding.weight"]
	for text, ids := range map[string][]int{"": nil, "w3": {3}, "w3 W5 w3": {3, 5, 3}, "nothing w2": {1, 2}} {
		v, err := c.Embed(text)
		if err != nil || len(v) != 8 {
			t.Fatal(v, err)
		}
		for i, x := range v {
			want := 0.0
			for _, id := range ids {
				want += float64(rows[id*8+i]) / float64(len(ids))
			}
			if math.Abs(float64(x)-want) > 1e-6 {
				t.Errorf("%q: element %d is %v, want %v", text, i, x, want)
			}
		}
	}
}

// Words after the first MaxLen do not count.
func TestMaxLen(t *testing.T) {
	cfg := small
	cfg.MaxLen = 3
	c := newClassifier(t, 42, 2, cfg)
	short, _ := c.Predict("w2 w3 w4")
	long, err := c.Predict("w2 w3 w4" + strings.Repeat(" w9", 100))
	if err != nil || !reflect.DeepEqual(short, long) {
		t.Errorf("%v, %v of more words: %v", short, long, err)
	}
}
