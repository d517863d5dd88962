package layers_test

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
)

// The snippets of docs/from-pytorch.md.

// ids is layers.Input, where that cannot fail.
func ids(g *gorgonia.ExprGraph, name string, data []int, shape ...int) *gorgonia.Node {
	return gorgonia.Must(layers.Input(g, name, data, shape...))
}

func run(g *gorgonia.ExprGraph) { check(gorgonia.NewTapeMachine(g).RunAll()) }

func ExampleNewEmbedding() {
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	emb, err := layers.NewEmbedding(g, "emb", layers.EmbeddingConfig{
		NumEmbeddings: 10, EmbeddingDim: 5, IDs: layers.IDRules{PaddingIdx: new(0)}, Init: layers.Normal(rnd, 1)})
	check(err)
	batch := ids(g, "batch", []int{1, 2, 4, 5, 4, 3, 2, 9, 0, 7, 6, 8}, 3, 4)
	vectors, err := emb.Forward(batch)
	check(err)
	run(g)
	fmt.Println(emb, vectors.Shape())
	// Output: Embedding emb (10, 5), padding 0 (3, 4, 5)
}

// from_pretrained: weights that are there already.
func ExampleFrom() {
	g := gorgonia.NewGraph()
	weight := []float32{1, 2.3, 3, 4, 5.1, 6.3}
	emb, err := layers.NewEmbedding(g, "emb", layers.EmbeddingConfig{
		NumEmbeddings: 2, EmbeddingDim: 3, Freeze: true, Init: layers.From(weight)})
	check(err)
	y, err := emb.Forward(ids(g, "ids", []int{1}, 1))
	check(err)
	run(g)
	fmt.Println(y.Value().Data(), len(emb.Learnables()), "to train")
	// Output: [4 5.1 6.3] 0 to train
}

func ExampleEmbeddingBag() {
	g := gorgonia.NewGraph()
	weight := []float32{0, 0, 1, 2, 3, 4, 5, 6}
	bag, err := layers.NewEmbeddingBag(g, "bag", layers.EmbeddingBagConfig{
		NumEmbeddings: 4, EmbeddingDim: 2, Mode: layers.BagSum, Freeze: true, Init: layers.From(weight)})
	check(err)
	in := layers.Texts{
		IDs:          ids(g, "ids", []int{1, 2, 3, 3}, 4),
		Offsets:      ids(g, "offsets", []int{0, 2}, 2), // two bags: 1 2 and 3 3
		NoLastOffset: true,
	}
	y, err := bag.ForwardTexts(in)
	check(err)
	run(g)
	fmt.Println(y.Value().Data())
	// Output: [4 6 10 12]
}

// Weights of the ids, a mean by weight, and room in a static graph for more ids than a batch has.
func ExampleTexts() {
	g := gorgonia.NewGraph()
	table := gorgonia.Must(layers.Input(g, "table", []float32{10, 20, 30}, 3, 1))
	weights := gorgonia.Must(layers.Input(g, "weights", []float32{1, 3, 1, 0, 0}))
	y, err := layers.Bag(table, layers.Texts{
		IDs:     ids(g, "ids", []int{0, 1, 2, -9, -9}, 5), // the last two are room
		Offsets: ids(g, "offsets", []int{0, 2, 2, 3}, 4),  // the second bag is empty
		Weights: weights,
	}, layers.BagMean, layers.IDRules{})
	check(err)
	run(g)
	fmt.Println(y.Value().Data())
	// Output: [17.5 0 30]
}

func ExampleBagMode() {
	for _, mode := range []layers.BagMode{layers.BagMean, layers.BagSum, layers.BagMax, layers.BagSqrtN, layers.BagMin} {
		g := gorgonia.NewGraph()
		bag, err := layers.NewEmbeddingBag(g, "bag", layers.EmbeddingBagConfig{
			NumEmbeddings: 4, EmbeddingDim: 1, Mode: mode, Init: layers.From([]float32{1, 2, 4, 5})})
		check(err)
		y, err := bag.Forward(ids(g, "ids", []int{0, 1, 2, 3}, 1, 4))
		check(err)
		run(g)
		fmt.Println(mode, y.Value().Data())
	}
	// Output:
	// mean [3]
	// sum [12]
	// max [5]
	// sqrtn [6]
	// min [1]
}

