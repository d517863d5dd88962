package model

import (
	"context"
	"fmt"
	"math"

	"github.com/pkg/errors"

	"gorgonia-embedding/data"
)

// Evaluation is how a classifier did on labelled samples.
type Evaluation struct {
	Loss      float64 // mean cross-entropy
	Confusion Confusion
}

// Accuracy returns the share of samples that were predicted right.
func (e Evaluation) Accuracy() float64 { return e.Confusion.Accuracy() }

// MacroF1 returns the mean F1 of the classes, as Confusion.MacroF1 does.
func (e Evaluation) MacroF1() float64 { return e.Confusion.MacroF1() }

// String returns a line such as "accuracy 0.832, macro F1 0.830, loss 0.4103".
func (e Evaluation) String() string {
	return fmt.Sprintf("accuracy %.3f, macro F1 %.3f, loss %.4f", e.Accuracy(), e.MacroF1(), e.Loss)
}

// Evaluate predicts the labels of samples and compares them with those that the samples have. It fails if one of these
// is no class.
func (c *Classifier) Evaluate(ctx context.Context, samples []data.Sample) (Evaluation, error) {
	eval := Evaluation{Confusion: newConfusion(len(c.labels))}
	texts, err := c.texts(samples)
	if err != nil {
		return eval, err
	}
	err = c.each(ctx, texts, func(i int, logits []float32) {
		label := samples[i].Label
		eval.Confusion[label][argmax(logits)]++
		eval.Loss -= logSoftmax(logits, label) / float64(len(samples))
	})
	return eval, errors.Wrap(err, "model")
}

// texts returns the words of samples. It fails if a sample's label is no class.
func (c *Classifier) texts(samples []data.Sample) ([][]int32, error) {
	texts := make([][]int32, len(samples))
	for i, s := range samples {
		if s.Label < 0 || s.Label >= len(c.labels) {
			return nil, errors.Errorf("model: sample %d has label %d: want a class in [0, %d)", i, s.Label, len(c.labels))
		}
		texts[i] = s.IDs
	}
	return texts, nil
}

// each calls f with the logits of each text, in order.
func (c *Classifier) each(ctx context.Context, texts [][]int32, f func(i int, logits []float32)) error {
	for from := 0; from < len(texts); from += c.bulk.texts {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := texts[from:min(from+c.bulk.texts, len(texts))]
		r, err := c.bulk.take(words(part))
		if err != nil {
			return err
		}
		logits, err := r.run(part)
		for i := range part {
			if err == nil {
				f(from+i, logits[i*len(c.labels):(i+1)*len(c.labels)])
			}
		}
		c.bulk.put(r)
		if err != nil {
			return err
		}
	}
	return nil
}

// argmax returns the class of the largest logit, the first of equals, and 0 if all are NaN.
func argmax(logits []float32) (class int) {
	for i, x := range logits {
		if x > logits[class] || math.IsNaN(float64(logits[class])) && !math.IsNaN(float64(x)) {
			class = i
		}
	}
	return class
}

// logSoftmax returns the logarithm of the probability of a class.
func logSoftmax(logits []float32, class int) float64 {
	largest, sum := float64(logits[argmax(logits)]), 0.0
	for _, x := range logits {
		sum += math.Exp(float64(x) - largest)
	}
	return float64(logits[class]) - largest - math.Log(sum)
}
