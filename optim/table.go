package optim

import (
	"unsafe"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/sparse"
)

// table is the memory of a parameter: row ids[i] of the weights has row i of grad as its gradient. A dense
// gradient is that of one row.
type table[T kernel.Float] struct {
	weights, grad []T
	ids           []int
	dim           int
	state         [][]T // the rule's slots; nil before the first step

	parts []*sparse.Rows // of several sparse gradients
	rows  sparse.Rows    // their sum
	total []T            // the sum of several gradients of which one is dense
	whole [1]int         // the ids of a dense gradient
	some  bool           // grad is of some rows

	held []int // rows that hold kept
	kept []T
}

func newMemory(dt tensor.Dtype) memory {
	if dt == tensor.Float64 {
		return new(table[float64])
	}
	return new(table[float32])
}

func (t *table[T]) dtype() tensor.Dtype {
	if unsafe.Sizeof(*new(T)) == 8 {
		return tensor.Float64
	}
	return tensor.Float32
}

func (t *table[T]) setWeights(v gorgonia.Value) { t.weights = elements[T](v) }

func (t *table[T]) isSparse() bool { return t.some }

// sum sets grad, ids and dim to the sum of grads: to the only one's own memory, if it is alone. The sum is
// sparse if all are.
func (t *table[T]) sum(grads []gorgonia.Value) {
	t.parts = t.parts[:0]
	for _, g := range grads {
		if rows, ok := g.(*sparse.Rows); ok {
			t.parts = append(t.parts, rows)
		}
	}
	t.some = len(t.parts) == len(grads)
	switch {
	case t.some && len(grads) == 1:
		t.setRows(t.parts[0])
	case t.some:
		_ = t.rows.Sum(t.parts...) // of one shape and type, as checkGrad saw to
		t.setRows(&t.rows)
	case len(grads) == 1:
		t.setDense(elements[T](grads[0]))
	default:
		t.sumDense(grads)
	}
}

func (t *table[T]) setRows(r *sparse.Rows) {
	t.grad, t.ids, t.dim = r.Data().([]T), r.IDs(), r.Shape()[1]
}

func (t *table[T]) setDense(grad []T) {
	t.grad, t.ids, t.dim = grad, t.whole[:], len(grad)
}

func (t *table[T]) sumDense(grads []gorgonia.Value) {
	if t.total == nil {
		t.total = make([]T, len(t.weights))
	}
	clear(t.total)
	for _, g := range grads {
		if rows, ok := g.(*sparse.Rows); ok {
			kernel.ScatterAdd(t.total, rows.Data().([]T), rows.IDs(), rows.Shape()[1], kernel.NoRow)
		} else {
			kernel.Add(t.total, elements[T](g))
		}
	}
	t.setDense(t.total)
}

func (t *table[T]) sumSquares(limit float64) float64 { return kernel.SumSquares(t.grad, T(limit)) }

func (t *table[T]) clamp(limit float64) { kernel.Clamp(t.grad, T(limit)) }

// update makes the rule's arrays at the first step.
func (t *table[T]) update(r Rule, a amounts) {
	if t.state == nil {
		for _, s := range r.slots() {
			array := make([]T, len(t.weights))
			fill(array, s)
			t.state = append(t.state, array)
		}
	}
	switch t := any(t).(type) {
	case *table[float32]:
		r.update32(t, a)
	case *table[float64]:
		r.update64(t, a)
	}
}

// zero sets the dense ones of grads to zero.
func (t *table[T]) zero(grads []gorgonia.Value) {
	for _, g := range grads {
		if _, ok := g.(*sparse.Rows); !ok {
			clear(elements[T](g))
		}
	}
}

// arrays returns the rule's arrays.
func (t *table[T]) arrays() (all []any) {
	for _, array := range t.state {
		all = append(all, array)
	}
	return all
}

func (t *table[T]) setArray(k, n int, array any) {
	if t.state == nil {
		t.state = make([][]T, n)
	}
	t.state[k] = array.([]T)
}

// elements returns the memory of v, of which checkLayout found nothing wrong.
func elements[T kernel.Float](v gorgonia.Value) (data []T) {
	switch data := any(&data).(type) {
	case *[]float32:
		switch v := v.(type) {
		case *tensor.Dense:
			*data = v.Float32s()
		case *gorgonia.F32:
			*data = unsafe.Slice((*float32)(v), 1)
		}
	case *[]float64:
		switch v := v.(type) {
		case *tensor.Dense:
			*data = v.Float64s()
		case *gorgonia.F64:
			*data = unsafe.Slice((*float64)(v), 1)
		}
	}
	return data
}

// checkIDs returns an error unless ids are those of rows of a table.
func checkIDs(ids []int, vocab int) error {
	if i := kernel.FirstOutside(ids, vocab); i >= 0 {
		return errors.Errorf("id %d at position %d of its sparse gradient is outside [0, %d)", ids[i], i, vocab)
	}
	return nil
}
