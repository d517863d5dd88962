package model_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/choice"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// vocabOf returns a vocabulary of n ids: <pad>, <unk>, and the words w2, w3, ….
func vocabOf(n int) *data.Vocab {
	counts := make(map[string]int)
	for id := 2; id < n; id++ {
		counts[fmt.Sprintf("w%d", id)] = n - id
	}
	return data.NewVocab(counts, data.VocabConfig{})
}

// labelsOf returns n labels: c0, c1, ….
func labelsOf(n int) (labels data.Labels) {
	for i := range n {
		labels = append(labels, fmt.Sprintf("c%d", i))
	}
	return labels
}

// newClassifier returns a classifier of vocabOf(vocab) and labelsOf(classes).
func newClassifier(t testing.TB, vocab, classes int, cfg model.Config) *model.Classifier {
	t.Helper()
	c, err := model.New(cfg, vocabOf(vocab), labelsOf(classes))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newTrainer(t testing.TB, task train.Task, cfg train.Config) *train.Trainer {
	t.Helper()
	tr, err := train.New(task, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// weights returns copies of the parameters by name.
func weights(c *model.Classifier) map[string][]float32 {
	w := make(map[string][]float32)
	for p := range c.Params().All() {
		w[p.Name] = slices.Clone(p.Data.([]float32))
	}
	return w
}

// separable returns n samples whose class is that of the parity of most of their words.
func separable(seed uint64, n, vocab int) *data.Samples {
	return data.NewSamples(separableList(seed, n, vocab))
}

func separableList(seed uint64, n, vocab int) []data.Sample {
	rnd := rand.New(rand.NewPCG(seed, 9))
	samples := make([]data.Sample, n)
	for i := range samples {
		label := rnd.IntN(2)
		ids := make([]int32, 1+rnd.IntN(20))
		for j := range ids {
			ids[j] = int32(2 + rnd.IntN((vocab-2)/2)*2 + label)
		}
		samples[i] = data.Sample{IDs: ids, Label: label}
	}
	return samples
}

var (
	small    = model.Config{Seed: 3, Arch: model.Bag{Dim: 8, Hidden: []int{6}, Dropout: 0.3}}
	training = train.Config{Epochs: 4, Batch: 16, Seed: 3, Optim: optim.Config{LearningRate: 0.01}}
)

func TestConfigErrors(t *testing.T) {
	for want, cfg := range map[string]model.Config{
		"model: MaxLen must be at least 0, got -1":          {MaxLen: -1},
		"model: Dim must be at least 1, got 0":              {Arch: model.Bag{}},
		"model: Dropout must be in [0, 1), got 1":           {Arch: model.Bag{Dim: 4, Dropout: 1}},
		"model: Dropout must be in [0, 1), got NaN":         {Arch: model.Bag{Dim: 4, Dropout: math.NaN()}},
		"model: Hidden sizes must be at least 1, got [3 0]": {Arch: model.Bag{Dim: 4, Hidden: []int{3, 0}}},
	} {
		if _, err := model.New(cfg, vocabOf(10), labelsOf(2)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := model.New(model.Config{}, nil, labelsOf(2)); err == nil || err.Error() != "model: a classifier needs a Vocab: data.NewVocab makes one" {
		t.Error(err)
	}
	if _, err := model.New(model.Config{}, vocabOf(10), labelsOf(1)); err == nil || err.Error() != "model: a classifier needs two labels or more, got 1" {
		t.Error(err)
	}
}

func TestConfigIsJSON(t *testing.T) {
	raw, err := json.Marshal(small)
	if want := `{"seed":3,"max_len":0,"architecture":{"arch":"bag","dim":8,"hidden":[6],"dropout":0.3}}`; err != nil || string(raw) != want {
		t.Errorf("%s, %v", raw, err)
	}
	var got model.Config
	if err := json.Unmarshal(raw, &got); err != nil || !reflect.DeepEqual(got, small) {
		t.Errorf("%s became %+v, %v", raw, got, err)
	}
}

// What a Config leaves out is what the table of architectures says.
func TestDefaultArchitecture(t *testing.T) {
	c := newClassifier(t, 10, 2, model.Config{})
	var read model.Config
	if err := json.Unmarshal([]byte(`{"architecture":{"arch":"bag"}}`), &read); err != nil {
		t.Fatal(err)
	}
	want := model.Bag{Dim: 64, Dropout: 0.5}
	if !reflect.DeepEqual(c.Config().Arch, want) || !reflect.DeepEqual(read.Arch, want) {
		t.Errorf("%+v, read %+v", c.Config(), read)
	}
	err := json.Unmarshal([]byte(`{"architecture":{"arch":"dog"}}`), &read)
	if want := fmt.Sprintf("arch must be %v, got %q", choice.Of[model.Architecture](model.Architectures()), "dog"); err == nil || err.Error() != want {
		t.Error(err)
	}
}

// Every graph of a classifier works on one set of weights.
func TestGraphsShareWeights(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	memory := make(map[string]*float32)
	for p := range c.Params().All() {
		memory[p.Name] = &p.Data.([]float32)[0]
	}
	for _, d := range []train.Drawing{{Batch: 1}, {Mode: train.Training, Batch: 16}, {Mode: train.Training, Batch: 64, Examples: []int{0}}} {
		for _, sparse := range []bool{true, false} {
			var names []string
			for _, n := range draw(t, c, separable(1, 1, 42), sparse, d).Learnables {
				names = append(names, n.Name())
				if got := n.Value().Data().([]float32); &got[0] != memory[n.Name()] {
					t.Errorf("%+v: %s has memory of its own", d, n.Name())
				}
			}
			if want := []string{"embedding.weight", "hidden.0.weight", "hidden.0.bias", "output.weight", "output.bias"}; !slices.Equal(names, want) {
				t.Errorf("%+v: parameters %v, want %v", d, names, want)
			}
		}
	}
	if want := 42*8 + 8*6 + 6 + 6*2 + 2; c.NumWeights() != want {
		t.Errorf("NumWeights = %d, want %d", c.NumWeights(), want)
	}
	if want := "embedding 42×8 → mean → 6 ReLU → 2 classes, 404 weights"; c.String() != want {
		t.Errorf("String = %q, want %q", c, want)
	}
}

// draw draws a graph to train c on samples.
func draw(t *testing.T, c *model.Classifier, samples *data.Samples, sparse bool, d train.Drawing) *train.Graph {
	t.Helper()
	task := c.Task(samples, samples)
	task.Sparse, d.Rand = sparse, rand.New(rand.NewPCG(1, 1))
	gr, err := task.Draw(d)
	if err != nil {
		t.Fatal(err)
	}
	return gr
}

// A batch that is not full gives the loss and the gradients of a graph of its own size.
func TestSmallerBatchCountsAsAlone(t *testing.T) {
	cfg := small
	cfg.Arch = model.Bag{Dim: 8, Hidden: []int{6}}
	list := separableList(1, 5, 42)
	for i := range list {
		list[i].IDs = list[i].IDs[:1+i%2]
	}
	samples := data.NewSamples(list)
	all := []int{0, 1, 2, 3, 4}
	gradients := func(size int) (loss float32, grads [][]float32) {
		gr := draw(t, newClassifier(t, 42, 2, cfg), samples, false, train.Drawing{Mode: train.Training, Batch: size, Examples: all})
		if _, err := gorgonia.Grad(gr.Loss, gr.Learnables...); err != nil || !gr.Fill(all) {
			t.Fatal(err)
		}
		var value gorgonia.Value
		gorgonia.Read(gr.Loss, &value)
		if err := gorgonia.NewTapeMachine(gr.Loss.Graph()).RunAll(); err != nil {
			t.Fatal(err)
		}
		for _, n := range gr.Learnables {
			g, err := n.Grad()
			if err != nil {
				t.Fatal(err)
			}
			grads = append(grads, slices.Clone(g.Data().([]float32)))
		}
		return value.Data().(float32), grads
	}
	loss, grads := gradients(5)
	paddedLoss, padded := gradients(64)
	if loss != paddedLoss || !reflect.DeepEqual(grads, padded) {
		t.Errorf("loss %v alone, %v in a batch of 64; gradients equal: %t", loss, paddedLoss, reflect.DeepEqual(grads, padded))
	}
}

// Weights that are no longer numbers give a loss that is none, and no panic: the class of such logits is the first.
func TestEvaluateOfWeightsThatAreNaN(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	for p := range c.Params().All() {
		for i := range p.Data.([]float32) {
			p.Data.([]float32)[i] = float32(math.NaN())
		}
	}
	eval, err := c.Evaluate(t.Context(), data.NewSamples([]data.Sample{{IDs: []int32{2}, Label: 1}}))
	if err != nil || !math.IsNaN(eval.Loss) || eval.Confusion[1][0] != 1 {
		t.Errorf("%+v, %v: want a loss of NaN, and class 0", eval, err)
	}
}

func TestEvaluationNeedsLabels(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	for label, want := range map[int]string{
		loss.Ignored: "model: sample 1 has label -1: want a class in [0, 2)",
		2:            "model: sample 1 has label 2: want a class in [0, 2)",
	} {
		_, err := c.Evaluate(t.Context(), data.NewSamples([]data.Sample{{IDs: []int32{2}}, {IDs: []int32{2}, Label: label}}))
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestWordOutsideTheTable(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	_, err := c.Evaluate(t.Context(), data.NewSamples([]data.Sample{{IDs: []int32{2, 42}, Label: 0}}))
	if err == nil || !strings.Contains(err.Error(), `embedding "embedding": id 42 at position 1 (of shape (256)) is outside [0, 42)`) {
		t.Errorf("got %v", err)
	}
}

// The guard of the graph finds leaves that Gorgonia would take for one (as in the layers' TestTrap…).
func TestGraphsHaveDistinctHashes(t *testing.T) {
	c := newClassifier(t, 50, 2, model.Config{Arch: model.Bag{Dim: 8, Hidden: []int{8, 8, 8}, Dropout: 0.5}})
	gr := draw(t, c, separable(1, 8, 50), true, train.Drawing{Mode: train.Training, Batch: 8})
	if _, err := gorgonia.Grad(gr.Loss, gr.Learnables...); err != nil {
		t.Fatal(err)
	}
	seen := make(map[uint32]*gorgonia.Node)
	for _, n := range gr.Loss.Graph().AllNodes() {
		if other := seen[n.Hashcode()]; other != nil {
			t.Errorf("%v and %v have one hash", n, other)
		}
		seen[n.Hashcode()] = n
	}
}
