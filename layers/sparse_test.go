package layers_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/sparse"
)

// denseSum returns the sum of the gradients of nodes, all of one table.
func denseSum(t *testing.T, nodes gorgonia.Nodes, wantSparse bool) []float64 {
	t.Helper()
	var sum []float64
	for _, n := range nodes {
		grad := must(n.Grad())
		rows, ok := grad.(*sparse.Rows)
		if ok != wantSparse {
			t.Fatalf("the gradient of %v is a %T", n.Name(), grad)
		}
		if ok {
			grad = rows.Dense()
		}
		if sum == nil {
			sum = make([]float64, grad.Size())
		}
		floats.Add(sum, grad.Data().([]float64))
	}
	return sum
}

// Lookups of one table in one graph: the sum of their sparse gradients is the dense gradient.
func TestTiedSparseGradients(t *testing.T) {
	var grads [2][]float64
	for i, isSparse := range []bool{false, true} {
		g := gorgonia.NewGraph()
		e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{PaddingIdx: new(0), Sparse: isSparse}})
		var sum *gorgonia.Node
		for k, ids := range [][]int{{0, 1, 1}, {1, 4, 0}, {0, 1, 1}} {
			y := must(e.Forward(input(g, fmt.Sprint("ids", k), ids, 3)))
			if sum == nil {
				sum = y
			} else {
				sum = gorgonia.Must(gorgonia.HadamardProd(sum, y))
			}
		}
		nodes := e.Learnables()
		if want := 1 + 2*i; len(nodes) != want || nodes[0] != e.Weight() {
			t.Errorf("learnables %v", nodes)
		}
		for _, n := range nodes {
			if n.Value() != e.Weight().Value() {
				t.Errorf("%v has a value of its own", n)
			}
		}
		must(gorgonia.Grad(sumSquares(sum), nodes...))
		testkit.Run(t, g)
		grads[i] = denseSum(t, nodes, isSparse)
	}
	if d := floats.Distance(grads[0], grads[1], math.Inf(1)); d > 1e-14 || floats.Norm(grads[0], 1) == 0 {
		t.Errorf("dense %v\nsparse %v", grads[0], grads[1])
	}
}

// A sparse gradient is intact during the next run, and shares nothing with the upstream gradient.
func TestSparseGradientOutlivesARun(t *testing.T) {
	g := gorgonia.NewGraph()
	ids := []int{1, 3, 1}
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
	must(gorgonia.Grad(sumSquares(must(e.Forward(input(g, "ids", ids, 3)))), e.Weight()))
	vm := gorgonia.NewTapeMachine(g)
	var kept []*sparse.Rows
	var want []string
	for _, next := range [][]int{{1, 3, 1}, {4, 4, 4}, {0, 1, 2}} {
		copy(ids, next)
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		if n := len(kept); n > 0 && fmt.Sprintf("%.17g", kept[n-1]) != want[n-1] {
			t.Errorf("after the next run: %.17g\nwas %s", kept[n-1], want[n-1])
		}
		kept = append(kept, must(e.Weight().Grad()).(*sparse.Rows))
		want = append(want, fmt.Sprintf("%.17g", kept[len(kept)-1]))
	}
}

// Gorgonia copies a sparse gradient where it copies values: for Read, and in a machine that traces.
func TestSparseGradientIsCopied(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
	ids := []int{1, 3, 1}
	dw := must(gorgonia.Grad(sumSquares(must(e.Forward(input(g, "ids", ids, 3)))), e.Weight()))[0]
	var read gorgonia.Value
	gorgonia.Read(dw, &read)
	vm := gorgonia.NewTapeMachine(g, gorgonia.TraceExec())
	for _, next := range [][]int{{1, 3, 1}, {4, 4, 4}} {
		copy(ids, next)
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		for what, v := range map[string]gorgonia.Value{"read": read, "traced": dw.Value()} {
			rows := v.(*sparse.Rows)
			if want := slices.Compact(slices.Clone(ids)); rows.IDs()[0] != want[0] || rows.Row(want[0]) == nil {
				t.Errorf("%s for ids %v: %v", what, ids, rows)
			}
		}
	}
}

// A table that two lookups read trains the same with sparse and with dense gradients.
func TestTiedSparseTraining(t *testing.T) {
	train := func(isSparse bool) []float64 {
		g := gorgonia.NewGraph()
		e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 9, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: isSparse}})
		a, b := make([]int, 4), make([]int, 4)
		x, y := must(e.Forward(input(g, "a", a, 4))), must(e.Forward(input(g, "b", b, 4)))
		must(gorgonia.Grad(sumSquares(gorgonia.Must(gorgonia.HadamardProd(x, y))), e.Learnables()...))
		solver := must(optim.New(optim.Adagrad{}, optim.Config{LearningRate: 0.1}))
		vm, rnd := gorgonia.NewTapeMachine(g), testkit.NewRand(1)
		for range 30 {
			for i := range a {
				a[i], b[i] = rnd.IntN(9), rnd.IntN(9)
			}
			vm.Reset()
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			denseSum(t, e.Learnables(), isSparse) // checks what kind they are
			if err := solver.Step(gorgonia.NodesToValueGrads(e.Learnables())); err != nil {
				t.Fatal(err)
			}
		}
		return e.Weight().Value().Data().([]float64)
	}
	dense, sparse := train(false), train(true)
	if d := floats.Distance(dense, sparse, math.Inf(1)); d > 1e-12 {
		t.Errorf("off by %g:\ndense  %v\nsparse %v", d, dense, sparse)
	}
}

// A lookup whose gradient was not asked for would silently be left out of the sum.
func TestTiedSparseGradientMissing(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
	a := must(e.Forward(input(g, "a", []int{1}, 1)))
	early := e.Learnables()
	b := must(e.Forward(input(g, "b", []int{2}, 1)))
	must(gorgonia.Grad(sumSquares(gorgonia.Must(gorgonia.Add(a, b))), early...))
	err := gorgonia.NewTapeMachine(g).RunAll()
	want := `the gradient of "words.weight#1" is missing: call Learnables after the last Forward, and give all of them to Grad`
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

// The dense gradient's memory is cleared where the run before last wrote; and as a whole if the gradients of
// two lookups are added, because the sum is written into one of them.
func TestDenseGradientOverRuns(t *testing.T) {
	for _, lookups := range []int{1, 2} {
		gradient := func() func(ids []int) []float64 {
			g := gorgonia.NewGraph()
			memory := make([]int, 6)
			e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 7, EmbeddingDim: 3})
			y := must(e.Forward(input(g, "a", memory[:3:3], 3)))
			if lookups == 2 {
				y = gorgonia.Must(gorgonia.HadamardProd(y, must(e.Forward(input(g, "b", memory[3:], 3)))))
			}
			dw := must(gorgonia.Grad(sumSquares(y), e.Weight()))[0]
			vm := gorgonia.NewTapeMachine(g)
			return func(ids []int) []float64 {
				copy(memory, ids)
				vm.Reset()
				if err := vm.RunAll(); err != nil {
					t.Fatal(err)
				}
				return slices.Clone(dw.Value().Data().([]float64))
			}
		}
		reused, rnd := gradient(), testkit.NewRand(1)
		for run := range 20 {
			ids := rnd.Perm(7)[:6]
			if got, want := reused(ids), gradient()(ids); !slices.Equal(got, want) {
				t.Errorf("%d lookups, run %d of ids %v:\n got %v\nwant %v", lookups, run, ids, got, want)
			}
		}
	}
}
