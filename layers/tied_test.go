package layers_test

import (
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
)

// A sparse gradient is that of a leaf: the gradient of what makes a table out of one could not be computed from it.
func TestSparseNeedsALeaf(t *testing.T) {
	g := gorgonia.NewGraph()
	w := gorgonia.Must(gorgonia.Tanh(table(g, "w", 4, 2)))
	ids := input(g, "ids", []int{1, 2}, 1, 2)
	want := "a sparse gradient ends at a leaf of the graph, and weight is the result of"
	if _, err := layers.Lookup(w, ids, layers.IDRules{Sparse: true}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("lookup: %v", err)
	}
	if _, err := layers.Bag(w, layers.Texts{IDs: ids}, layers.BagMean, layers.IDRules{Sparse: true}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("bag: %v", err)
	}
	if _, err := layers.Lookup(w, ids, layers.IDRules{}); err != nil {
		t.Errorf("dense: %v", err)
	}
}

// What the loss does not depend on may read the table.
func TestWatchingASparseTable(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
	y := must(e.Forward(input(g, "ids", []int{1, 3}, 2)))
	watched := must(layers.Lookup(e.Weight(), input(g, "watched", []int{2}, 1), layers.IDRules{}))
	norm := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(e.Weight()))))
	_ = must(e.Forward(input(g, "more", []int{4}, 1))) // has a node of its own, which no gradient is asked for
	must(gorgonia.Grad(sumSquares(y), e.Weight()))
	var row, length gorgonia.Value
	gorgonia.Read(watched, &row)
	gorgonia.Read(norm, &length)
	testkit.Run(t, g)
	if row == nil || length == nil {
		t.Error("nothing was read")
	}
}

// A gradient of some of a table's nodes is not that of the table.
func TestGradientOfTheFirstNodeMissing(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
	a, b := must(e.Forward(input(g, "a", []int{1}, 1))), must(e.Forward(input(g, "b", []int{2}, 1)))
	must(gorgonia.Grad(sumSquares(gorgonia.Must(gorgonia.Add(a, b))), e.Learnables()[1:]...))
	err := gorgonia.NewTapeMachine(g).RunAll()
	if err == nil || !strings.Contains(err.Error(), `the gradient of "words.weight" is missing`) {
		t.Errorf("got %v", err)
	}
}

// A call of Forward that fails leaves no node behind.
func TestFailedForwardLeavesNothing(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
	b := must(layers.NewEmbeddingBag(g, "bag", layers.EmbeddingBagConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}, Init: layers.Zeros()}))
	must(e.Forward(input(g, "ids", []int{1}, 1)))
	must(b.Forward(input(g, "bags", []int{1}, 1, 1)))
	floats := input(g, "floats", []float32{1}, 1)
	for what, forward := range map[string]layers.Func{"embedding": e.Forward, "bag": b.Forward, "attend": e.Attend} {
		if _, err := forward(floats); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if n, m := len(e.Learnables()), len(b.Learnables()); n != 1 || m != 1 {
		t.Errorf("%d and %d nodes after a Forward that failed", n, m)
	}
}

// Ops of any number of inputs may read a table too.
func TestConcatReadsASparseTable(t *testing.T) {
	g := gorgonia.NewGraph()
	w := table(g, "w", 4, 2)
	y := must(layers.Lookup(w, input(g, "ids", []int{1, 1}, 2), layers.IDRules{Sparse: true}))
	twice := gorgonia.Must(gorgonia.Concat(0, w, w))
	_, err := gorgonia.Grad(gorgonia.Must(gorgonia.Add(sumSquares(y), sumSquares(twice))), w)
	if err == nil || !strings.Contains(err.Error(), "Gorgonia cannot add to a sparse gradient") {
		t.Errorf("got %v", err)
	}
}

func TestTableOfNothing(t *testing.T) {
	g := gorgonia.NewGraph()
	w := input(g, "w", []float32{}, 3, 0)
	want := `embedding "w": weight must have a row and a column, got shape (3, 0)`
	if _, err := layers.Lookup(w, input(g, "ids", []int{1}, 1), layers.IDRules{}); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// A step in the graph reads dense gradients and leaves them alone, so that they are cleared where they were touched.
func TestStepNodeOnDenseGradients(t *testing.T) {
	train := func(inGraph bool) []float64 {
		g := gorgonia.NewGraph()
		ids := []int{0, 0, 0}
		e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 9, EmbeddingDim: 3})
		must(gorgonia.Grad(sumSquares(must(e.Forward(input(g, "ids", ids, 3)))), e.Weight()))
		solver := must(optim.New(optim.SGD{Momentum: 0.9}, optim.Config{LearningRate: 0.1}))
		if inGraph {
			must(solver.StepNode(e.Weight()))
		}
		vm, rnd := gorgonia.NewTapeMachine(g), testkit.NewRand(1)
		for range 20 {
			for i := range ids {
				ids[i] = rnd.IntN(9)
			}
			vm.Reset()
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			if !inGraph {
				if err := solver.Step(gorgonia.NodesToValueGrads(e.Learnables())); err != nil {
					t.Fatal(err)
				}
			}
		}
		return e.Weight().Value().Data().([]float64)
	}
	after, within := train(false), train(true)
	for i := range after {
		if after[i] != within[i] {
			t.Fatalf("after the run %v\nin the graph %v", after, within)
		}
	}
}
