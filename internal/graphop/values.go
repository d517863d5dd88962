package graphop

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// Values are the inputs of a run in row-major order: slices of the memory of the values themselves, unless those are
// scalars, views laid out otherwise, or int32 and int64.
type Values[T kernel.Float] struct {
	values []gorgonia.Value
	floats [][]T
	ints   [][]int
}

// Floats returns the elements of input i, one of Floats.
func (v *Values[T]) Floats(i int) []T { return v.floats[i] }

// Ints returns the elements of input i, one of Ints.
func (v *Values[T]) Ints(i int) []int { return v.ints[i] }

// Last returns the elements of the last input: of a gradient, the gradient of the op's result.
func (v *Values[T]) Last() []T { return v.floats[len(v.floats)-1] }

// InPlace reports whether Floats(i) is the memory of the value itself.
func (v *Values[T]) InPlace(i int) bool {
	d, ok := v.values[i].(*tensor.Dense)
	return ok && isRowMajor(d)
}

// read reads the inputs of o, which are of its types and as large as the graph says.
func read[T kernel.Float](o *op, in []gorgonia.Value) (*Values[T], error) {
	v, ok := o.values.(*Values[T])
	if !ok {
		v = &Values[T]{floats: make([][]T, len(o.inputs)), ints: make([][]int, len(o.inputs))}
		o.values = v
	}
	v.values = in
	var err error
	for i, input := range o.inputs {
		switch input.kind {
		case floats:
			v.floats[i], err = Elements[T](in[i])
		case ints:
			v.ints[i], err = elementsAsInt(in[i])
		default:
			continue
		}
		if err == nil {
			err = input.checkShape(in[i].Shape())
		}
		if err != nil {
			return nil, errors.WithMessage(err, strings.TrimPrefix(o.Layer+": ", ": ")+input.name)
		}
	}
	return v, nil
}

// checkShape fails unless a value's shape is that of the input's node. Axes of size 1, which Gorgonia adds to and drops
// from activations as it likes, do not count there.
func (in Input) checkShape(got tensor.Shape) error {
	if in.kind == ints && len(got) != len(in.shape) || !sameShape(got, in.shape) {
		return errors.Errorf("want shape %v, for which the graph was built, got %v", in.shape, got)
	}
	return nil
}

// sameShape reports whether both are equal but for axes of size 1, which Gorgonia adds and drops as it likes.
func sameShape(a, b tensor.Shape) bool {
	if slices.Equal(a, b) {
		return true
	}
	one := func(n int) bool { return n == 1 }
	return slices.Equal(slices.DeleteFunc(a.Clone(), one), slices.DeleteFunc(b.Clone(), one))
}

// Elements returns the elements of v in row-major order. They are v's own unless v is a scalar or laid out otherwise,
// such as a transposed view.
func Elements[T kernel.Float](v gorgonia.Value) ([]T, error) {
	switch v.(type) {
	case *tensor.Dense, gorgonia.Scalar:
	default: // such as a *sparse.Rows, whose data are some rows
		return nil, errors.Errorf("want a tensor, got a %T", v)
	}
	if v.Shape().TotalSize() == 0 {
		return nil, nil // Data of an empty tensor panics
	}
	if d, ok := v.(*tensor.Dense); ok && !d.IsScalar() {
		if data := floatsOf[T](d); data != nil {
			return rowMajor(v, data), nil
		}
	}
	switch data := v.Data().(type) {
	case []T:
		return rowMajor(v, data), nil
	case T:
		return []T{data}, nil
	}
	return nil, errors.Errorf("want a value of %T, got one of %v", *new(T), v.Dtype())
}

// elementsAsInt returns the elements of v in row-major order: a copy of those that are not ints.
func elementsAsInt(v gorgonia.Value) ([]int, error) {
	if v.Shape().TotalSize() == 0 {
		return nil, nil
	}
	if d, ok := v.(*tensor.Dense); ok && d.Dtype() == tensor.Int && !d.IsScalar() { // floatsOf
		return rowMajor(v, d.Ints()), nil
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

// floatsOf returns the memory of d, or nil if its type is another one. d.Data() would make the slice by reflection, 20
// times as slow, and on the heap.
func floatsOf[T kernel.Float](d *tensor.Dense) (data []T) {
	switch data := any(&data).(type) {
	case *[]float32:
		if d.Dtype() == tensor.Float32 {
			*data = d.Float32s()
		}
	case *[]float64:
		if d.Dtype() == tensor.Float64 {
			*data = d.Float64s()
		}
	}
	return data
}

func widen[I int32 | int64](data []I) []int {
	wide := make([]int, len(data))
	for i, x := range data {
		wide[i] = int(x)
	}
	return wide
}

// isRowMajor reports whether the elements of d lie in memory row after row.
func isRowMajor(d *tensor.Dense) bool { return !d.RequiresIterator() && d.DataOrder().IsRowMajor() }

// rowMajor returns data, the memory of v, or a copy of v's elements if v is laid out otherwise.
func rowMajor[E any](v gorgonia.Value, data []E) []E {
	d, ok := v.(*tensor.Dense)
	if !ok || isRowMajor(d) {
		return data
	}
	return appendStrided(make([]E, 0, d.Shape().TotalSize()), data, d.Shape(), d.Strides())
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
