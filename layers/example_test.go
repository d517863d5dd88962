package layers_test

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
)

// A classifier of texts of four words: the layers are nodes of an ordinary Gorgonia model, run by its own
// machine.
func Example() {
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
		NumEmbeddings: 100, EmbeddingDim: 16, PaddingIdx: new(0), Sparse: true, Init: layers.Normal(rnd, 1)})
	check(err)
	out, err := layers.NewLinear(g, "out", layers.LinearConfig{InFeatures: 16, OutFeatures: 2, Init: layers.Glorot(rnd)})
	check(err)
	texts := tensor.New(tensor.WithShape(3, 4), tensor.WithBacking([]int{5, 9, 2, 0, 7, 7, 0, 0, 3, 8, 1, 6}))
	ids := gorgonia.NodeFromAny(g, texts, gorgonia.WithName("ids"))
	labels := gorgonia.NodeFromAny(g, tensor.New(tensor.WithBacking([]int{1, 0, 1})), gorgonia.WithName("labels"))
	net := layers.Sequential{words, layers.MeanPool{IDs: ids, PaddingIdx: 0}, out}
	logits, err := net.Forward(ids) // (3, 4) → (3, 2)
	check(err)
	loss, err := layers.CrossEntropy(logits, labels)
	check(err)
	_, err = gorgonia.Grad(loss, net.Learnables()...)
	check(err)
	solver, err := optim.New(optim.Adam{}, optim.Config{LearningRate: 0.05})
	check(err)
	vm := gorgonia.NewTapeMachine(g)
	for range 50 {
		check(vm.RunAll())
		check(solver.Step(gorgonia.NodesToValueGrads(net.Learnables())))
		vm.Reset()
	}
	fmt.Println(logits.Shape(), loss.Value().Data().(float32) < 0.01)
	// Output: (3, 2) true
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func ExampleEmbedding() {
	g := gorgonia.NewGraph()
	emb, err := layers.NewEmbedding(g, "emb", layers.EmbeddingConfig{
		NumEmbeddings: 10, EmbeddingDim: 3, Init: layers.Normal(rand.New(rand.NewPCG(1, 1)), 1),
	})
	check(err)
	ids := gorgonia.NewVector(g, tensor.Int, gorgonia.WithName("ids"), gorgonia.WithShape(4),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]int{1, 2, 3, 4}))))
	vectors, err := emb.Forward(ids)
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(emb.Weight().Name(), emb.Weight().Shape(), "→", vectors.Shape())
	// Output: emb.weight (10, 3) → (4, 3)
}

func ExampleLookup() {
	g := gorgonia.NewGraph()
	table := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithName("table"), gorgonia.WithShape(4, 2),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4, 2), tensor.WithBacking([]float32{0, 1, 10, 11, 20, 21, 30, 31}))))
	ids := gorgonia.NewMatrix(g, tensor.Int, gorgonia.WithName("ids"), gorgonia.WithShape(2, 2),
		gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]int{3, 0, 0, 1}))))
	vectors, err := layers.Lookup(table, ids, layers.LookupConfig{})
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(vectors.Shape(), vectors.Value().Data())
	// Output: (2, 2, 2) [30 31 0 1 0 1 10 11]
}

func ExampleAs() {
	g := gorgonia.NewGraph()
	emb, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: layers.Zeros()})
	check(err)
	ids := gorgonia.NewVector(g, tensor.Int, gorgonia.WithName("ids"), gorgonia.WithShape(2),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]int{0, 9}))))
	_, err = emb.Forward(ids)
	check(err)
	var bad *layers.IndexError
	if err := gorgonia.NewTapeMachine(g).RunAll(); layers.As(err, &bad) {
		fmt.Println(bad)
	}
	// Output: embedding "words": id 9 at position 1 (of shape (2)) is outside [0, 4)
}

func ExampleMeanPool() {
	g := gorgonia.NewGraph()
	ids := gorgonia.NewMatrix(g, tensor.Int, gorgonia.WithName("ids"), gorgonia.WithShape(1, 3),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]int{1, 2, 0}))))
	table := layers.From([]float32{0, 0, 1, 2, 3, 4})
	emb, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, PaddingIdx: new(0), Init: table})
	check(err)
	mean, err := layers.Sequential{emb, layers.MeanPool{IDs: ids, PaddingIdx: 0}}.Forward(ids)
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(mean.Value().Data())
	// Output: [2 3]
}