func ExampleOutOfRange() {
	for _, policy := range []layers.OutOfRange{layers.RangeClip, layers.RangeWrap, layers.RangeUnknown} {
		g := gorgonia.NewGraph()
		cfg := layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 1, Init: layers.From([]float32{0, 1, 2, 3}), IDs: layers.IDRules{OutOfRange: policy}}
		if policy == layers.RangeUnknown {
			cfg.IDs.UnknownIdx = new(2)
		}
		words, err := layers.NewEmbedding(g, "words", cfg)
		check(err)
		y, err := words.Forward(ids(g, "ids", []int{1, 5, -1}, 3))
		check(err)
		run(g)
		fmt.Println(policy, y.Value().Data())
	}
	// Output:
	// clip [1 3 0]
	// wrap [1 1 3]
	// unknown [1 2 2]
}

// A language model whose input and output weights are one table.
func ExampleTable_Attend() {
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 6, EmbeddingDim: 4, IDs: layers.IDRules{Sparse: true}, Init: layers.Normal(rnd, 0.5)})
	check(err)
	hidden, err := layers.NewLinear(g, "hidden", layers.LinearConfig{InFeatures: 4, OutFeatures: 4, Init: layers.Glorot(rnd)})
	check(err)
	h, err := layers.Sequential{words, hidden, layers.Func(gorgonia.Tanh)}.Forward(ids(g, "ids", []int{0, 1, 2, 3, 4}, 5))
	check(err)
	logits, err := words.Attend(h) // (5, 4) → (5, 6)
	check(err)
	cost, err := loss.CrossEntropy(logits, ids(g, "next", []int{1, 2, 3, 4, 5}, 5))
	check(err)
	params := append(words.Learnables(), hidden.Learnables()...)
	_, err = gorgonia.Grad(cost, params...)
	check(err)
	solver, err := optim.New(optim.Adam{}, optim.Config{LearningRate: 0.05})
	check(err)
	vm := gorgonia.NewTapeMachine(g)
	for range 200 {
		check(vm.RunAll())
		check(solver.Step(gorgonia.NodesToValueGrads(params)))
		vm.Reset()
	}
	fmt.Println(logits.Shape(), cost.Value().Data().(float32) < 0.05)
	// Output: (5, 6) true
}

// Four batches, of which each two make a step: by half of the loss of each, which is the mean of both.
func Example_accumulate() {
	g, batch := gorgonia.NewGraph(), []int{0}
	words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
		NumEmbeddings: 4, EmbeddingDim: 1, Init: layers.From([]float32{1, 2, 3, 4}), IDs: layers.IDRules{Sparse: true}})
	check(err)
	x, err := words.Forward(ids(g, "batch", batch, 1))
	check(err)
	cost := gorgonia.Must(gorgonia.HadamardProd(gorgonia.Must(gorgonia.Sum(x)), gorgonia.NewConstant(float32(0.5))))
	params := gorgonia.NodesToValueGrads(words.Learnables())
	_, err = gorgonia.Grad(cost, words.Learnables()...)
	check(err)
	solver, err := optim.New(optim.SGD{}, optim.Config{LearningRate: 1})
	check(err)
	vm := gorgonia.NewTapeMachine(g)
	for i, id := range []int{0, 1, 3, 3} { // the loss of the graph is a sum, divided by 2
		batch[0] = id
		vm.Reset()
		check(vm.RunAll())
		check(solver.Accumulate(params))
		if i%2 == 1 {
			check(solver.Step(params))
		}
	}
	fmt.Println(words.Weight().Value().Data())
	// Output: [0.5 1.5 3 3]
}

