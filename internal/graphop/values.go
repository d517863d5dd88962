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
	wide   [][]int // memory of ints that are not int
	one    []T     // memory of scalars
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
		n := len(o.inputs)
		v = &Values[T]{floats: make([][]T, n), ints: make([][]int, n), wide: make([][]int, n), one: make([]T, n)}
		o.values = v
	}
	v.values = in
	var err error
	for i, input := range o.inputs {
		switch input.kind {
		case floats:
			v.floats[i], err = elements(in[i], v.one[i:i+1:i+1])
		case ints:
			v.ints[i], err = elementsAsInt(in[i], &v.wide[i])
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

// elements returns the elements of v in row-major order. They are v's own unless v is a scalar, which is put in one, or
// laid out otherwise, such as a transposed view.
func elements[T kernel.Float](v gorgonia.Value, one []T) ([]T, error) {
	d, isTensor := v.(*tensor.Dense)
	if _, isScalar := v.(gorgonia.Scalar); !isTensor && !isScalar { // such as a *sparse.Rows, whose data are some rows
		return nil, errors.Errorf("want a tensor, got a %T", v)
	}
	if isTensor && d.Shape().TotalSize() == 0 {
		return nil, nil // Data of an empty tensor panics
	}
	if isTensor {
		if data := memoryOf[T](d); data != nil {
			return rowMajor(d, data), nil
		}
	}
	if x, ok := scalarOf[T](v); ok {
		one[0] = x
		return one, nil
	}
	return nil, errors.Errorf("want a value of %T, got one of %v", *new(T), v.Dtype())
}

// elementsAsInt returns the elements of v in row-major order: in wide, if they are not ints.
func elementsAsInt(v gorgonia.Value, wide *[]int) ([]int, error) {
	if d, ok := v.(*tensor.Dense); ok {
		if d.Shape().TotalSize() == 0 {
			return nil, nil
		}
		if data := memoryOf[int](d); data != nil {
			return rowMajor(d, data), nil
		}
		if data := memoryOf[int32](d); data != nil {
			return widen(rowMajor(d, data), wide), nil
		}
		if data := memoryOf[int64](d); data != nil {
			return widen(rowMajor(d, data), wide), nil
		}
	}
	switch data := v.Data().(type) {
	case int:
		*wide = append((*wide)[:0], data)
	case int32:
		*wide = append((*wide)[:0], int(data))
	case int64:
		*wide = append((*wide)[:0], int(data))
	default:
		return nil, errors.Errorf("want int, int32 or int64 values, got %v", v.Dtype())
	}
	return *wide, nil
}

// memoryOf returns the memory of d, or nil if its elements are not of type E or it is a scalar. It is d.Data, which
// allocates and takes 20 times as long.
func memoryOf[E any](d *tensor.Dense) (data []E) {
	if d.IsScalar() {
		return nil
	}
	dt := d.Dtype()
	switch to := any(&data).(type) {
	case *[]float32:
		if dt == tensor.Float32 {
			*to = d.Float32s()
		}
	case *[]float64:
		if dt == tensor.Float64 {
			*to = d.Float64s()
		}
	case *[]int:
		if dt == tensor.Int {
			*to = d.Ints()
		}
	case *[]int32:
		if dt == tensor.Int32 {
			*to = d.Int32s()
		}
	case *[]int64:
		if dt == tensor.Int64 {
			*to = d.Int64s()
		}
	}
	return data
}

// scalarOf returns the element of v, if it is one of type T.
func scalarOf[T kernel.Float](v gorgonia.Value) (x T, ok bool) {
	switch v := v.(type) {
	case *gorgonia.F32: // whose Data allocates
		if to, ok := any(&x).(*float32); ok {
			*to = float32(*v)
			return x, true
		}
	case *gorgonia.F64:
		if to, ok := any(&x).(*float64); ok {
			*to = float64(*v)
			return x, true
		}
	case *tensor.Dense:
		if v.IsScalar() {
			x, ok = v.Data().(T)
		}
	}
	return x, ok
}

func widen[I int32 | int64](data []I, wide *[]int) []int {
	*wide = slices.Grow((*wide)[:0], len(data))
	for _, x := range data {
		*wide = append(*wide, int(x))
	}
	return *wide
}

// isRowMajor reports whether the elements of d lie in memory row after row.
func isRowMajor(d *tensor.Dense) bool { return !d.RequiresIterator() && d.DataOrder().IsRowMajor() }

// rowMajor returns data, the memory of d, or a copy of d's elements if d is laid out otherwise.
func rowMajor[E any](d *tensor.Dense, data []E) []E {
	if isRowMajor(d) {
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
