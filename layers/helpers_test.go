package layers_test

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/layers"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// input is layers.Input, where that cannot fail. Without a shape it is a scalar.
func input(g *gorgonia.ExprGraph, name string, data any, shape ...int) *gorgonia.Node {
	if len(shape) == 0 {
		return leaf(g, name, data)
	}
	return must(layers.Input(g, name, data, shape...))
}

// leaf adds a leaf of the given shape to g, with data as its memory. A shape of () takes a scalar's data.
func leaf(g *gorgonia.ExprGraph, name string, data any, shape ...int) *gorgonia.Node {
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	return gorgonia.NewTensor(g, v.Dtype(), len(shape), gorgonia.WithName(name), gorgonia.WithShape(shape...), gorgonia.WithValue(v))
}

// pretrained adds an embedding whose table is weight, a *tensor.Dense.
func pretrained(g *gorgonia.ExprGraph, name string, weight *tensor.Dense, cfg layers.EmbeddingConfig) (*layers.Embedding, error) {
	cfg.NumEmbeddings, cfg.EmbeddingDim, cfg.Dtype, cfg.Init = weight.Shape()[0], weight.Shape()[1], weight.Dtype(), layers.From(weight)
	return layers.NewEmbedding(g, name, cfg)
}

// pretrainedBag is pretrained for an EmbeddingBag.
func pretrainedBag(g *gorgonia.ExprGraph, name string, weight *tensor.Dense, cfg layers.EmbeddingBagConfig) (*layers.EmbeddingBag, error) {
	cfg.NumEmbeddings, cfg.EmbeddingDim, cfg.Dtype, cfg.Init = weight.Shape()[0], weight.Shape()[1], weight.Dtype(), layers.From(weight)
	return layers.NewEmbeddingBag(g, name, cfg)
}

// randoms returns n draws from N(0, 1).
func randoms(seed uint64, n int) []float64 {
	rnd, x := newRand(seed), make([]float64, n)
	for i := range x {
		x[i] = rnd.NormFloat64()
	}
	return x
}

// runAll runs g on a TapeMachine.
func runAll(t testing.TB, g *gorgonia.ExprGraph, opts ...gorgonia.VMOpt) {
	t.Helper()
	vm := gorgonia.NewTapeMachine(g, opts...)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
}

// sumSquares adds Σ tanh(y)·y to y's graph: a scalar whose gradient differs for each element of y, and
// that reads y twice.
func sumSquares(y *gorgonia.Node) *gorgonia.Node {
	p := gorgonia.Must(gorgonia.HadamardProd(gorgonia.Must(gorgonia.Tanh(y)), y))
	if p.IsScalar() {
		return p
	}
	return gorgonia.Must(gorgonia.Sum(p))
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
