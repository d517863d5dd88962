package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// BenchmarkLinear compares the products of a linear layer with gonum's, on one CPU: make bench. Sizes are batch, in and
// out. docs/performance.md has OpenBLAS beside them.
func BenchmarkLinear(b *testing.B) {
	for _, size := range [][3]int{{128, 64, 2}, {32, 64, 128}, {128, 16, 3000}, {128, 64, 3000}, {128, 512, 3000}, {512, 64, 3000}, {128, 64, 30_000}} {
		benchmarkLinear(b, size[0], size[1], size[2])
	}
}

func benchmarkLinear(b *testing.B, batch, in, out int) {
	rnd := rand.New(rand.NewPCG(1, 1))
	x, w, y := floats32(rnd, batch*in), floats32(rnd, out*in), floats32(rnd, batch*out)
	dx, dw := make([]float32, batch*in), make([]float32, out*in)
	gonum := blas32.Implementation()
	for _, f := range []struct {
		product, impl string
		run           func()
	}{
		{"forward", "ours", func() { Linear(y, x, w, nil, batch, in, out) }},
		{"forward", "gonum", func() { gonum.Sgemm(blas.NoTrans, blas.Trans, batch, out, in, 1, x, in, w, in, 0, y, out) }},
		{"gradx", "ours", func() { LinearGradX(dx, w, y, batch, in, out) }},
		{"gradx", "gonum", func() { gonum.Sgemm(blas.NoTrans, blas.NoTrans, batch, in, out, 1, y, out, w, in, 0, dx, in) }},
		{"gradw", "ours", func() { LinearGradW(dw, x, y, batch, in, out) }},
		{"gradw", "gonum", func() { gonum.Sgemm(blas.Trans, blas.NoTrans, out, in, batch, 1, y, out, x, in, 0, dw, in) }},
	} {
		b.Run(fmt.Sprintf("product=%s/size=%dx%dx%d/impl=%s", f.product, batch, in, out, f.impl), func(b *testing.B) {
			for b.Loop() {
				f.run()
			}
		})
	}
}
