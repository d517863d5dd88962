package layers_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
)

// A classifier of texts of any length: the layers are nodes of an ordinary Gorgonia model, run by its own machine.
func Example() {
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	words := must(layers.NewEmbeddingBag(g, "words", layers.EmbeddingBagConfig{
		NumEmbeddings: 100, EmbeddingDim: 16, IDs: layers.IDRules{Sparse: true}, Init: layers.Normal(rnd, 1)}))
	out := must(layers.NewLinear(g, "out", layers.LinearConfig{InFeatures: 16, OutFeatures: 2, Init: layers.Glorot(rnd)}))
	texts := layers.Texts{IDs: must(layers.Input(g, "ids", []int{5, 9, 2, 7, 7, 3, 8, 1, 6})), Offsets: must(layers.Input(g, "offsets", []int{0, 3, 5, 9}))}
	logits := must(out.Forward(must(words.ForwardTexts(texts)))) // three texts → (3, 16) → (3, 2)
	cost := must(loss.CrossEntropy(logits, must(layers.Input(g, "labels", []int{1, 0, 1}))))
	params := append(words.Learnables(), out.Learnables()...)
	must(gorgonia.Grad(cost, params...))
	solver, vm := must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.05})), gorgonia.NewTapeMachine(g)
	for range 50 {
		check(vm.RunAll())
		check(solver.Step(gorgonia.NodesToValueGrads(params)))
		vm.Reset()
	}
	fmt.Println(logits.Shape(), cost.Value().Data().(float32) < 0.01)
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
	ids, err := layers.Input(g, "ids", []int{1, 2, 3, 4})
	check(err)
	vectors, err := emb.Forward(ids)
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(emb.Weight().Name(), emb.Weight().Shape(), "→", vectors.Shape())
	// Output: emb.weight (10, 3) → (4, 3)
}

func ExampleLookup() {
	g := gorgonia.NewGraph()
	table, err := layers.Input(g, "table", []float32{0, 1, 10, 11, 20, 21, 30, 31}, 4, 2)
	check(err)
	ids, err := layers.Input(g, "ids", []int{3, 0, 0, 1}, 2, 2)
	check(err)
	vectors, err := layers.Lookup(table, ids, layers.IDRules{})
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(vectors.Shape(), vectors.Value().Data())
	// Output: (2, 2, 2) [30 31 0 1 0 1 10 11]
}

func ExampleAs() {
	g := gorgonia.NewGraph()
	emb, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: layers.Zeros()})
	check(err)
	ids, err := layers.Input(g, "ids", []int{0, 9})
	check(err)
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
	ids, err := layers.Input(g, "ids", []int{1, 2, 0}, 1, 3)
	check(err)
	table := layers.From([]float32{0, 0, 1, 2, 3, 4})
	emb, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, IDs: layers.IDRules{PaddingIdx: new(0)}, Init: table})
	check(err)
	mean, err := layers.Sequential{emb, layers.MeanPool{IDs: ids, PaddingIdx: new(0)}}.Forward(ids)
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(mean.Value().Data())
	// Output: [2 3]
}

// A word that a text repeats gets its gradient once.
func ExampleMaxPool() {
	g := gorgonia.NewGraph()
	ids, err := layers.Input(g, "ids", []int{1, 1, 2}, 1, 3)
	check(err)
	emb, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, Init: layers.From([]float32{0, 0, 5, 2, 3, 4})})
	check(err)
	y, err := layers.Sequential{emb, layers.MaxPool{}}.Forward(ids)
	check(err)
	grads, err := gorgonia.Grad(must(gorgonia.Sum(y)), emb.Weight())
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(y.Value().Data(), grads[0].Value().Data())
	// Output: [5 4] [0 0 1 0 0 1]
}

func ExampleReLU() {
	g := gorgonia.NewGraph()
	x, err := layers.Input(g, "x", []float32{-2, 0, 3})
	check(err)
	y, err := layers.ReLU{}.Forward(x)
	check(err)
	grads, err := gorgonia.Grad(must(gorgonia.Sum(y)), x)
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(y.Value().Data(), grads[0].Value().Data())
	// Output: [0 0 3] [0 0 1]
}

// Vectors of two packed texts, as those that a layer makes of what Texts describes.
func ExampleSumPool() {
	g := gorgonia.NewGraph()
	vectors, err := layers.Input(g, "vectors", []float32{1, 2, 3, 4, 5, 6}, 3, 2)
	check(err)
	offsets, err := layers.Input(g, "offsets", []int{0, 1, 3})
	check(err)
	y, err := layers.SumPool{Offsets: offsets}.Forward(vectors)
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(y.Value().Data())
	// Output: [1 2 8 10]
}

