package model_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
	"gorgonia-embedding/vectors"
)

// tableOf returns vectors of dim numbers, row·dim and on.
func tableOf(t testing.TB, dim int, words ...string) *vectors.Table {
	t.Helper()
	values := make([]float32, dim*len(words))
	for i := range values {
		values[i] = float32(i+1) / 16
	}
	table, err := vectors.New(vectors.List(words), values)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// row returns a copy of a row of the words' table.
func row(c *model.Classifier, id, dim int) []float32 {
	return weights(c)["embedding.weight"][id*dim : (id+1)*dim]
}

// The words that Vectors has begin with its rows, and all others as without; <pad> is zero.
func TestVectors(t *testing.T) {
	const dim = 3
	table := tableOf(t, dim, "w7", "none", "<pad>", "w3")
	cfg := model.Config{Seed: 2, Arch: model.Bag{Dim: dim}}
	plain := newClassifier(t, 9, 2, cfg)
	cfg.Vectors = table
	c := newClassifier(t, 9, 2, cfg)
	for id := range 9 {
		want := row(plain, id, dim)
		if at, ok := table.ID(c.Vocab().Word(id)); ok && id != data.PadID {
			want = table.Row(at)
		}
		if got := row(c, id, dim); !slices.Equal(got, want) {
			t.Errorf("row %d is %v, want %v", id, got, want)
		}
	}
	// What is saved needs no vectors any more.
	dir := filepath.Join(t.TempDir(), "m")
	if err := c.Save(dir, model.Run{Vectors: &model.VectorsInfo{Name: "glove.txt", Format: "glove", SHA256: "ab", Words: 2}}); err != nil {
		t.Fatal(err)
	}
	again, err := model.Load(os.DirFS(dir))
	if err != nil || !slices.Equal(row(again, 7, dim), table.Row(0)) || again.Run().Vectors.Name != "glove.txt" {
		t.Fatalf("%v, %+v", err, again.Run())
	}
	card, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil || !strings.Contains(string(card), "\n| glove.txt | glove | 2 | ab |\n") {
		t.Errorf("%v\n%s", err, card)
	}
}

// Freeze keeps the rows of Vectors, until Unfreeze, and Untrained the last ones in any case; the others train.
func TestFreeze(t *testing.T) {
	const dim, vocab = 4, 42
	for _, sparse := range []bool{true, false} {
		for _, tt := range []struct {
			freeze   bool
			unfreeze int
			given    bool // whether the rows of Vectors are trained
		}{{false, 0, true}, {true, 0, false}, {true, 1, true}, {true, 3, false}} {
			c := newClassifier(t, vocab, 2, model.Config{Arch: model.Bag{Dim: dim}, Vectors: tableOf(t, dim, "w7", "w8", "w41"), Untrained: 2})
			task := c.Task(separable(1, 60, vocab), separable(2, 20, vocab))
			task.Freeze, task.Sparse = tt.freeze, sparse
			before := weights(c)["embedding.weight"]
			cfg := train.Config{Epochs: 3, Batch: 8, Unfreeze: tt.unfreeze, Optim: rate(0.05)}
			tr := newTrainer(t, task, cfg)
			var after []float32
			tr.OnEpoch = func(train.Epoch) { after = weights(c)["embedding.weight"] }
			if _, err := tr.Fit(t.Context()); err != nil {
				t.Fatal(err)
			}
			for id := 2; id < vocab; id++ {
				want := id < vocab-2 && (tt.given || id != 7 && id != 8)
				if got := !slices.Equal(before[id*dim:(id+1)*dim], after[id*dim:(id+1)*dim]); got != want {
					t.Errorf("%+v, sparse %t: row %d is trained: %t", tt, sparse, id, got)
				}
			}
		}
	}
}

func TestVectorsErrors(t *testing.T) {
	for want, cfg := range map[string]model.Config{
		`the pretrained row 5 has 3 numbers: want 4, the length of the table's rows`:                    {Arch: model.Bag{Dim: 4}, Vectors: tableOf(t, 3, "w5")},
		`wide-and-deep: there are Vectors, and the net has no table for them: make it by Builder.Words`: {Arch: wideAndDeep{4, 2}, Vectors: tableOf(t, 4, "w5")},
		`model: Untrained must be at least 0, got -1`:                                                   {Untrained: -1},
		`model: Untrained is 10, and the vocabulary has 9 words: want no more`:                          {Untrained: 10},
	} {
		if _, err := model.New(cfg, vocabOf(9), labelsOf(2)); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// A text of words that no text to train on had: the file of word vectors has them, near to words that are known.
func ExampleConfig_vectors() {
	const file = "great 2 0\nfine 2 1\ndull -2 0\nno -2 1\nsuperb 2 0.5\n"
	table, _, err := vectors.Read(strings.NewReader(file), "file.txt", vectors.ReadConfig{})
	check(err)
	corpus := data.NewCorpus([]data.Example{{Label: "good", Text: "great fun"}, {Label: "good", Text: "a fine film"}, {Label: "bad", Text: "no fun"}, {Label: "bad", Text: "a dull film"}})
	labels, err := corpus.Labels()
	check(err)
	own := data.NewVocab(corpus.Counts(), data.VocabConfig{})
	vocab := own.Extend([]string{"superb"})
	samples, err := corpus.Encode(vocab, labels, 0)
	check(err)
	c, err := model.New(model.Config{Arch: model.Bag{Dim: 2}, Vectors: table, Untrained: vocab.Len() - own.Len()}, vocab, labels)
	check(err)
	task := c.Task(samples, samples)
	task.Freeze = true
	t, err := train.New(task, train.Config{Epochs: 30, Batch: 4, Optim: optim.Config{LearningRate: 0.05}})
	check(err)
	_, err = t.Fit(context.Background())
	check(err)
	p, err := c.Predict("superb")
	check(err)
	fmt.Printf("%s %.1f\n", p.Label, p.Score)
	// Output: good 1.0
}
