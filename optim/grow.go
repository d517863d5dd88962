package optim

import (
	"github.com/pkg/errors"

	"gorgonia-embedding/internal/kernel"
)

// Grow gives the parameter called name more rows, or a vector, such as the bias of a tied head, more elements: rows in
// all. Old rows keep their state; that of new ones is what it is before the first step, except that Adam's bias
// correction and Adagrad's LRDecay still count the steps of the whole table. The next Step must have the grown
// weights, as layers' Embedding.Grow makes them.
//
// Grow fails, and has then changed nothing, if no step has had the parameter, if it has more than rows rows, or if it
// is a scalar.
func (s *Solver) Grow(name string, rows int) error {
	p := s.params[name]
	switch {
	case p == nil:
		return errors.Errorf("optim: no step has had a parameter %q: there is no state to grow", name)
	case p.kept != nil:
		return errors.Errorf("optim: parameter %q has gradients that Accumulate took: call Step or ZeroGrad before Grow", name)
	case p.memory == nil:
		return nil // loaded, and its rule has no arrays
	case len(p.shape) < 1 || rows < p.shape[0]:
		return errors.Errorf("optim: parameter %q of shape %v cannot grow to %d rows: want a table or a vector, and no fewer rows", name, p.shape, rows)
	}
	dim := p.rowDim()
	p.shape[0] = rows
	p.grow(s.rule.slots(), rows*dim)
	return nil
}

// grow makes room in the rule's arrays for n elements.
func (m *memoryOf[T]) grow(slots []slot, n int) {
	m.total, m.kept.total = nil, nil
	for k, old := range m.state {
		m.state[k] = newArray[T](slots[k], n)
		copy(m.state[k], old)
	}
}

// newArray returns n elements of what s has before the first step.
func newArray[T kernel.Float](s slot, n int) []T {
	array := make([]T, n)
	if s.initial != 0 { // zeros cost nothing
		kernel.Fill(array, T(s.initial))
	}
	return array
}
