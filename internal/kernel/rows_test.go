package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Assembly gives the bits of its twin in Go, and writes nowhere else.
func TestRowsAgreeWithTheirTwins(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 here: the twins are all there is")
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, dim := range []int{1, 2, 7, 8, 9, 15, 16, 63, 64, 65, 72, 77, 128, 129, 300} {
		for _, n := range []int{0, 1, 2, 15, 16, 17, 40} {
			vocab := 1 + rnd.IntN(50)
			table, rows := floats32(rnd, vocab*dim), floats32(rnd, n*dim)
			ids := make([]int, n)
			for i := range ids {
				ids[i] = rnd.IntN(vocab)
			}
			lo := rnd.IntN(n + 1)
			hi := lo + rnd.IntN(n-lo+1)
			means := floats32(rnd, vocab*dim)
			squares := floats32(rnd, vocab*dim)
			for i := range squares {
				squares[i] *= squares[i]
			}
			distinct := rnd.Perm(vocab)[:min(n, vocab)]
			step := AdamStep[float32]{Rate: 0.01, Scale: 0.5, Decay: 0.1, Keep: 0.99, Beta1: 0.9, Enter1: 0.1, Beta2: 0.999, Enter2: 0.001, Eps: 1e-8}
			for name, f := range map[string]struct {
				size       int
				asm, twins func(dst []float32)
			}{
				"sum": {dim,
					func(dst []float32) { SumRows(dst, table, ids, lo, hi, dim, 0.3) },
					func(dst []float32) { sumRows(dst, table, ids[lo:hi], dim, 0.3) }},
				"add": {vocab * dim,
					func(dst []float32) { AddRows(dst, rows, distinct, dim, -0.7) },
					func(dst []float32) { addRows(dst, rows, distinct, dim, -0.7) }},
				"adam's weights": {vocab * dim,
					func(dst []float32) {
						AdamRows(dst, slices.Clone(means), slices.Clone(squares), rows, distinct, dim, step)
					},
					func(dst []float32) {
						adamRows(dst, slices.Clone(means), slices.Clone(squares), rows, distinct, dim, step)
					}},
				"adam's mean": {vocab * dim,
					func(dst []float32) {
						AdamRows(slices.Clone(table), dst, slices.Clone(squares), rows, distinct, dim, step)
					},
					func(dst []float32) {
						adamRows(slices.Clone(table), dst, slices.Clone(squares), rows, distinct, dim, step)
					}},
				"adam's mean of squares": {vocab * dim,
					func(dst []float32) {
						AdamRows(slices.Clone(table), slices.Clone(means), dst, rows, distinct, dim, step)
					},
					func(dst []float32) {
						adamRows(slices.Clone(table), slices.Clone(means), dst, rows, distinct, dim, step)
					}},
				"gather": {n * dim,
					func(dst []float32) { Gather(dst, table, ids, dim) },
					func(dst []float32) { gather(dst, table, ids, dim) }},
			} {
				got := floats32(rnd, f.size+16)
				want := slices.Clone(got)
				f.asm(got[8 : 8+f.size])
				f.twins(want[8 : 8+f.size])
				if !slices.Equal(got, want) {
					t.Fatalf("%s of dim %d, rows %d:%d of %d:\n got %v\nwant %v", name, dim, lo, hi, n, got, want)
				}
			}
		}
	}
}

// A dense update is that of one long row.
func TestLongRows(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	const n = 3*block + 5
	step := AdamStep[float32]{Rate: 0.01, Scale: 0.5, Decay: 0.1, Keep: 0.99, Beta1: 0.9, Enter1: 0.1, Beta2: 0.999, Enter2: 0.001, Eps: 1e-8}
	w, m, v, grad := floats32(rnd, 2*n), floats32(rnd, 2*n), make([]float32, 2*n), floats32(rnd, n)
	var got, want [3][]float32
	for i, s := range [][]float32{w, m, v} {
		got[i], want[i] = slices.Clone(s), slices.Clone(s)
	}
	AdamRows(got[0], got[1], got[2], grad, []int{1}, n, step)
	adamRows(want[0], want[1], want[2], grad, []int{1}, n, step)
	AddRows(got[0], grad, []int{1}, n, 0.3)
	addRows(want[0], grad, []int{1}, n, 0.3)
	for i := range got {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("array %d differs", i)
		}
	}
}

func floats32(rnd *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rnd.NormFloat64())
	}
	return v
}
