package optim

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/sparse"
)

// keptSum is what Accumulate has summed.
type keptSum[T kernel.Float] struct {
	rows  sparse.Rows
	total []T
}

// sum sets grad, ids and dim to the sum of grads, which is sparse if all are. A single gradient is not copied, unless
// the sum is to have memory of its own.
func (m *memoryOf[T]) sum(grads []gorgonia.Value, own bool) {
	m.parts = m.parts[:0]
	for _, g := range grads {
		if rows, ok := g.(*sparse.Rows); ok {
			m.parts = append(m.parts, rows)
		}
	}
	m.some = len(m.parts) == len(grads)
	switch {
	case m.some && len(grads) == 1 && !own:
		m.setRows(m.parts[0])
	case m.some:
		_ = m.rows.Sum(m.parts...) // of one shape and type, as checkGrad saw to
		m.setRows(&m.rows)
	case len(grads) == 1 && !own:
		m.setDense(elements[T](grads[0]))
	default:
		m.sumDense(grads)
	}
}

func (m *memoryOf[T]) setRows(r *sparse.Rows) {
	m.grad, m.ids, m.dim = r.Data().([]T), r.IDs(), r.Shape()[1]
}

func (m *memoryOf[T]) setDense(grad []T) {
	m.grad, m.ids, m.dim = grad, m.whole[:], len(grad)
}

func (m *memoryOf[T]) sumDense(grads []gorgonia.Value) {
	if m.total == nil {
		m.total = make([]T, len(m.weights))
	}
	clear(m.total)
	for _, g := range grads {
		if rows, ok := g.(*sparse.Rows); ok {
			kernel.ScatterAdd(m.total, rows.Data().([]T), rows.IDs(), rows.Shape()[1], kernel.NoRow)
		} else {
			kernel.Add(m.total, elements[T](g))
		}
	}
	m.setDense(m.total)
}

// keep changes places: the next sum goes to what was kept before.
func (m *memoryOf[T]) keep() gorgonia.Value {
	if m.some {
		m.rows, m.kept.rows = m.kept.rows, m.rows
		return &m.kept.rows
	}
	m.total, m.kept.total = m.kept.total, m.total
	return tensor.New(tensor.WithBacking(m.kept.total))
}
