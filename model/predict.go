package model

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/pkg/errors"

	"gorgonia-embedding/data"
)

// Class is a class with its probability.
type Class struct {
	Label string  `json:"label"`
	Score float64 `json:"score"`
}

// Prediction is what a classifier says of a text: its most probable class, the first of equals.
type Prediction struct {
	Class
	scores []float64 // of all labels, in their order
	labels data.Labels
}

// Top returns the k most probable classes, the most probable first and equals in the order of labels; all of them if
// there are fewer.
func (p Prediction) Top(k int) []Class {
	if k == 1 {
		return []Class{p.Class}
	}
	all := make([]Class, len(p.labels))
	for i, label := range p.labels {
		all[i] = Class{label, p.scores[i]}
	}
	slices.SortStableFunc(all, func(a, b Class) int { return cmp.Compare(b.Score, a.Score) })
	return all[:max(0, min(k, len(all)))]
}

// Predict returns the class of a text. A text without known words has what such texts had in training.
func (c *Classifier) Predict(text string) (Prediction, error) {
	r, logits, err := c.read(text)
	if err != nil {
		return Prediction{}, errors.Wrap(err, "model")
	}
	defer c.single.put(r)
	return c.prediction(logits), nil
}

// PredictAll returns the classes of texts, in their order.
func (c *Classifier) PredictAll(texts []string) ([]Prediction, error) {
	if len(texts) == 1 { // a graph of many costs more
		p, err := c.Predict(texts[0])
		return []Prediction{p}, err
	}
	ids, memory := make([][]int32, len(texts)), make([]int32, 0, 32*len(texts))
	for i, text := range texts {
		start := len(memory)
		memory = c.vocab.AppendIDs(memory, []byte(text), c.cfg.MaxLen)
		ids[i] = memory[start:]
	}
	all, scores, classes := make([]Prediction, len(texts)), make([]float64, len(texts)*len(c.labels)), len(c.labels)
	err := c.each(context.Background(), ids, func(i int, logits []float32) {
		all[i] = c.predictionIn(scores[i*classes:(i+1)*classes:(i+1)*classes], logits)
	})
	return all, errors.Wrap(err, "model")
}

// Embed returns the vector of a text from which the classes are told: for Bag, the mean of its words' vectors. It fails
// if the architecture has no such vector.
func (c *Classifier) Embed(text string) ([]float32, error) {
	r, _, err := c.read(text)
	if err != nil {
		return nil, errors.Wrap(err, "model")
	}
	defer c.single.put(r)
	if r.vectors == nil {
		return nil, errors.Errorf("model: the architecture %s has no vector of a text: its Output has no Vectors", c.cfg.Arch.Name())
	}
	return slices.Clone(r.vectors.Data().([]float32)), nil
}

// read reads a text in a graph, which the caller puts back.
func (c *Classifier) read(text string) (*reader, []float32, error) {
	ids := c.vocab.IDs(text, c.cfg.MaxLen)
	r, err := c.single.take(len(ids))
	if err != nil {
		return nil, nil, err
	}
	logits, err := r.run([][]int32{ids})
	if err != nil {
		c.single.put(r)
	}
	return r, logits, err
}

// prediction returns the classes with the probabilities softmax(logits).
func (c *Classifier) prediction(logits []float32) Prediction {
	return c.predictionIn(make([]float64, len(logits)), logits)
}

// predictionIn is prediction with the memory for the probabilities.
func (c *Classifier) predictionIn(scores []float64, logits []float32) Prediction {
	class, sum := argmax(logits), 0.0
	for i, x := range logits {
		scores[i] = math.Exp(float64(x - logits[class]))
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
	return Prediction{Class{c.labels[class], scores[class]}, scores, c.labels}
}