// Three new words, which begin as the mean of the old ones.
func ExampleTable_Grow() {
	old, err := layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{
		NumEmbeddings: 2, EmbeddingDim: 2, Init: layers.From([]float32{1, 2, 3, 6})})
	check(err)
	g := gorgonia.NewGraph()
	grown, err := old.Grow(g, 5, old.MeanRow())
	check(err)
	words := &layers.Embedding{Table: grown}
	fmt.Println(words, words.Weight().Value().Data())
	// Output: Embedding words (5, 2) [1 2 3 6 2 4 2 4 2 4]
}

// A class that comes later: its row begins at zero.
func ExampleLinear_Grow() {
	old, err := layers.NewLinear(gorgonia.NewGraph(), "out", layers.LinearConfig{
		InFeatures: 2, OutFeatures: 2, Init: layers.From([]float32{1, 2, 3, 4}), BiasInit: layers.From([]float32{5, 6})})
	check(err)
	grown, err := old.Grow(gorgonia.NewGraph(), 3, layers.Zeros(), nil)
	check(err)
	fmt.Println(grown, grown.Weight().Value().Data(), grown.Bias().Value().Data())
	// Output: Linear out (2 → 3) [1 2 3 4 0 0] [5 6 0]
}

// A tied head with a bias of its own, one of the table's parameters.
func ExampleTable_Bias() {
	g := gorgonia.NewGraph()
	words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
		NumEmbeddings: 3, EmbeddingDim: 1, Init: layers.From([]float32{1, 2, 3}), AttendBias: layers.From([]float32{10, 20, 30})})
	check(err)
	logits, err := words.Attend(gorgonia.Must(layers.Input(g, "h", []float32{2}, 1, 1)))
	check(err)
	run(g)
	fmt.Println(logits.Value().Data(), words.Learnables())
	// Output: [12 24 36] [words.weight, words.bias]
}

func ExampleQuantizedEmbedding() {
	words, err := layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{
		NumEmbeddings: 10_000, EmbeddingDim: 64, Init: layers.Uniform(rand.New(rand.NewPCG(1, 1)), -1, 1)})
	check(err)
	small, err := words.Quantize()
	check(err)
	g := gorgonia.NewGraph()
	vectors, err := small.Forward(ids(g, "ids", []int{7, 9_999}, 2))
	check(err)
	run(g)
	fmt.Printf("%v, %d bytes instead of %d, error at most %.4f\n", vectors.Shape(), small.MemSize(), 10_000*64*4, small.MaxError())
	// Output: (2, 64), 720000 bytes instead of 2560000, error at most 0.0039
}

func ExampleLinear() {
	g := gorgonia.NewGraph()
	l, err := layers.NewLinear(g, "out", layers.LinearConfig{InFeatures: 2, OutFeatures: 1, Init: layers.From([]float32{10, 1}), BiasInit: layers.From([]float32{0.5})})
	check(err)
	x := gorgonia.Must(layers.Input(g, "x", []float32{1, 2, 3, 4}, 2, 2))
	y, err := l.Forward(x)
	check(err)
	run(g)
	fmt.Println(l, y.Value().Data())
	// Output: Linear out (2 → 1) [12.5 34.5]
}

// Scores of two texts, of which the second has one word and padding.
func ExampleSoftMax() {
	g := gorgonia.NewGraph()
	scores := gorgonia.Must(layers.Input(g, "scores", []float32{1, 1, 1, 7, 8, 9}, 2, 3))
	weights, err := layers.SoftMax{IDs: ids(g, "ids", []int{5, 0, 4, 6, 0, 0}, 2, 3), PaddingIdx: new(0)}.Forward(scores)
	check(err)
	run(g)
	fmt.Println(weights.Value().Data())
	// Output: [0.5 0 0.5 1 0 0]
}

