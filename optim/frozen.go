package optim

import (
	"slices"

	"gorgonia-embedding/internal/kernel"
)

// hold keeps the weights of those of rows, which rise, that the step may move.
func (t *table[T]) hold(rows []int, dim int) {
	if !t.some {
		t.held = append(t.held[:0], rows...)
	} else {
		t.held = t.held[:0]
		for _, id := range t.ids { // the other rows are idle
			if _, in := slices.BinarySearch(rows, id); in {
				t.held = append(t.held, id)
			}
		}
	}
	t.kept = slices.Grow(t.kept[:0], len(t.held)*dim)[:len(t.held)*dim]
	kernel.Gather(t.kept, t.weights, t.held, dim)
}

// release puts back what hold kept.
func (t *table[T]) release(dim int) {
	for i, id := range t.held {
		copy(t.weights[id*dim:(id+1)*dim], t.kept[i*dim:(i+1)*dim])
	}
}
