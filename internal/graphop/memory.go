package graphop

import (
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// Memory holds an op's results, which never lie in the memory of an input: Gorgonia's elementwise ops may overwrite the
// values they read, so a view of a table would let them write into the weights (docs/gorgonia.md).
//
// Two results are used in turn, because allocating them costs more than filling them: what a run computed stays as it
// is until the run after the next one (docs/decisions/0002-reused-memory.md).
type Memory struct {
	results [2]any
	headers [2]*tensor.Dense // of the results: header
	last    int
}

// Turn returns which of the two results Next returned last: 0 or 1.
func (m *Memory) Turn() int { return m.last }

// Next returns memory for the n elements of an op's next result, with whatever is in it.
func Next[T kernel.Float](m *Memory, n int) []T {
	m.last = 1 - m.last
	return Room[T](&m.results[m.last], n)
}

// Room returns n elements of the memory that m holds, which grows if it is too small, with whatever is in it.
func Room[T kernel.Float](m *any, n int) []T {
	elems, _ := (*m).([]T)
	if cap(elems) < n {
		elems = make([]T, n)
		*m = elems
	}
	return elems[:n]
}

// header returns a tensor of m's last result, data, which has always the same size. It is a copy of the header of the
// result before the last: to make a new one takes three times as long.
func header[T kernel.Float](m *Memory, data []T, shape tensor.Shape) *tensor.Dense {
	h := &m.headers[m.last]
	if *h == nil {
		*h = Tensor(data, shape)
	}
	return (*h).ShallowClone()
}
