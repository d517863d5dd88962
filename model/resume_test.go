package model_test

import (
	"bytes"
	"errors"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/model"
	"gorgonia-embedding/train"
)

// lookups is an architecture that looks each word up and has dropout on each vector: what a step draws and touches
// depends on how many words its graph has room for.
type lookups struct{}

func (lookups) Name() string { return "lookups" }
func (lookups) Check() error { return nil }

func (lookups) Build(b *model.Builder) (model.Net, error) {
	words, err1 := b.Bag("words", 8)
	out, err2 := b.Linear("out", 8, b.Classes)
	return &lookupsNet{words, b.Dropout(0.3), out}, errors.Join(err1, err2)
}

type lookupsNet struct {
	words *layers.EmbeddingBag
	drop  layers.Layer
	out   layers.Layer
}

func (n *lookupsNet) Forward(texts layers.Texts) (out model.Output, err error) {
	rows, err := layers.Lookup(n.words.Weight(), texts.IDs, layers.IDRules{Sparse: true})
	if err != nil {
		return out, err
	}
	out.Logits, err = layers.Sequential{n.drop, layers.MeanPool{Offsets: texts.Offsets}, n.out}.Forward(rows)
	return out, err
}

func (n *lookupsNet) Learnables() gorgonia.Nodes {
	return append(n.words.Learnables(), n.out.Learnables()...)
}

// A training that is saved after any step goes on with the same bits, whatever its graphs had room for.
func TestResume(t *testing.T) {
	for _, arch := range []model.Architecture{model.Bag{Dim: 8, Hidden: []int{4}, Dropout: 0.3}, lookups{}} {
		start := func() (*model.Classifier, *train.Trainer) {
			c := newClassifier(t, 42, 2, model.Config{Seed: 1, Arch: arch})
			cfg := train.Config{Epochs: 3, Batch: 8, Workers: 2, Seed: 3, Optim: rate(0.02)}
			return c, newTrainer(t, c.Task(separable(1, 60, 42), separable(2, 150, 42)), cfg)
		}
		var saves [][]byte
		save := func(tr *train.Trainer) {
			var b bytes.Buffer
			if err := tr.Save(&b); err != nil {
				t.Fatal(err)
			}
			saves = append(saves, b.Bytes())
		}
		_, straight := start()
		straight.OnBatch = func(int, int) { save(straight) }
		if _, err := straight.Fit(t.Context()); err != nil {
			t.Fatal(err)
		}
		save(straight)
		want := saves[len(saves)-1]
		for i, from := range saves {
			_, tr := start()
			if err := tr.Load(bytes.NewReader(from)); err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if save(tr); !bytes.Equal(saves[len(saves)-1], want) {
				t.Errorf("%s: from step %d on, another training", arch.Name(), i+1)
			}
		}
	}
}
