package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// idReader finds the rows that the ids of one op mean. Its memory is that of the op.
type idReader struct {
	rules idRules
	table string // name of the table, in messages
	vocab int
	shape tensor.Shape // shape of the ids

	mapped   []int        // result of rows
	distinct kernel.Index // rows that limitNorms looks at, each once
	limited  []int        // those of them that are not frozen
}

// rows returns the row that each of ids means: NoRow for one that is ignored. It fails if an id is no row and the
// rules give it none.
func (r *idReader) rows(ids []int) ([]int, error) {
	if r.rules.plain() {
		if i := kernel.FirstOutside(ids, r.vocab); i >= 0 {
			return nil, r.indexError(ids[i], i)
		}
		return ids, nil
	}
	r.mapped = r.mapped[:0]
	for i, id := range ids {
		row, ok := r.rules.row(id, r.vocab)
		if !ok {
			return nil, r.indexError(id, i)
		}
		r.mapped = append(r.mapped, row)
	}
	return r.mapped, nil
}

func (r *idReader) indexError(id, at int) error {
	return &IndexError{r.table, id, at, slices.Clone(r.shape), r.vocab}
}

// limitNorms scales down those of rows whose norm is above MaxNorm, once each, in the memory of the table, which is
// that input. Rows that are frozen stay as they are.
func limitNorms[T kernel.Float](r *idReader, in *graphop.Values[T], input int, rows []int) error {
	if r.rules.MaxNorm == 0 {
		return nil
	}
	if !in.InPlace(input) {
		return errors.Errorf("embedding %q: MaxNorm changes the weight in place, which must lie in memory row after row: copy the view", r.table)
	}
	r.distinct.Build(rows, kernel.NoRow)
	ids := r.distinct.IDs
	if r.rules.frozen != nil {
		r.limited = r.limited[:0]
		for _, id := range ids {
			if !r.rules.frozen.has[id] {
				r.limited = append(r.limited, id)
			}
		}
		ids = r.limited
	}
	table := in.Floats(input)
	kernel.LimitNorms(table, ids, len(table)/r.vocab, r.rules.MaxNorm, r.rules.NormType)
	return nil
}
