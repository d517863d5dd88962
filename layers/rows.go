package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// scratch is the memory that rules need at a run.
type scratch struct {
	mapped   []int        // of rows
	limited  []int        // of limitNorms
	distinct kernel.Index // of limitNorms
}

// rows returns the row that each of ids, a tensor of this shape, means in a table of vocab rows: NoRow for one
// that is ignored. It fails if an id is no row and none stands for it.
func (r *rules) rows(ids []int, shape tensor.Shape, vocab int) ([]int, error) {
	if !r.ignores && r.outside == RangeError {
		if i := kernel.FirstOutside(ids, vocab); i >= 0 {
			return nil, r.indexError(ids[i], i, shape, vocab)
		}
		return ids, nil
	}
	r.mapped = r.mapped[:0]
	for i, id := range ids {
		row, ok := r.row(id, vocab)
		if !ok {
			return nil, r.indexError(id, i, shape, vocab)
		}
		r.mapped = append(r.mapped, row)
	}
	return r.mapped, nil
}

func (r *rules) indexError(id, at int, shape tensor.Shape, vocab int) error {
	return &IndexError{r.table, id, at, slices.Clone(shape), vocab}
}

// row returns the row that id means, if it means any.
func (r *rules) row(id, vocab int) (row int, ok bool) {
	switch {
	case r.ignores && id == r.ignored:
		return kernel.NoRow, true
	case uint(id) < uint(vocab):
		return id, true
	}
	switch r.outside {
	case RangeClip:
		return min(max(id, 0), vocab-1), true
	case RangeWrap:
		return (id%vocab + vocab) % vocab, true
	case RangeUnknown:
		return r.unknown, true
	}
	return 0, false
}

// limitNorms scales down those of rows whose norm is above MaxNorm, once each, in weight's own memory, table.
// Rows that are frozen stay as they are.
func limitNorms[T kernel.Float](r *rules, weight gorgonia.Value, table []T, rows []int) error {
	if r.maxNorm == 0 {
		return nil
	}
	if d, ok := weight.(*tensor.Dense); !ok || d.RequiresIterator() || !d.DataOrder().IsRowMajor() {
		return errors.Errorf("embedding %q: MaxNorm changes the weight in place, which must lie in memory row after row: copy the view", r.table)
	}
	r.distinct.Build(rows, kernel.NoRow)
	ids := r.distinct.IDs
	if r.still != nil {
		r.limited = r.limited[:0]
		for _, id := range ids {
			if !r.still.has[id] {
				r.limited = append(r.limited, id)
			}
		}
		ids = r.limited
	}
	kernel.LimitNorms(table, ids, weight.Shape()[1], r.maxNorm, r.normType)
	return nil
}
