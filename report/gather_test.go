package report_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
	"gorgonia-embedding/report"
	"gorgonia-embedding/train"
)

// trained returns a classifier of the toy set, its history, and the test examples.
func trained(epochs int) (*model.Classifier, train.History, []data.Example) {
	examples, _, test := data.Toy()
	corpus := data.NewCorpus(examples)
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
	labels, err := corpus.Labels()
	check(err)
	samples, err := corpus.Encode(vocab, labels, 0)
	check(err)
	dev, err := data.NewCorpus(examples[:200]).Encode(vocab, labels, 0)
	check(err)
	c, err := model.New(model.Config{Seed: 1, Arch: model.Bag{Dim: 16}}, vocab, labels)
	check(err)
	t, err := train.New(c.Task(samples, dev), train.Config{Epochs: epochs, Batch: 32})
	check(err)
	history, err := t.Fit(context.Background())
	check(err)
	return c, history, test
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func ExampleNew() {
	classifier, history, test := trained(2)
	page, err := report.New(classifier, history, test)
	check(err)
	page.Title = "Opinions"
	var html bytes.Buffer
	check(page.Write(&html))
	fmt.Println(len(page.Results), "results,", strings.Count(html.String(), "<h2>"), "parts")
	// Output: 392 results, 6 parts
}

func TestNew(t *testing.T) {
	c, h, test := trained(4)
	p, err := report.New(c, h, test)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, r := range p.Results {
		if r.Text != test[i].Text || p.Labels[r.Label] != test[i].Label {
			t.Errorf("result %d is %+v of %+v", i, r, test[i])
		}
		if r.Label == r.Predicted {
			right++
		}
	}
	if right < 280 {
		t.Errorf("%d of %d are right", right, len(p.Results))
	}
	for class, words := range p.Words {
		if len(words) != 10 {
			t.Errorf("%d words for %s", len(words), p.Labels[class])
		}
		for i, w := range words {
			said, err := c.Predict(w.Word)
			odds := math.Log(said.Score / (1 - said.Score))
			if err != nil || said.Label != p.Labels[class] || math.Abs(odds-w.LogOdds) > 1e-6*odds || w.Count < 5 || w.Count != c.Vocab().Count(c.Vocab().ID(w.Word)) {
				t.Errorf("%+v for %s, %v (%v)", w, p.Labels[class], said, odds)
			}
			if i > 0 && w.LogOdds > words[i-1].LogOdds {
				t.Errorf("%+v after %+v", w, words[i-1])
			}
		}
	}
	if n := len(p.Map.Places); n != 300 || p.Map.Places[0].Word != c.Vocab().Word(2) {
		t.Errorf("%d places", n)
	}
	for _, at := range p.Map.Places {
		if said, err := c.Predict(at.Word); err != nil || said.Label != p.Labels[at.Class] {
			t.Errorf("%+v, and %s", at, said.Label)
		}
	}
	if _, err := report.New(c, h, []data.Example{{Label: "x", Text: "y"}}); err == nil || err.Error() != `report: example 1 has the label "x", which is no class` {
		t.Error(err)
	}
}