// Words of a text that look at each other, and the weights by which they do: a row for each word. The third is padding.
func ExampleMultiheadAttention() {
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 10, EmbeddingDim: 8, Init: layers.Normal(rnd, 1)})
	check(err)
	x := ids(g, "ids", []int{4, 7, 0}, 1, 3)
	attn, err := layers.NewMultiheadAttention(g, "attn", layers.MultiheadAttentionConfig{
		EmbedDim: 8, Attention: layers.Attention{Heads: 2, IDs: x, PaddingIdx: new(0)}, Init: layers.Glorot(rnd)})
	check(err)
	vectors, err := words.Forward(x)
	check(err)
	y, err := attn.Forward(vectors)
	check(err)
	weights, err := attn.Weights(vectors, vectors)
	check(err)
	run(g)
	fmt.Println(attn, y.Shape())
	fmt.Printf("%.2f\n", weights.Value().Data().([]float32)[:9]) // of the first head
	// Output:
	// MultiheadAttention attn (8), 2 heads, padding 0 (1, 3, 8)
	// [0.43 0.57 0.00 0.37 0.63 0.00 0.48 0.52 0.00]
}

func ExampleLayerNorm() {
	g := gorgonia.NewGraph()
	norm, err := layers.NewLayerNorm(g, "norm", layers.LayerNormConfig{Dim: 2})
	check(err)
	y, err := norm.Forward(gorgonia.Must(layers.Input(g, "x", []float32{1, 3, 10, -10}, 2, 2)))
	check(err)
	run(g)
	fmt.Printf("%v %.3f\n", norm, y.Value().Data())
	// Output: LayerNorm norm (2) [-1.000 1.000 1.000 -1.000]
}

// The scores of two items for each of two users.
func ExampleDot() {
	g := gorgonia.NewGraph()
	users := gorgonia.Must(layers.Input(g, "users", []float32{1, 0, 0, 2}, 2, 2))
	items := gorgonia.Must(layers.Input(g, "items", []float32{1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2))
	scores, err := layers.Dot(users, items)
	check(err)
	run(g)
	fmt.Println(scores.Shape(), scores.Value().Data())
	// Output: (2, 2) [1 3 12 16]
}

func ExampleConcat() {
	g := gorgonia.NewGraph()
	vectors := gorgonia.Must(layers.Input(g, "vectors", []float32{1, 2, 3, 4}, 2, 2))
	numbers := gorgonia.Must(layers.Input(g, "numbers", []float32{5, 6}, 2, 1))
	rows, err := layers.Concat(vectors, numbers)
	check(err)
	run(g)
	fmt.Println(rows.Shape(), rows.Value().Data())
	// Output: (2, 3) [1 2 5 3 4 6]
}

// Attention without parameters, to a memory of two vectors.
func ExampleAttention() {
	g := gorgonia.NewGraph()
	q := gorgonia.Must(layers.Input(g, "q", []float32{1000, 0, 0, 0}, 1, 2, 2))
	memory := gorgonia.Must(layers.Input(g, "memory", []float32{1, 0, 0, 1}, 1, 2, 2))
	y, err := layers.Attention{}.Forward(q, memory, memory)
	check(err)
	run(g)
	fmt.Println(y.Value().Data())
	// Output: [1 0 0.5 0.5]
}

func ExampleDropout() {
	g := gorgonia.NewGraph()
	x := gorgonia.Must(layers.Input(g, "x", []float32{1, 2, 3}))
	y, err := layers.Dropout{P: 0.5, Rand: rand.New(rand.NewPCG(1, 1))}.Forward(x)
	check(err)
	check(gorgonia.NewTapeMachine(g, gorgonia.EvalMode()).RunAll())
	fmt.Println(y.Value().Data())
	// Output: [1 2 3]
}

// A layer of your own goes anywhere that ours do.
func ExampleLayer() {
	double := layers.Func(func(x *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Add(x, x) })
	var net layers.Layer = layers.Sequential{double, double}
	g := gorgonia.NewGraph()
	x := gorgonia.Must(layers.Input(g, "x", []float32{1, 2}))
	y, err := net.Forward(x)
	check(err)
	run(g)
	fmt.Println(y.Value().Data())
	// Output: [4 8]
}
