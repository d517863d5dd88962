package optim

import (
	"slices"
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/sparse"
)

// memory is a *memoryOf[float32] or a *memoryOf[float64].
type memory interface {
	dtype() tensor.Dtype
	setWeights(v gorgonia.Value)
	sum(grads []gorgonia.Value, own bool)
	keep() gorgonia.Value // keeps the sum, of memory that is its own, and returns it
	firstNotFinite(filled []int, dim int) (at int, x float64)
	isSparse() bool // whether the sum is of some rows only
	sumSquares(limit float64) float64
	clamp(limit float64)
	step(p *param, r Rule, a amounts)
	grow(slots []slot, n int)
	zero(grads []gorgonia.Value)
	stateArrays() []any
	setArray(k, n int, array any) // sets the k-th of n arrays of the state
}

// memoryOf is the memory of a parameter: row ids[i] of the weights has row i of grad as its gradient. A dense gradient
// is that of one row.
type memoryOf[T kernel.Float] struct {
	weights, grad []T
	ids           []int
	dim           int
	state         [][]T // arrays of the rule's slots; nil before the first step

	parts []*sparse.Rows // addends of a sparse sum
	rows  sparse.Rows    // sum of several sparse gradients
	total []T            // sum of several gradients of which one is dense
	kept  keptSum[T]
	row   []T    // memory of firstNotFinite
	whole [1]int // ids of a dense gradient
	some  bool   // whether grad is of some rows only

	frozenIDs []int // frozen rows that a step could move
	frozen    []T   // weights of those rows before the step
}

func newMemory(dt tensor.Dtype) memory {
	if dt == tensor.Float64 {
		return new(memoryOf[float64])
	}
	return new(memoryOf[float32])
}

func (m *memoryOf[T]) dtype() tensor.Dtype {
	if unsafe.Sizeof(*new(T)) == 8 {
		return tensor.Float64
	}
	return tensor.Float32
}

func (m *memoryOf[T]) setWeights(v gorgonia.Value) { m.weights = elements[T](v) }

func (m *memoryOf[T]) isSparse() bool { return m.some }

// firstNotFinite returns where among the weights' elements grad is first NaN or infinite, and what it is; or -1. A dense
// one whose rows filled are known, of dim elements, need not be read as a whole.
func (m *memoryOf[T]) firstNotFinite(filled []int, dim int) (at int, x float64) {
	if filled != nil && !m.some {
		m.row = slices.Grow(m.row[:0], dim)[:dim]
		if kernel.SumIsFinite(m.row, m.grad, filled, dim) {
			return -1, 0
		}
	}
	i := kernel.FirstNotFinite(m.grad)
	if i < 0 {
		return -1, 0
	}
	return m.ids[i/m.dim]*m.dim + i%m.dim, float64(m.grad[i])
}

func (m *memoryOf[T]) sumSquares(limit float64) float64 { return kernel.SumSquares(m.grad, T(limit)) }

func (m *memoryOf[T]) clamp(limit float64) { kernel.Clamp(m.grad, T(limit)) }

// step updates the weights, which are those of p. The first one makes the rule's arrays.
func (m *memoryOf[T]) step(p *param, r Rule, a amounts) {
	if m.state == nil {
		for _, s := range r.slots() {
			m.state = append(m.state, newArray[T](s, len(m.weights)))
		}
	}
	if p.FrozenRows != nil {
		m.saveFrozen(p.FrozenRows, p.rowDim())
	}
	r.update(m, a)
	if p.Constraint != (Constraint{}) {
		m.constrain(p.Constraint, p.constrainedDim())
	}
	if p.FrozenRows != nil {
		m.restoreFrozen(p.rowDim())
	}
}

// arrays returns the weights and the rule's arrays.
func (m *memoryOf[T]) arrays() kernel.Arrays[T] {
	a := kernel.Arrays[T]{m.weights}
	copy(a[1:], m.state)
	return a
}

// zero clears the dense gradients among grads.
func (m *memoryOf[T]) zero(grads []gorgonia.Value) {
	for _, g := range grads {
		if _, ok := g.(*sparse.Rows); !ok {
			clear(elements[T](g))
		}
	}
}

// stateArrays returns the rule's arrays.
func (m *memoryOf[T]) stateArrays() (all []any) {
	for _, array := range m.state {
		all = append(all, array)
	}
	return all
}

func (m *memoryOf[T]) setArray(k, n int, array any) {
	if m.state == nil {
		m.state = make([][]T, n)
	}
	m.state[k] = array.([]T)
}

// elements returns the memory of v, which has passed checkLayout.
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
