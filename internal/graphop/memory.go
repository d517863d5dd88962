package graphop

import (
	"slices"

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
	last    int
	tensors [2]*tensor.Dense // the last two that Result returned
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

// Tensor returns a tensor whose memory is data.
func Tensor[T kernel.Float](data []T, shape tensor.Shape) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

// Result returns a tensor whose memory is data: the one that it returned the last time or the time before if it is
// that tensor, unchanged.
func Result[T kernel.Float](m *Memory, data []T, shape tensor.Shape) *tensor.Dense {
	if len(data) == 0 {
		return Tensor(data, shape)
	}
	m.tensors[0], m.tensors[1] = m.tensors[1], m.tensors[0]
	if d := m.tensors[0]; d == nil || !holds(d, data, shape) {
		m.tensors[0] = Tensor(data, shape)
	}
	return m.tensors[0]
}

// holds reports whether d is a tensor of this shape whose memory is data.
func holds[T kernel.Float](d *tensor.Dense, data []T, shape tensor.Shape) bool {
	elems := memoryOf[T](d)
	return len(elems) == len(data) && &elems[0] == &data[0] && isRowMajor(d) && slices.Equal(d.Shape(), shape)
}
