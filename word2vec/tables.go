package word2vec

import "gorgonia-embedding/internal/kernel"

// tables are the vectors of words and buckets, in, and those of words as targets, out. They are in panels, each some
// columns of all rows, filled up with zeros to a multiple of 8 columns.
type tables struct {
	dim, width int         // width is that of a panel
	in, out    [][]float32 // one for each panel
}

// newTables returns tables of zeros.
func newTables(rows, words, dim int) *tables {
	panels := 2 * ((dim + 2*kernel.MaxPanel - 1) / (2 * kernel.MaxPanel))
	if dim <= 8 {
		panels = 1
	}
	t := &tables{dim: dim}
	t.width = (t.columns(panels) + 7) / 8 * 8
	for range panels {
		t.in, t.out = append(t.in, make([]float32, rows*t.width)), append(t.out, make([]float32, words*t.width))
	}
	return t
}

// columns returns how many columns a panel has of so many.
func (t *tables) columns(panels int) int { return (t.dim + panels - 1) / panels }

// fill sets row i of in to numbers in [−1/(2·dim), 1/(2·dim)) by a stream of its own.
func (t *tables) fill(i int, seed uint64) {
	rnd := newRandom(seed, initStream, uint64(i))
	for j := range t.dim {
		*t.at(t.in, i, j) = (rnd.unit() - 0.5) / float32(t.dim)
	}
}

// at returns where element j of row i is.
func (t *tables) at(panels [][]float32, i, j int) *float32 {
	n := t.columns(len(panels))
	return &panels[j/n][i*t.width+j%n]
}

// addRow adds row i to dst.
func (t *tables) addRow(dst []float32, panels [][]float32, i int) {
	n := t.columns(len(panels))
	for p, panel := range panels {
		if lo, hi := p*n, min((p+1)*n, t.dim); lo < hi {
			kernel.Add(dst[lo:hi], panel[i*t.width:])
		}
	}
}
