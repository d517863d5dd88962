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
			for name, f := range map[string]struct {
				size       int
				asm, twins func(dst []float32)
			}{
				"sum": {dim,
					func(dst []float32) { SumRows(dst, table, ids, lo, hi, dim, 0.3) },
					func(dst []float32) { sumRows(dst, table, ids[lo:hi], dim, 0.3) }},
				"add": {vocab * dim,
					func(dst []float32) { AddRows(dst, rows, ids, dim, -0.7) },
					func(dst []float32) { addRows(dst, rows, ids, dim, -0.7) }},
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

func floats32(rnd *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rnd.NormFloat64())
	}
	return v
}
