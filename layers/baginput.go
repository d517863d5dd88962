package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/kernel"
)

// bagInput is the input of a bagOp at a run.
type bagInput struct {
	all  []int // the rows of all ids that are in bags; kernel.NoRow for those that are ignored
	ids  []int // the rows that count, bag after bag
	ends []int // where in ids each bag ends
	at   []int // where in the op's ids each of ids stands, if they have weights

	kept []int // memory of ids, if some had to be left out
	bag  []int // of each id
}

// read checks the ids and offsets of in, the values of a bagOp's inputs.
func (b *bagInput) read(op *bagOp, in []gorgonia.Value) error {
	ids, err := ints(in[1])
	if err != nil {
		return errors.Wrapf(err, "embedding bag %q: ids", op.table)
	}
	if in[1].Shape().Dims() != op.idDims {
		return errors.Errorf("embedding bag %q: ids have shape %v, the graph was built for rank %d", op.table, in[1].Shape(), op.idDims)
	}
	b.ends = b.ends[:0]
	if op.offsets() {
		offsets, err := ints(in[2])
		if err == nil {
			err = b.split(offsets, len(ids), op.noLast)
		}
		if err != nil {
			return errors.Wrapf(err, "embedding bag %q: Offsets", op.table)
		}
		if len(b.ends) == 0 {
			ids = nil
		} else {
			ids = ids[:b.ends[len(b.ends)-1]]
		}
	} else {
		for i := range in[1].Shape()[0] {
			b.ends = append(b.ends, (i+1)*in[1].Shape()[1])
		}
	}
	if b.all, err = op.rows(ids, in[1].Shape(), in[0].Shape()[0]); err != nil {
		return err
	}
	b.drop(op)
	return nil
}

// split sets the ends of bags that have these offsets in n ids.
func (b *bagInput) split(offsets []int, n int, noLast bool) error {
	if err := checkOffsets(offsets, n); err != nil {
		return err
	}
	switch {
	case noLast && len(offsets) > 0:
		b.ends = append(append(b.ends, offsets[1:]...), n)
	case !noLast && len(offsets) == 0:
		return errors.New("there are none: the first must be 0")
	case !noLast:
		b.ends = append(b.ends, offsets[1:]...)
	}
	return nil
}

// drop sets ids to those of all that count.
func (b *bagInput) drop(op *bagOp) {
	b.ids = b.all
	if op.padding == kernel.NoPadding && !op.ignores && !op.weighted {
		return
	}
	b.at = b.at[:0]
	if op.weighted && b.at == nil {
		b.at = []int{}
	}
	b.kept, b.at = kernel.DropPadding(b.kept[:0], b.at, b.all, b.ends, op.padding)
	b.ids = b.kept
}

// checkOffsets fails unless offsets are the bounds of bags of at most n ids.
func checkOffsets(offsets []int, n int) error {
	for b, at := range offsets {
		switch {
		case b == 0 && at != 0:
			return errors.Errorf("the first must be 0, got %d", at)
		case b > 0 && at < offsets[b-1]:
			return errors.Errorf("%d at position %d is less than %d before it", at, b, offsets[b-1])
		case at > n:
			return errors.Errorf("%d at position %d is beyond the %d ids", at, b, n)
		}
	}
	return nil
}

// owners returns the bag of each id.
func (b *bagInput) owners() []int {
	b.bag = b.bag[:0]
	for i, end := range b.ends {
		for len(b.bag) < end {
			b.bag = append(b.bag, i)
		}
	}
	return b.bag
}
