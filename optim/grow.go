package optim

import (
	"github.com/pkg/errors"

	"gorgonia-embedding/internal/kernel"
)

// Grow gives the parameter called name, a table of fewer rows or a vector of fewer elements, such as the bias of a tied
// head, rows rows: its state stays, and that of the new rows
// is what it is before the first step, though Adam's bias correction and Adagrad's LRDecay go on to count the steps
// of the table. The next Step must have the grown weights, as layers' Embedding.Grow makes them.
//
// Grow fails, and has then changed nothing, if no step has had the parameter, or if it has more rows, or none.
func (s *Solver) Grow(name string, rows int) error {
	p := s.params[name]
	switch {
	case p == nil:
		return errors.Errorf("optim: no step has had a parameter %q: there is no state to grow", name)
	case p.memory == nil:
		return nil // loaded, of a rule without arrays
	case len(p.shape) < 1 || rows < p.shape[0]:
		return errors.Errorf("optim: parameter %q of shape %v cannot grow to %d rows: want a table or a vector, and no fewer rows", name, p.shape, rows)
	}
	dim := p.rowDim()
	p.shape[0] = rows
	p.grow(s.rule.slots(), rows*dim)
	return nil
}

// grow makes room in the rule's arrays for n elements.
func (t *table[T]) grow(slots []slot, n int) {
	t.total = nil
	for k, old := range t.state {
		t.state[k] = make([]T, n)
		fill(t.state[k], slots[k])
		copy(t.state[k], old)
	}
}

// fill sets a new array to what s has before the first step.
func fill[T kernel.Float](array []T, s slot) {
	if s.initial == 0 { // the memory is zero without a look at it
		return
	}
	for i := range array {
		array[i] = T(s.initial)
	}
}
