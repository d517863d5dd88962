package layers

import (
	"slices"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// bagReader finds the bags of one op: the rows that the ids of a batch of texts mean. Its memory is that of the op.
type bagReader struct {
	idReader
	kernel.Bags      // bags of a run: the rows that count
	offsets     bool // whether there are Offsets; else the ids are a matrix
	noLast      bool // whether the last offset is left out
	weighted    bool // whether the ids have weights
	weightsAt   int  // place of the weights among the op's inputs

	all  []int // rows of all ids that are in bags; kernel.NoRow for those that are ignored
	at   []int // places among the op's ids of each of IDs, if they have weights
	kept []int // IDs, if some had to be left out
	bag  []int // result of owners

	weights, shares any // []T, results of keptWeights and weightShares
}

func (t *Table) bagReader(texts Texts, mode BagMode) *bagReader {
	b := &bagReader{
		idReader: *t.reader(texts.IDs), Bags: kernel.Bags{Dim: t.dim(), Reduce: kernel.Reduce(mode)},
		offsets: texts.Offsets != nil, noLast: texts.NoLastOffset, weighted: texts.Weights != nil, weightsAt: 2,
	}
	if b.offsets {
		b.weightsAt++
	}
	return b
}

// readBags checks the ids and offsets of a run.
func readBags[T kernel.Float](b *bagReader, in *graphop.Values[T]) error {
	ids := in.Ints(1)
	b.Ends = b.Ends[:0]
	if b.offsets {
		if err := b.split(in.Ints(2), len(ids)); err != nil {
			return errors.Wrapf(err, "embedding %q: Offsets", b.table)
		}
		if len(b.Ends) == 0 {
			ids = nil
		} else {
			ids = ids[:b.Ends[len(b.Ends)-1]]
		}
	} else {
		for i := range b.shape[0] {
			b.Ends = append(b.Ends, (i+1)*b.shape[1])
		}
	}
	var err error
	if b.all, err = b.rows(ids); err != nil {
		return err
	}
	b.drop()
	return nil
}

// split sets the ends of bags that have these offsets in n ids.
func (b *bagReader) split(offsets []int, n int) error {
	if err := checkOffsets(offsets, n); err != nil {
		return err
	}
	switch {
	case b.noLast && len(offsets) > 0:
		b.Ends = append(append(b.Ends, offsets[1:]...), n)
	case !b.noLast && len(offsets) == 0:
		return errors.New("there are none: the first must be 0")
	case !b.noLast:
		b.Ends = append(b.Ends, offsets[1:]...)
	}
	return nil
}

// drop sets ids to those of all that count.
func (b *bagReader) drop() {
	b.IDs = b.all
	if b.rules.PaddingIdx == nil && !b.rules.drops() && !b.weighted {
		return
	}
	b.at = b.at[:0]
	if b.weighted && b.at == nil {
		b.at = []int{}
	}
	b.kept, b.at = kernel.DropPadding(b.kept[:0], b.at, b.all, b.Ends, b.rules.padding())
	b.IDs = b.kept
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
func (b *bagReader) owners() []int {
	b.bag = slices.Grow(b.bag[:0], len(b.IDs))[:len(b.IDs)]
	start := 0
	for i, end := range b.Ends {
		bag := b.bag[start:end]
		for k := range bag {
			bag[k] = i
		}
		start = end
	}
	return b.bag
}
