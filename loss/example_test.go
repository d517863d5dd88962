package loss_test

import (
	"fmt"
	"log"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
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
