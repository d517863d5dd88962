package model

import (
	"cmp"
	"context"
	"slices"

	"gorgonia-embedding/data"
)

// Mistake is a sample that a classifier takes for another class than its own.
type Mistake struct {
	Sample int    // its place among the samples
	Label  string // its class
	Class         // what the classifier takes it for, and how sure it is
}

// Mistakes returns the n surest of the samples that are taken for a wrong class, the surest first and equals in the order
// of samples; all of them if there are fewer. Some of these tend to be wrong labels. It fails if a sample's label is no
// class.
func (c *Classifier) Mistakes(ctx context.Context, samples *data.Samples, n int) ([]Mistake, error) {
	var all []Mistake
	err := c.eachSample(ctx, samples, func(i int, logits []float32) {
		if want := samples.Label(i); argmax(logits) != want {
			all = append(all, Mistake{i, c.labels[want], c.prediction(logits).Class})
		}
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b Mistake) int { return cmp.Compare(b.Score, a.Score) })
	return all[:max(0, min(n, len(all)))], nil
}
