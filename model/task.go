package model

import (
	"context"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// Task is the training of a classifier, for train.New.
type Task struct {
	// Sparse, which is true unless changed, lets a step cost what its words touch; else it costs the whole table.
	Sparse bool

	// ClassWeights is how much a sample of each class counts in the loss of the training, such as BalancedWeights; nil
	// means 1 each. The loss of a batch, and of each worker's part of one, is then the sum of weight·loss of its samples
	// divided by the sum of their weights, as in torch.nn.CrossEntropyLoss. Evaluations take no notice of them.
	ClassWeights []float64

	c          *Classifier
	train, dev []data.Sample
}

// Task returns the training of c on samples, with dev to choose the epoch on.
func (c *Classifier) Task(train, dev []data.Sample) *Task {
	return &Task{Sparse: true, c: c, train: train, dev: dev}
}

// BalancedWeights returns ClassWeights with which each class counts as much as any other one in the sum over the samples
// to train on, as scikit-learn's class_weight="balanced":
//
//	weight of a class = n / (k·count)
//
// for n samples of k classes, of which count are of the class. A class without samples has weight 0.
func (t *Task) BalancedWeights() []float64 {
	weights, k := make([]float64, len(t.c.labels)), 0.0
	for _, s := range t.train {
		if s.Label < 0 || s.Label >= len(weights) {
			continue // the training says so
		}
		if weights[s.Label] == 0 {
			k++
		}
		weights[s.Label]++
	}
	for class, count := range weights {
		if count > 0 {
			weights[class] = float64(len(t.train)) / (k * count)
		}
	}
	return weights
}

// Len returns the number of samples to train on.
func (t *Task) Len() int { return len(t.train) }

// Params returns the classifier's parameters.
func (t *Task) Params() *params.Set { return t.c.params }

// Draw draws a graph of samples to train on. It fails if there are no samples to choose the epoch on.
func (t *Task) Draw(d train.Drawing) (*train.Graph, error) {
	if len(t.dev) == 0 {
		return nil, errors.New("no samples to choose the epoch on")
	}
	texts, labels := t.texts(nil, d.Examples), make([]int, d.Batch)
	in := newBatch(d.Batch, words(texts))
	b := &Builder{Graph: gorgonia.NewGraph(), Mode: d.Mode, Rand: d.Rand, Sparse: t.Sparse}
	net, out, err := t.c.forward(b, in)
	if err != nil {
		return nil, err
	}
	classes, err := layers.Input(b.Graph, "labels", labels)
	if err != nil {
		return nil, err
	}
	cost, err := loss.CrossEntropyWith(out.Logits, classes, loss.CrossEntropyConfig{Weight: t.ClassWeights})
	return &train.Graph{Loss: cost, Logits: out.Logits, Labels: labels, Learnables: net.Learnables(), Fill: func(examples []int) bool {
		texts = t.texts(texts[:0], examples)
		t.labels(labels, examples)
		return in.fill(texts)
	}}, err
}

// texts appends the words of examples to list.
func (t *Task) texts(list [][]int32, examples []int) [][]int32 {
	for _, i := range examples {
		list = append(list, t.train[i].IDs)
	}
	return list
}

// labels writes the classes of examples to dst. What is beyond them counts for nothing.
func (t *Task) labels(dst []int, examples []int) {
	for i := range dst {
		dst[i] = loss.Ignored
		if i < len(examples) {
			dst[i] = t.train[examples[i]].Label
		}
	}
}

// Evaluate tries the classifier on the samples to choose the epoch on.
func (t *Task) Evaluate(ctx context.Context) (train.Score, error) {
	e, err := t.c.Evaluate(ctx, t.dev)
	return train.Score{Loss: e.Loss, Accuracy: e.Accuracy(), MacroF1: e.MacroF1()}, err
}
