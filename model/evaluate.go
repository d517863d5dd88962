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
func (c *Classifier) Evaluate(ctx context.Context, samples *data.Samples) (Evaluation, error) {
	eval := Evaluation{Confusion: newConfusion(len(c.labels))}
	err := c.eachSample(ctx, samples, func(i int, logits []float32) {
		label := samples.Label(i)
		eval.Confusion[label][argmax(logits)]++
		eval.Loss -= logSoftmax(logits, label) / float64(samples.Len())
	})
	return eval, err
}

// eachSample calls f with the logits of each sample, in order. It fails if a sample's label is no class.
func (c *Classifier) eachSample(ctx context.Context, samples *data.Samples, f func(i int, logits []float32)) error {
	for i := range samples.Len() {
		if label := samples.Label(i); label < 0 || label >= len(c.labels) {
			return errors.Errorf("model: sample %d has label %d: want a class in [0, %d)", i, label, len(c.labels))
		}
	}
	var places, ends []int
	var ids []int32
	err := c.eachBatch(ctx, samples.Len(), func(from, to int) [][]int32 {
		for places = places[:0]; from < to; from++ {
			places = append(places, from)
		}
		ids, ends = samples.Append(ids[:0], ends[:0], places...)
		return cut(ids, ends)
	}, f)
	return errors.Wrap(err, "model")
}

// cut cuts the words of texts where these end.
func cut(ids []int32, ends []int) [][]int32 {
	texts, start := make([][]int32, len(ends)), 0
	for i, end := range ends {
		texts[i], start = ids[start:end], end
	}
	return texts
}

// each calls f with the logits of each text, in order.
func (c *Classifier) each(ctx context.Context, texts [][]int32, f func(i int, logits []float32)) error {
	return c.eachBatch(ctx, len(texts), func(from, to int) [][]int32 { return texts[from:to] }, f)
}

// eachBatch calls f with the logits of each of n texts, in order; texts returns those from a place to another.
func (c *Classifier) eachBatch(ctx context.Context, n int, texts func(from, to int) [][]int32, f func(i int, logits []float32)) error {
	for from := 0; from < n; from += c.bulk.texts {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := texts(from, min(from+c.bulk.texts, n))
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
