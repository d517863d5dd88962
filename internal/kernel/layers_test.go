package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Assembly gives the bits of its twin in Go, and touches nothing else.
func TestLayersAgreeWithTheirTwins(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 here: the twins are all there is")
	}
	for i := range 300 {
		rnd := rand.New(rand.NewPCG(4, uint64(i)))
		rows, n, odds := rnd.IntN(5), 1+rnd.IntN(70), rnd.IntN(2) == 0
		floats := func(n int) []float32 {
			x := guarded[float32](t, n, rnd.IntN(2) == 0)
			for i := range x {
				if x[i] = float32(rnd.NormFloat64()); odds {
					x[i] = odd(rnd)
				}
			}
			return x
		}
		t.Run(fmt.Sprintf("%d/%dx%d", i, rows, n), func(t *testing.T) { testLayerTwins(t, floats, rows, n) })
	}
}

// testLayerTwins compares on matrices of such a size, which come from floats.
func testLayerTwins(t *testing.T, floats func(int) []float32, rows, n int) {
	x, y, grad := floats(rows*n), floats(rows*n), floats(rows*n)
	check := func(what string, kernel, twin func(dst []float32)) {
		t.Helper()
		got, want := floats(rows*n), make([]float32, rows*n)
		kernel(got)
		twin(want)
		wantBits(t, what, got, want)
	}
	check("ReLU", func(d []float32) { ReLU(d, x) }, func(d []float32) { relu(d, x) })
	check("ReLUGrad", func(d []float32) { ReLUGrad(d, x, grad) }, func(d []float32) { reluGrad(d, x, grad) })
	check("SoftMaxGrad", func(d []float32) { SoftMaxGrad(d, y, grad, n, 0.3) }, func(d []float32) { softMaxGrad(d, y, grad, n, 0.3) })
	check("SoftMaxGrad in place", func(d []float32) { copy(d, grad); SoftMaxGrad(d, y, d, n, 0.3) }, func(d []float32) { softMaxGrad(d, y, grad, n, 0.3) })
	check("SoftMax", func(d []float32) { SoftMax(d, x, nil, n) }, func(d []float32) { eachRow(n, d, x, softMax) })
	check("SoftMax in place", func(d []float32) { copy(d, x); SoftMax(d, d, nil, n) }, func(d []float32) { copy(d, x); eachRow(n, d, d, softMax) })
	weight, bias := floats(n), floats(n)
	for _, params := range [][2][]float32{{weight, bias}, {weight, nil}, {nil, nil}} {
		w, b, moments, wantMoments := params[0], params[1], floats(2*rows), make([]float32, 2*rows)
		check("LayerNorm", func(d []float32) { LayerNorm(d, moments, x, w, b, n, 1e-5) }, func(d []float32) { layerNorm(d, wantMoments, x, w, b, n, 1e-5) })
		wantBits(t, "moments", moments, wantMoments)
		check("LayerNormGradX", func(d []float32) { LayerNormGradX(d, moments, x, w, grad, n) }, func(d []float32) { layerNormGradX(d, moments, x, w, grad, n) })
		got, want := floats(n), make([]float32, n)
		LayerNormGradW(got, moments, x, grad, n)
		layerNormGradW(want, moments, x, grad, rows)
		wantBits(t, "LayerNormGradW", got, want)
	}
	if ids := rand.New(rand.NewPCG(1, uint64(n))).Perm(rows); rows > 0 {
		got, want := floats(n), make([]float32, n)
		extreme(got, x, ids, 1)
		extremeLoop(want, x, ids, 1)
		wantBits(t, "extreme", got, want)
		best := slices.Clone(want)
		check("maxRowsGrad", func(d []float32) { maxRowsGrad(d, x, best, grad[:n], ids) }, func(d []float32) { maxGrad(d, x, best, grad[:n], ids) })
	}
	check("Add", func(d []float32) { copy(d, x); Add(d, grad) }, func(d []float32) { copy(d, x); add(d, grad) })
	check("AddScaled", func(d []float32) { copy(d, x); AddScaled(d, 0.3, grad) }, func(d []float32) { copy(d, x); addScaled(d, 0.3, grad) })
	check("Scale", func(d []float32) { copy(d, x); Scale(d, 0.3) }, func(d []float32) { copy(d, x); scale(d, 0.3) })
}

// eachRow calls f with each row, of n elements, of dst and of src.
func eachRow(n int, dst, src []float32, f func(dst, src []float32)) {
	for i := 0; i < len(dst); i += n {
		f(dst[i:i+n], src[i:i+n])
	}
}

// Rows that are long, that overflow, and that have nothing to add up have the softmax of the twin too.
func TestSoftMaxAgreesWithItsTwin(t *testing.T) {
	none := float32(math.Inf(-1))
	for _, x := range [][]float32{
		floats32(rand.New(rand.NewPCG(1, 1)), 5000), {none}, {none, none, none, none, none, none, none, none, none}, {none, 0, none},
		{float32(math.NaN()), none}, {float32(math.NaN()), 1}, {1e30, -1e30, 1e30}, {float32(math.Inf(1)), 0},
	} {
		got, want := make([]float32, len(x)), make([]float32, len(x))
		SoftMax(got, x, nil, len(x))
		softMax(want, x)
		wantBits(t, fmt.Sprint(x[:min(len(x), 9)]), got, want)
	}
}
