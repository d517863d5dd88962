package word2vec

import (
	"gorgonia-embedding/internal/hugepages"
	"gorgonia-embedding/internal/kernel"
)

// tables are the vectors of words and buckets, in, and those of words as targets, out. They are in panels, each some
// columns of all rows, filled up with zeros to a multiple of 8 columns.
type tables struct {
	dim, width int         // width is that of a panel
	in, out    [][]float32 // one for each panel
}

// shapeOf returns tables whose panels are nil: an even number of them, which two threads share evenly, unless vectors
// are so short that one is enough. The number follows from dim alone, since sums over panels do.
func shapeOf(dim int) *tables {
	panels := 2 * ((dim + 2*kernel.MaxPanel - 1) / (2 * kernel.MaxPanel))
	if dim <= 8 {
		panels = 1
	}
	t := &tables{dim: dim, in: make([][]float32, panels), out: make([][]float32, panels)}
	t.width = (t.columns() + 7) / 8 * 8
	return t
}

// newTables returns tables of zeros.
func newTables(rows, words, dim int) *tables {
	t := shapeOf(dim)
	for p := range t.in {
		t.in[p], t.out[p] = makeTable(rows*t.width), makeTable(words*t.width)
	}
	return t
}

// columns returns how many columns each panel but the last has.
func (t *tables) columns() int { return (t.dim + len(t.in) - 1) / len(t.in) }

// fill sets row i of in to numbers in [−1/(2·dim), 1/(2·dim)) by a stream of its own.
func (t *tables) fill(i int, seed uint64) {
	rnd, n := newRandom(seed, initStream, uint64(i)), t.columns()
	for j := range t.dim {
		t.in[j/n][i*t.width+j%n] = (rnd.unit() - 0.5) / float32(t.dim)
	}
}

// addRow adds row i of a table to dst.
func (t *tables) addRow(dst []float32, panels [][]float32, i int) {
	n := t.columns()
	for p, panel := range panels {
		if lo, hi := p*n, min((p+1)*n, t.dim); lo < hi {
			kernel.Add(dst[lo:hi], panel[i*t.width:])
		}
	}
}

// makeTable returns n zeros, in large pages where the system has them.
func makeTable(n int) []float32 {
	table := make([]float32, n)
	hugepages.Ask(table)
	return table
}
