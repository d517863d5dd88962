package layers_test

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// input is layers.Input, where that cannot fail. Without a shape it is a scalar.
func input(g *gorgonia.ExprGraph, name string, data any, shape ...int) *gorgonia.Node {
	if len(shape) == 0 {
		return testkit.Leaf(g, name, data)
	}
	return must(layers.Input(g, name, data, shape...))
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

// sumSquares adds Σ tanh(y)·y to y's graph: a scalar whose gradient differs for each element of y, and
// that reads y twice.
func sumSquares(y *gorgonia.Node) *gorgonia.Node {
	p := gorgonia.Must(gorgonia.HadamardProd(gorgonia.Must(gorgonia.Tanh(y)), y))
	if p.IsScalar() {
		return p
	}
	return gorgonia.Must(gorgonia.Sum(p))
}

// must is what the README calls so.
func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
