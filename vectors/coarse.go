package vectors

import (
	"math"

	"gorgonia-embedding/internal/kernel"
)

// coarse is a copy of a table in one byte an element. A search goes through it to leave out what cannot be among the
// nearest: it reads a quarter of the memory, and says how far it may be off.
type coarse struct {
	codes        []int8
	scale, slack []float32
}

// coarseFrom is the least number of elements for which a copy pays.
const coarseFrom = 1 << 16

// rounding is more than what the float32 arithmetic of bounds adds to an error.
const rounding = 2e-6

// measure works out the lengths of the vectors.
func (t *Table) measure() {
	t.norms = make([]float64, t.Len())
	for id := range t.norms {
		row := t.Row(id)
		t.norms[id] = math.Sqrt(dot(row, row))
	}
}

// coarsen makes the coarse copy at the second search: for a single one, comparing with all rows is faster.
func (t *Table) coarsen() bool {
	if len(t.values) < coarseFrom || t.dim > 1<<20 || t.searches.Add(1) < 2 {
		return false
	}
	t.coarsened.Do(func() {
		n := t.Len()
		t.coarse = coarse{make([]int8, n*kernel.CoarseStride(t.dim)), make([]float32, n), make([]float32, n)}
		kernel.Coarsen(t.coarse.codes, t.coarse.scale, t.coarse.slack, t.norms, t.values, t.dim)
	})
	return true
}

// bounds returns for each of the first n rows two numbers that its cosine with d lies between, and −∞ for a
// row of zeros.
func (t *Table) bounds(n int, d direction) (low, high []float32) {
	low, high = make([]float32, n), make([]float32, n)
	if t.coarsen() {
		t.coarse.bounds(low, high, d)
	} else {
		for id := range low {
			c := float32(t.cosine(id, d))
			low[id], high[id] = c-rounding, c+rounding
		}
	}
	for id := range low {
		if t.norms[id] == 0 {
			low[id], high[id] = float32(math.Inf(-1)), float32(math.Inf(-1))
		}
	}
	return low, high
}

// bounds sets the bounds. With a row of length 1 as s·c + e, and the direction d of length 1 as t·k + f, where c and k are
// codes, the cosine is s·t·⟨c, k⟩ + ⟨s·c, f⟩ + ⟨e, d⟩, of which the last two are at most |f|·(1 + |e|) and |e|
// (Cauchy-Schwarz).
func (c *coarse) bounds(low, high []float32, d direction) {
	codes, step, lost := codesOf(d)
	products := make([]int32, len(low))
	kernel.DotsInt8(products, c.codes, codes)
	for id, p := range products {
		about, e := float32(p)*(float32(step)*c.scale[id]), c.slack[id]
		off := e + float32(lost)*(1+e) + rounding
		low[id], high[id] = about-off, about+off
	}
}

// codesOf returns d at length 1 as step times codes, up to a vector of the length lost, for kernel.DotsInt8.
func codesOf(d direction) (codes []int16, step, lost float64) {
	codes = make([]int16, kernel.CoarseStride(len(d.vector)))
	most, sum := 0.0, 0.0
	for _, x := range d.vector {
		x = math.Abs(x / d.norm)
		most, sum = max(most, x), sum+x
	}
	step = max(most/math.MaxInt16, sum/float64(1<<24-2*len(d.vector)))
	for j, x := range d.vector {
		x /= d.norm
		c := math.RoundToEven(x / step)
		codes[j] = int16(c)
		e := x - float64(c*step)
		lost += float64(e * e)
	}
	return codes, step, math.Sqrt(lost)
}
