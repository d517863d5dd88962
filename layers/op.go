package layers

import (
	"hash/fnv"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// own is embedded in every op: its result lies in memory of its own, never in that of an input.
// Gorgonia's elementwise ops may overwrite the values they read, so a view of a table would let them
// write into the weights (docs/gorgonia.md).
//
// The memory of two results is used in turn, because allocating them costs more than filling them: what a
// run computed stays as it is until the run after the next one (docs/decisions/0002-reused-memory.md).
type own struct {
	results [2]any
	last    int
}

func (*own) ReturnsPtr() bool     { return false }
func (*own) CallsExtern() bool    { return false }
func (*own) OverwritesInput() int { return -1 }

// result returns memory for the n elements of an op's next result, with whatever is in it.
func result[T kernel.Float](op *own, n int) []T {
	op.last = 1 - op.last
	elems, _ := op.results[op.last].([]T)
	if cap(elems) < n {
		elems = make([]T, n)
		op.results[op.last] = elems
	}
	return elems[:n]
}

// hashcode hashes what op writes. It is all that tells two ops on the same inputs apart: Gorgonia
// merges their nodes when it is equal.
func hashcode(op gorgonia.Op) uint32 {
	h := fnv.New32a()
	op.WriteHash(h)
	return h.Sum32()
}

// tensorOf is the type of a tensor of rank dims. Rank 0 is the element type itself.
func tensorOf(dims int, of hm.Type) hm.Type {
	if dims == 0 {
		return of
	}
	return gorgonia.TensorType{Dims: dims, Of: of}
}

// floats returns the elements of v in row-major order. They are v's own unless v is a scalar or laid
// out otherwise, such as a transposed view.
func floats[T kernel.Float](v gorgonia.Value) ([]T, error) {
	if v.Shape().TotalSize() == 0 {
		return nil, nil // Data of an empty tensor panics
	}
	switch v.(type) {
	case *tensor.Dense, gorgonia.Scalar:
	default: // such as a *sparse.Rows, whose data are some rows
		return nil, errors.Errorf("want a tensor, got a %T", v)
	}
	switch data := v.Data().(type) {
	case []T:
		return rowMajor(v, data), nil
	case T:
		return []T{data}, nil
	}
	return nil, errors.Errorf("want a value of %T, got one of %v", *new(T), v.Dtype())
}

// ints returns the elements of v, ids or labels, in row-major order.
func ints(v gorgonia.Value) ([]int, error) {
	if v.Shape().TotalSize() == 0 {
		return nil, nil
	}
	switch data := v.Data().(type) {
	case []int:
		return rowMajor(v, data), nil
	case []int32:
		return widen(rowMajor(v, data)), nil
	case []int64:
		return widen(rowMajor(v, data)), nil
	case int:
		return []int{data}, nil
	case int32:
		return []int{int(data)}, nil
	case int64:
		return []int{int(data)}, nil
	}
	return nil, errors.Errorf("want int, int32 or int64 values, got %v", v.Dtype())
}

func widen[I int32 | int64](data []I) []int {
	wide := make([]int, len(data))
	for i, x := range data {
		wide[i] = int(x)
	}
	return wide
}

// rowMajor returns data, the memory of v, or a copy of v's elements if v is laid out otherwise.
func rowMajor[E any](v gorgonia.Value, data []E) []E {
	d, ok := v.(*tensor.Dense)
	if !ok || !d.RequiresIterator() && d.DataOrder().IsRowMajor() {
		return data
	}
	elems := make([]E, 0, d.Shape().TotalSize())
	return appendStrided(elems, data, d.Shape(), d.Strides())
}

// appendStrided appends the elements of a tensor that starts at data[0], last axis fastest.
func appendStrided[E any](elems, data []E, shape, strides []int) []E {
	if len(shape) == 0 {
		return append(elems, data[0])
	}
	for i := range shape[0] {
		elems = appendStrided(elems, data[i*strides[0]:], shape[1:], strides[1:])
	}
	return elems
}

// floatsOf returns the elements of v, as floats does, which must number n.
func floatsOf[T kernel.Float](v gorgonia.Value, n int) ([]T, error) {
	elems, err := floats[T](v)
	if err == nil && len(elems) != n {
		err = errors.Errorf("want a value of %d elements, got shape %v", n, v.Shape())
	}
	return elems, err
}

// newValue makes a tensor of data.
func newValue[T kernel.Float](data []T, shape tensor.Shape) gorgonia.Value {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

func dtypeError(what string, dt tensor.Dtype) error {
	return errors.Errorf("%s must be float32 or float64, got %v", what, dt)
}
