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

	// Freeze leaves the rows that Config.Vectors gave as they are, for train.Config.Unfreeze epochs or, if that is 0, for
	// all of them. The other words' rows are trained. See layers.IDRules.FreezeRows for a weight decay without Sparse.
	Freeze bool

	// ClassWeights is how much a sample of each class counts in the loss of the training, such as BalancedWeights; nil
	// means 1 each. The loss of a batch, and of each worker's part of one, is then the sum of weight·loss of its samples
	// divided by the sum of their weights, as in torch.nn.CrossEntropyLoss. Evaluations take no notice of them.
	ClassWeights []float64

	c          *Classifier
	train, dev *data.Samples
}

// Task returns the training of c on samples, with dev to choose the epoch on.
func (c *Classifier) Task(train, dev *data.Samples) *Task {
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
	for i := range t.Len() {
		label := t.train.Label(i)
		if label < 0 || label >= len(weights) {
			continue // the training says so
		}
		if weights[label] == 0 {
			k++
		}
		weights[label]++
	}
	for class, count := range weights {
		if count > 0 {
			weights[class] = float64(t.Len()) / (k * count)
		}
	}
	return weights
}

// Len returns the number of samples to train on.
func (t *Task) Len() int { return t.train.Len() }

// Params returns the classifier's parameters.
func (t *Task) Params() *params.Set { return t.c.params }

// Draw draws a graph of samples to train on. It fails if there are no samples to choose the epoch on.
func (t *Task) Draw(d train.Drawing) (*train.Graph, error) {
	if t.dev.Len() == 0 {
		return nil, errors.New("no samples to choose the epoch on")
	}
	ids, _ := t.train.Append(nil, nil, d.Examples...)
	in, labels := newBatch(d.Batch, len(ids)), make([]int, d.Batch)
	b := &Builder{Graph: gorgonia.NewGraph(), Mode: d.Mode, Rand: d.Rand, Sparse: t.Sparse, frozen: t.c.frozen(t.Freeze && !d.Unfrozen)}
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
		t.labels(labels, examples)
		return in.read(t.train, examples)
	}}, err
}

// labels writes the classes of examples to dst. What is beyond them counts for nothing.
func (t *Task) labels(dst []int, examples []int) {
	for i := range dst {
		dst[i] = loss.Ignored
		if i < len(examples) {
			dst[i] = t.train.Label(examples[i])
		}
	}
}

// Evaluate tries the classifier on the samples to choose the epoch on.
func (t *Task) Evaluate(ctx context.Context) (train.Score, error) {
	e, err := t.c.Evaluate(ctx, t.dev)
	return train.Score{Loss: e.Loss, Accuracy: e.Accuracy(), MacroF1: e.MacroF1()}, err
}
