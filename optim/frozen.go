package optim

import (
	"slices"

	"gorgonia-embedding/internal/kernel"
)

// saveFrozen copies the weights of those frozen rows, in rising order, that the step could move.
func (m *memoryOf[T]) saveFrozen(rows []int, dim int) {
	if !m.some {
		m.frozenIDs = append(m.frozenIDs[:0], rows...)
	} else {
		m.frozenIDs = m.frozenIDs[:0]
		for _, id := range m.ids { // the other rows are idle
			if _, in := slices.BinarySearch(rows, id); in {
				m.frozenIDs = append(m.frozenIDs, id)
			}
		}
	}
	m.frozen = slices.Grow(m.frozen[:0], len(m.frozenIDs)*dim)[:len(m.frozenIDs)*dim]
	kernel.Gather(m.frozen, m.weights, m.frozenIDs, dim)
}

// restoreFrozen puts back what saveFrozen copied.
func (m *memoryOf[T]) restoreFrozen(dim int) {
	for i, id := range m.frozenIDs {
		copy(m.weights[id*dim:(id+1)*dim], m.frozen[i*dim:(i+1)*dim])
	}
}
