package loss_test

import (
	"fmt"
	"log"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/sparse"
)

func ExampleCrossEntropyWith() {
	g := gorgonia.NewGraph()
	logits, err := layers.Input(g, "logits", []float64{2, 0, 0, 0, 3, 0, 1, 1, 1}, 3, 3)
	check(err)
	labels, err := layers.Input(g, "labels", []int{0, 1, 2})
	check(err)
	cost, err := loss.CrossEntropyWith(logits, labels, loss.CrossEntropyConfig{
		Weight: []float64{1, 1, 4}, LabelSmoothing: 0.1, IgnoreIndex: new(1), Reduction: loss.Sum})
	check(err)
	run(g)
	fmt.Printf("%.4f\n", cost.Value())
	// Output: 4.7716
}

func run(g *gorgonia.ExprGraph) {
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	check(vm.RunAll())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Two yes-or-no questions about each of two texts. A yes to the second one is rare, and counts four times.
func ExampleBinaryCrossEntropyWith() {
	g := gorgonia.NewGraph()
	logits, err := layers.Input(g, "logits", []float64{2, -1, 0, 3}, 2, 2)
	check(err)
	answers, err := layers.Input(g, "answers", []float64{1, 1, 0, 1}, 2, 2)
	check(err)
	cost, err := loss.BinaryCrossEntropyWith(logits, answers, loss.BinaryCrossEntropyConfig{PosWeight: []float64{1, 4}})
	check(err)
	run(g)
	fmt.Printf("%.4f\n", cost.Value())
	// Output: 1.5669
}

func ExampleMeanSquaredError() {
	g := gorgonia.NewGraph()
	ratings, err := layers.Input(g, "ratings", []float64{4, 3, 1})
	check(err)
	predicted, err := layers.Input(g, "predicted", []float64{3, 3, 3})
	check(err)
	cost, err := loss.MeanSquaredError(predicted, ratings)
	check(err)
	run(g)
	fmt.Printf("%.4f\n", cost.Value())
	// Output: 1.6667
}

// One step of a skip-gram: words 1 and 2 occurred together, words 3 and 0 were drawn.
func ExampleNegativeSampling() {
	g := gorgonia.NewGraph()
	cfg := layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{Sparse: true}}
	cfg.Init = layers.From([]float32{0, 0, 1, 1, 0, 0, 0, 0})
	words, err := layers.NewEmbedding(g, "words", cfg)
	check(err)
	cfg.Init = layers.From([]float32{0, 1, 0, 0, 2, 1, 1, -1})
	contexts, err := layers.NewEmbedding(g, "contexts", cfg)
	check(err)
	var in loss.Pairs
	in.Centres, err = layers.Input(g, "centres", []int{1})
	check(err)
	in.Contexts, err = layers.Input(g, "seen", []int{2})
	check(err)
	in.Negatives, err = layers.Input(g, "drawn", []int{3, 0}, 1, 2)
	check(err)
	cost, err := loss.NegativeSampling(words.Table, contexts.Table, in)
	check(err)
	params := append(words.Learnables(), contexts.Learnables()...)
	grads, err := gorgonia.Grad(cost, params...)
	check(err)
	run(g)
	fmt.Printf("%.4f\n", cost.Value())
	fmt.Println(grads[0].Value().(*sparse.Rows).IDs(), grads[1].Value().(*sparse.Rows).IDs())
	// Output:
	// 2.0550
	// [1] [2 3 0]
}

func ExampleReduction() {
	for _, r := range []loss.Reduction{loss.Mean, loss.Sum, loss.None} {
		g := gorgonia.NewGraph()
		logits, err := layers.Input(g, "logits", []float64{2, 0, 0, 2}, 2, 2)
		check(err)
		labels, err := layers.Input(g, "labels", []int{0, 0})
		check(err)
		cost, err := loss.CrossEntropyWith(logits, labels, loss.CrossEntropyConfig{Reduction: r})
		check(err)
		run(g)
		fmt.Printf("%v %.4f\n", r, cost.Value())
	}
	// Output:
	// mean 1.1269
	// sum 2.2539
	// none [0.1269  2.1269]
}
