package model

import (
	"context"
	"fmt"

	"github.com/pkg/errors"

	"gorgonia-embedding/data"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// Evaluation is how a classifier did on labelled samples.
type Evaluation struct {
	Loss      float64 // mean cross-entropy
	Confusion Confusion
}

// Accuracy returns the share of samples that were predicted right.
func (e Evaluation) Accuracy() float64 { return e.Confusion.Accuracy() }

// String returns a line such as "accuracy 0.832, loss 0.4103".
func (e Evaluation) String() string {
	return fmt.Sprintf("accuracy %.3f, loss %.4f", e.Accuracy(), e.Loss)
}

// Evaluate predicts the labels of samples and compares them with those that the samples have. It fails if one of these
// is no class.
func (c *Classifier) Evaluate(ctx context.Context, samples []data.Sample) (Evaluation, error) {
	eval := Evaluation{Confusion: newConfusion(c.cfg.Classes)}
	all := make([]int, len(samples))
	for i, s := range samples {
		if s.Label < 0 || s.Label >= c.cfg.Classes {
			return eval, errors.Errorf("model: sample %d has label %d: want a class in [0, %d)", i, s.Label, c.cfg.Classes)
		}
		all[i] = i
	}
	c.texts.samples = samples
	var err error
	eval.Loss, err = c.eval.Mean(ctx, all, func(batch []int) {
		predicted := c.eval.Predictions()
		for i, example := range batch {
			eval.Confusion[samples[example].Label][predicted[i]]++
		}
	})
	return eval, errors.Wrap(err, "model")
}

// Task is the training of a classifier, for train.New.
type Task struct {
	// Sparse, which is true unless changed, lets a step cost what its words touch; else it costs the whole table.
	Sparse bool

	c          *Classifier
	train, dev []data.Sample
}

// Task returns the training of c on samples, with dev to choose the epoch on.
func (c *Classifier) Task(train, dev []data.Sample) *Task {
	return &Task{Sparse: true, c: c, train: train, dev: dev}
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
	return (&texts{c: t.c, samples: t.train, sparse: t.Sparse}).draw(d)
}

// Evaluate tries the classifier on the samples to choose the epoch on.
func (t *Task) Evaluate(ctx context.Context) (train.Score, error) {
	e, err := t.c.Evaluate(ctx, t.dev)
	return train.Score{Loss: e.Loss, Accuracy: e.Accuracy()}, err
}