// The graph reads the slice itself, so the next batch is written into it. A name serves once.
func ExampleInput() {
	g, batch := gorgonia.NewGraph(), []float32{1, 2, 3, 4}
	x, err := layers.Input(g, "x", batch, 2, 2)
	check(err)
	sum, err := gorgonia.Sum(x)
	check(err)
	vm := gorgonia.NewTapeMachine(g)
	check(vm.RunAll())
	fmt.Println(sum.Value())
	vm.Reset()
	batch[0] = 10
	check(vm.RunAll())
	fmt.Println(sum.Value())
	_, err = layers.Input(g, "x", batch)
	fmt.Println(err)
	// Output:
	// 10
	// 19
	// input "x": the graph already has a node called "x": give each layer and input its own name
}

// One table for single words and for bags of them.
func ExampleTable() {
	g := gorgonia.NewGraph()
	words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 1, Init: layers.From([]float32{1, 2, 4})})
	check(err)
	sums := &layers.EmbeddingBag{Table: words.Table, Mode: layers.BagSum}
	ids, err := layers.Input(g, "ids", []int{0, 1, 2, 2}, 2, 2)
	check(err)
	one, err := words.Forward(ids)
	check(err)
	sum, err := sums.Forward(ids)
	check(err)
	check(gorgonia.NewTapeMachine(g).RunAll())
	fmt.Println(one.Value().Data(), sum.Value().Data(), words.Table)
	// Output: [1 2 4 4] [3 8] Table words (3, 1)
}

// A matrix factorisation: the score of a user and an item is the product of their rows.
func ExampleTable_Dots() {
	g := gorgonia.NewGraph()
	users := must(layers.NewEmbedding(g, "users", layers.EmbeddingConfig{NumEmbeddings: 2, EmbeddingDim: 2, Init: layers.From([]float32{1, 0, 1, 2})}))
	items := must(layers.NewEmbedding(g, "items", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, Init: layers.From([]float32{5, 1, 0, 4, 2, 2})}))
	scores := must(users.Dots(must(layers.Input(g, "user", []int{0, 1, 1})), items.Table, must(layers.Input(g, "item", []int{0, 0, 2}))))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err != nil {
		panic(err)
	}
	fmt.Println(scores.Value())
	// Output: [5  7  6]
}

// A word's vector in a line, without a graph.
func ExampleTable_Row() {
	words, err := layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{
		NumEmbeddings: 3, EmbeddingDim: 2, Init: layers.From([]float32{0.5, 1, 1.5, 2, 2.5, 3})})
	check(err)
	fmt.Println(words.Row(1))
	fmt.Println(words.Row(3))
	// Output:
	// [1.5 2] <nil>
	// [] embedding "words": id 3 is outside [0, 3)
}

// The vectors of several words, in memory that serves again.
func ExampleTable_Rows() {
	words, err := layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{
		NumEmbeddings: 3, EmbeddingDim: 2, Init: layers.From([]float32{0.5, 1, 1.5, 2, 2.5, 3})})
	check(err)
	vectors := make([]float32, 2*2)
	check(words.Rows([]int{2, 0}, vectors))
	fmt.Println(vectors)
	// Output: [2.5 3 0.5 1]
}

// A table in a byte an element, saved and loaded: the file is a safetensors file.
func ExampleLoadQuantized() {
	words, err := layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{
		NumEmbeddings: 2, EmbeddingDim: 4, Init: layers.From([]float32{0, 1, 2, 255, 7, 7, 7, 7})})
	check(err)
	small, err := words.Quantize()
	check(err)
	var file bytes.Buffer
	check(small.Save(&file))
	loaded, err := layers.LoadQuantized(&file)
	check(err)
	fmt.Println(loaded)
	fmt.Println(loaded.Row(0))
	// Output:
	// QuantizedEmbedding words (2, 4), 24 bytes
	// [0 1 2 255] <nil>
}

func ExampleQuantizedEmbedding_Rows() {
	words, err := layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{
		NumEmbeddings: 2, EmbeddingDim: 3, IDs: layers.IDRules{OutOfRange: layers.RangeClip}, Init: layers.From([]float32{0, 1, 255, 7, 7, 7})})
	check(err)
	small, err := words.Quantize()
	check(err)
	vectors := make([]float32, 2*3)
	check(small.Rows([]int{0, 99}, vectors)) // beyond the table: the last row
	fmt.Println(vectors)
	// Output: [0 1 255 7 7 7]
}
