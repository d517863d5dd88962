package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// Row returns the vector of id, in new memory and without a graph: what a lookup would read now. The vector of a float64
// table is rounded; Rows has it exactly. An id means what it means to a lookup; with MaxNorm the vector is limited, and the
// table stays as it is. It fails with an *IndexError if id is outside the table.
//
// Any number of goroutines may call Row and Rows at once, as the package comment says of graphs.
func (t *Table) Row(id int) ([]float32, error) {
	w, err := t.rowMajor()
	switch {
	case err != nil:
		return nil, t.wrap(err)
	case w.Dtype() == tensor.Float64:
		return narrow(tableRows(t, w.Float64s()).row(id))
	}
	return tableRows(t, w.Float32s()).row(id)
}

// Rows writes the vectors of ids into dst, one after the other: a slice of len(ids)·EmbeddingDim elements, []float32 or
// []float64 as the table is. It fails if dst is another, or with an *IndexError, and has then written nothing. What Row
// says holds for it too.
func (t *Table) Rows(ids []int, dst any) error {
	w, err := t.rowMajor()
	switch {
	case err != nil:
		return t.wrap(err)
	case w.Dtype() == tensor.Float64:
		return tableRows(t, w.Float64s()).rows(ids, dst)
	}
	return tableRows(t, w.Float32s()).rows(ids, dst)
}

// Row returns the vector of id as a Table's Row does, for any number of goroutines at once.
func (q *QuantizedEmbedding) Row(id int) ([]float32, error) {
	if q.dtype == tensor.Float64 {
		return narrow(quantizedRows[float64](q).row(id))
	}
	return quantizedRows[float32](q).row(id)
}

// Rows writes the vectors of ids into dst as a Table's Rows does, for any number of goroutines at once.
func (q *QuantizedEmbedding) Rows(ids []int, dst any) error {
	if q.dtype == tensor.Float64 {
		return quantizedRows[float64](q).rows(ids, dst)
	}
	return quantizedRows[float32](q).rows(ids, dst)
}

// A rowReader reads the rows of a table without a graph. It changes nothing of the table.
type rowReader[T kernel.Float] struct {
	table      string // name, in messages
	rules      *idRules
	vocab, dim int
	data       []T                 // elements of a Table; nil if quantized is set
	quantized  *QuantizedEmbedding // table that is read instead
}

func tableRows[T kernel.Float](t *Table, data []T) rowReader[T] {
	return rowReader[T]{table: t.name, rules: &t.rules, vocab: t.vocab(), dim: t.dim(), data: data}
}

func quantizedRows[T kernel.Float](q *QuantizedEmbedding) rowReader[T] {
	return rowReader[T]{table: q.name, rules: &q.rules, vocab: len(q.low), dim: q.dim, quantized: q}
}

// row returns the vector of id.
func (r rowReader[T]) row(id int) ([]T, error) {
	row, ok := r.rules.row(id, r.vocab)
	if !ok {
		return nil, &IndexError{Table: r.table, ID: id, NumEmbeddings: r.vocab}
	}
	dst := make([]T, r.dim)
	r.read(dst, row)
	return dst, nil
}

// rows writes the vectors of ids into dst, a []T.
func (r rowReader[T]) rows(ids []int, dst any) error {
	all, ok := dst.([]T)
	if !ok {
		return errors.Errorf("embedding %q: dst must be %T, as the table is, got %T", r.table, all, dst)
	}
	if len(all) != len(ids)*r.dim {
		return errors.Errorf("embedding %q: dst must have %d × %d elements, a row for each id, got %d", r.table, len(ids), r.dim, len(all))
	}
	bad := slices.IndexFunc(ids, func(id int) bool { _, ok := r.rules.row(id, r.vocab); return !ok })
	if bad >= 0 {
		return &IndexError{r.table, ids[bad], bad, tensor.Shape{len(ids)}, r.vocab}
	}
	for i, id := range ids {
		row, _ := r.rules.row(id, r.vocab)
		r.read(all[i*r.dim:(i+1)*r.dim], row)
	}
	return nil
}

// read writes what a lookup reads for row, which may be kernel.NoRow.
func (r rowReader[T]) read(dst []T, row int) {
	switch {
	case row == kernel.NoRow:
		clear(dst)
	case r.quantized != nil:
		kernel.Dequantize(dst, r.quantized.codes, r.quantized.low, r.quantized.scale, []int{row}, r.dim)
	default:
		copy(dst, r.data[row*r.dim:])
		if r.rules.MaxNorm != 0 && !r.rules.frozen.contains(row) {
			kernel.LimitNorms(dst, []int{0}, r.dim, r.rules.MaxNorm, r.rules.NormType)
		}
	}
}

// narrow rounds the result of row to float32.
func narrow(wide []float64, err error) ([]float32, error) {
	if err != nil {
		return nil, err
	}
	row := make([]float32, len(wide))
	for j, x := range wide {
		row[j] = float32(x)
	}
	return row, nil
}
