package layers_test

import (
	"fmt"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// A run, forwards and backwards, of multi-head self-attention of 4 heads on x (batch, time, dim).
func BenchmarkMultiheadAttention(b *testing.B) {
	for _, size := range []struct{ batch, time, dim int }{{32, 16, 32}, {32, 32, 64}, {16, 128, 64}} {
		b.Run(fmt.Sprintf("batch=%d/time=%d/dim=%d", size.batch, size.time, size.dim), func(b *testing.B) {
			g, rnd := gorgonia.NewGraph(), testkit.NewRand(1)
			a := must(layers.NewMultiheadAttention(g, "a", layers.MultiheadAttentionConfig{
				EmbedDim: size.dim, Attention: layers.Attention{Heads: 4}, Init: layers.Glorot(rnd)}))
			x := input(g, "x", testkit.Randoms[float32](rnd, size.batch*size.time*size.dim), size.batch, size.time, size.dim)
			must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(must(a.Forward(x)))), append(a.Learnables(), x)...))
			vm := gorgonia.NewTapeMachine(g)
			b.ReportAllocs()
			for b.Loop() {
				vm.Reset()
				if err := vm.RunAll(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
