package layers_test

import (
	"fmt"
	"math/rand"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
)

// benchIDs is the number of ids of a benchmark's run, as a batch of 256 texts of 32 words.
const benchIDs = 8192

// zipf and uniform draw ids of [0, vocab): words as texts use them, and the worst for a cache.
func zipf(vocab int) []int {
	z := rand.NewZipf(rand.New(rand.NewSource(1)), 1.1, 1, uint64(vocab-1))
	ids := make([]int, benchIDs)
	for i := range ids {
		ids[i] = int(z.Uint64())
	}
	return ids
}

func uniform(vocab int) []int {
	rnd := rand.New(rand.NewSource(1))
	ids := make([]int, benchIDs)
	for i := range ids {
		ids[i] = rnd.Intn(vocab)
	}
	return ids
}

// sweep runs f for each size of table and distribution of ids.
func sweep(b *testing.B, f func(b *testing.B, w []float32, vocab, dim int, ids []int)) {
	for _, vocab := range []int{1000, 50000} {
		for _, dim := range []int{64, 128} {
			for _, ids := range []struct {
				name string
				draw func(vocab int) []int
			}{{"zipf", zipf}, {"uniform", uniform}} {
				b.Run(fmt.Sprintf("vocab=%d/dim=%d/ids=%s", vocab, dim, ids.name), func(b *testing.B) {
					b.ReportAllocs()
					f(b, make([]float32, vocab*dim), vocab, dim, ids.draw(vocab))
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchIDs, "ns/id")
				})
			}
		}
	}
}

type lookupFunc func(w, ids *gorgonia.Node) (*gorgonia.Node, error)

// impls are the ways to look ids up in a graph: this package's op, and Gorgonia's.
var impls = []struct {
	name string
	f    lookupFunc
}{
	{"Lookup", func(w, ids *gorgonia.Node) (*gorgonia.Node, error) {
		return layers.Lookup(w, ids, layers.IDRules{})
	}},
	{"ByIndices", func(w, ids *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.ByIndices(w, ids, 0) }},
}

// BenchmarkForward is one lookup: in a graph on a TapeMachine, and as a plain loop into a reused buffer.
func BenchmarkForward(b *testing.B) {
	for _, impl := range impls {
		b.Run("impl="+impl.name, func(b *testing.B) {
			sweep(b, func(b *testing.B, w []float32, vocab, dim int, ids []int) {
				g := gorgonia.NewGraph()
				must(impl.f(input(g, "w", w, vocab, dim), input(g, "ids", ids, len(ids))))
				benchRuns(b, g)
			})
		})
	}
	b.Run("impl=loop", func(b *testing.B) {
		sweep(b, func(b *testing.B, w []float32, _, dim int, ids []int) {
			out := make([]float32, len(ids)*dim)
			for b.Loop() {
				for i, id := range ids {
					copy(out[i*dim:(i+1)*dim], w[id*dim:(id+1)*dim])
				}
			}
		})
	})
}

// BenchmarkForwardBackward is one lookup and the gradient of the table, the upstream gradient given.
func BenchmarkForwardBackward(b *testing.B) {
	for _, impl := range impls {
		b.Run("impl="+impl.name, func(b *testing.B) {
			sweep(b, func(b *testing.B, w []float32, vocab, dim int, ids []int) {
				g := gorgonia.NewGraph()
				weight := input(g, "w", w, vocab, dim)
				y := must(impl.f(weight, input(g, "ids", ids, len(ids))))
				up := input(g, "up", make([]float32, len(ids)*dim), len(ids), dim)
				must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{up}, gorgonia.Nodes{weight}))
				benchRuns(b, g)
			})
		})
	}
	b.Run("impl=loop", func(b *testing.B) {
		sweep(b, func(b *testing.B, w []float32, _, dim int, ids []int) {
			out, up, dw := make([]float32, len(ids)*dim), make([]float32, len(ids)*dim), make([]float32, len(w))
			for b.Loop() {
				for i, id := range ids {
					copy(out[i*dim:(i+1)*dim], w[id*dim:(id+1)*dim])
				}
				clear(dw)
				for i, id := range ids {
					row := dw[id*dim : (id+1)*dim]
					for j, x := range up[i*dim : (i+1)*dim] {
						row[j] += x
					}
				}
			}
		})
	})
}

func benchRuns(b *testing.B, g *gorgonia.ExprGraph) {
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	run := func() {
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			b.Fatal(err)
		}
	}
	run() // the first runs of Lookup allocate what the later ones reuse
	run()
	for b.Loop() {
		run()
	}
}
