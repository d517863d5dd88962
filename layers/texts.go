package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
)

// Texts is a batch of texts, or of other lists of ids: a vector of ids with Offsets, at which texts of any length
// begin, or a matrix of ids with a text in each row.
type Texts struct {
	// IDs of shape (n) with Offsets, text after text, or (batch, time).
	IDs *gorgonia.Node

	// Offsets of shape (batch+1): text b is IDs[Offsets[b]:Offsets[b+1]], as torch's include_last_offset and the row
	// pointers of a compressed sparse row matrix. The first is 0, and none is less than the one before. IDs after
	// the last offset do not count, so that a static graph takes any batch of up to n ids. Offsets that are as torch
	// has them by default, one for each text, want NoLastOffset: without it they are those of a text less.
	Offsets *gorgonia.Node

	// NoLastOffset says that Offsets has shape (batch): the last text goes to the end of IDs. That is torch's default,
	// include_last_offset=False.
	NoLastOffset bool

	// Weights, if not nil, has the shape of IDs and a weight for each of them: torch's per_sample_weights. They get a
	// gradient. The modes BagSum, BagMean and BagSqrtN take them; a bag whose divisor is 0 gives zeros.
	Weights *gorgonia.Node
}

// inputs returns t as inputs of an op that reads weight too, in the order weight, ids, offsets, weights.
func (t Texts) inputs(weight *gorgonia.Node) []graphop.Input {
	in := []graphop.Input{graphop.Floats("weight", weight), graphop.Ints("ids", t.IDs)}
	if t.Offsets != nil {
		in = append(in, graphop.Ints("Offsets", t.Offsets))
	}
	if t.Weights != nil {
		in = append(in, graphop.Floats("Weights", t.Weights))
	}
	return in
}

// check fails unless the shapes of the nodes fit.
func (t Texts) check() error {
	switch {
	case t.Offsets == nil && t.NoLastOffset:
		return errors.New("NoLastOffset is set, but there are no Offsets")
	case t.Offsets == nil && t.IDs.Dims() != 2:
		return errors.Errorf("want ids of shape (batch, time), or Offsets for a vector of ids, got shape %v", t.IDs.Shape())
	}
	if err := t.checkOffsets(); err != nil || t.Weights == nil {
		return err
	}
	if t.Weights.Dims() != t.IDs.Dims() || !t.Weights.Shape().Eq(t.IDs.Shape()) {
		return errors.Errorf("want Weights of the shape of the ids, %v, got %v", t.IDs.Shape(), t.Weights.Shape())
	}
	return nil
}

func (t Texts) checkOffsets() error {
	if t.Offsets == nil {
		return nil
	}
	least, shape := 1, "(batch+1)"
	if t.NoLastOffset {
		least, shape = 0, "(batch)"
	}
	if t.IDs.Dims() != 1 || t.Offsets.Dims() != 1 || t.Offsets.Shape()[0] < least {
		return errors.Errorf("want ids of shape (n) and Offsets of shape %s, got %v and %v", shape, t.IDs.Shape(), t.Offsets.Shape())
	}
	return nil
}

// batch returns the number of texts.
func (t Texts) batch() int {
	switch {
	case t.Offsets == nil:
		return t.IDs.Shape()[0]
	case t.NoLastOffset:
		return t.Offsets.Shape()[0]
	}
	return t.Offsets.Shape()[0] - 1
}
