package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Products and weighted sums of rows have the bits of their twins, and touch nothing else.
func TestDotsAgreeWithTheirTwins(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 here: the twins are all there is")
	}
	dims := []int{1, 2, 7, 8, 9, 16, 31, 32, 33, 50, 63, 64, 65, 72, 100, 129, 300}
	for i := range 300 {
		dim := dims[i%len(dims)]
		t.Run(fmt.Sprintf("%d/dim=%d", i, dim), func(t *testing.T) { testDots(t, rand.New(rand.NewPCG(3, uint64(i))), dim) })
	}
}

func testDots(t *testing.T, rnd *rand.Rand, dim int) {
	vocab, n, atEnd := 1+rnd.IntN(40), rnd.IntN(50), rnd.IntN(2) == 0
	floats := func(n int) []float32 {
		x := guarded[float32](t, n, atEnd)
		for i := range x {
			x[i] = odd(rnd)
		}
		return x
	}
	ids := func() []int {
		x := guarded[int](t, n, atEnd)
		for i := range x {
			x[i] = rnd.IntN(vocab)
		}
		return x
	}
	x, y, xs, ys := floats(vocab*dim), floats(vocab*dim), ids(), ids()
	got, want := floats(n), make([]float32, n)
	DotRows(got, x, y, xs, ys, dim)
	dotRows(want, x, y, xs, ys, dim)
	wantBits(t, "DotRows", got, want)

	sum, wantSum := floats(dim), make([]float32, dim)
	lo := rnd.IntN(n + 1)
	hi := lo + rnd.IntN(n-lo+1)
	sumWeighted(sum, x, xs, got, lo, hi)
	addWeighted(wantSum, x, xs[lo:hi], got[lo:hi])
	wantBits(t, "sumWeighted", sum, wantSum)
}
