package layers_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// Each TestTrap shows a behaviour of Gorgonia v0.9.18 that a workaround of ours stands on; docs/gorgonia.md
// lists them. One that fails after an upgrade says that its workaround may go.

// Input and newParam refuse a name that is taken.
func TestTrapEqualLeavesAreOne(t *testing.T) {
	g := gorgonia.NewGraph()
	a := testkit.Leaf(g, "w", []float64{1, 2}, 2)
	b := testkit.Leaf(g, "w", []float64{3, 4}, 2)
	if a != b || a.Value().Data().([]float64)[0] != 1 {
		t.Error("the second leaf of a name is a node of its own now")
	}
}

// Every op returns memory of its own (graphop.Memory); a graph's results are read through gorgonia.Read.
func TestTrapElementwiseOpsOverwriteTheirInput(t *testing.T) {
	g := gorgonia.NewGraph()
	x := input(g, "x", []float64{1, 2}, 2)
	y := gorgonia.Must(gorgonia.Neg(x))
	z := gorgonia.Must(gorgonia.Add(y, x))
	_ = gorgonia.Must(gorgonia.Tanh(z))
	testkit.Run(t, g)
	if got := y.Value().Data().([]float64); got[0] == -1 && got[1] == -2 {
		t.Errorf("−x is still %v after −x + x", got)
	}
}

// Dropout brings a mask op of its own.
func TestTrapStockDropoutGradient(t *testing.T) {
	g := gorgonia.NewGraph()
	x := input(g, "x", []float64{1, 1, 1, 1}, 4)
	y := gorgonia.Must(gorgonia.Dropout(x, 0.1))
	dx := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), x))[0]
	testkit.Run(t, g)
	for _, d := range dx.Value().Data().([]float64) {
		if math.Abs(d-1/0.9) < 1e-9 || d == 0 {
			continue
		}
		return // 1/0.1: wrong
	}
	t.Error("the gradient of gorgonia.Dropout is a mask now")
}

// SoftMax is an op of our own, and CrossEntropy computes softmax and logarithm itself.
func TestTrapStockSoftmaxOverflows(t *testing.T) {
	g := gorgonia.NewGraph()
	p := gorgonia.Must(gorgonia.SoftMax(input(g, "x", []float32{0, 0, 100, 0}, 2, 2)))
	testkit.Run(t, g)
	for _, x := range p.Value().Data().([]float32) {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return
		}
	}
	t.Error("SoftMax of a row of (100, 0) is finite now")
}

// MaxPool gives the gradient to the first of equal elements.
func TestTrapStockMaxGradientOfRepeats(t *testing.T) {
	g := gorgonia.NewGraph()
	x := input(g, "x", []float64{5, 5, 1}, 1, 3)
	dx := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Max(x, 1)))), x))[0]
	testkit.Run(t, g)
	if got := dx.Value().Data().([]float64); !slices.Equal(got, []float64{1, 1, 0}) {
		t.Errorf("gradient %v, was 1 for each of two", got)
	}
}

// layers.Concat has the gradient of each node's own columns.
func TestTrapStockConcatGradient(t *testing.T) {
	g := gorgonia.NewGraph()
	x, y, z := input(g, "x", make([]float64, 2), 1, 2), input(g, "y", make([]float64, 254), 1, 254), input(g, "z", make([]float64, 2), 1, 2)
	factors := make([]float64, 258)
	factors[0], factors[256] = 1, 2
	all := gorgonia.Must(gorgonia.Concat(1, x, y, z))
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(all, input(g, "factors", factors, 1, 258)))))
	dz := must(gorgonia.Grad(cost, x, y, z))[2]
	testkit.Run(t, g)
	if got := dz.Value().Data().([]float64); got[0] != 1 {
		t.Errorf("gradient %v, was that of the columns 256 before", got)
	}
}

// As looks into the machine's error.
func TestTrapMachineErrorHidesItsCause(t *testing.T) {
	g := gorgonia.NewGraph()
	must(layers.Lookup(table(g, "w", 2, 2), input(g, "ids", []int{5}, 1), layers.IDRules{}))
	err := gorgonia.NewTapeMachine(g).RunAll()
	var bad *layers.IndexError
	if err == nil || errors.As(err, &bad) {
		t.Errorf("errors.As sees through %T now", err)
	}
}

// A graph of package model resets its machine before each run.
func TestTrapSecondRunDoesNothing(t *testing.T) {
	g := gorgonia.NewGraph()
	ids := []int{0}
	y := must(layers.Lookup(table(g, "w", 2, 2), input(g, "ids", ids, 1), layers.IDRules{}))
	vm := gorgonia.NewTapeMachine(g)
	for range 2 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		ids[0] = 1
	}
	if got := y.Value().Data().([]float64)[0]; got != 0 {
		t.Errorf("RunAll without Reset computed %v", got)
	}
}

// Lookup checks all ids before it reads the table.
func TestTrapByIndicesReadsRow0(t *testing.T) {
	g := gorgonia.NewGraph()
	y := gorgonia.Must(gorgonia.ByIndices(table(g, "w", 2, 2), input(g, "ids", []int{7}, 1), 0))
	if err := gorgonia.NewTapeMachine(g).RunAll(); err != nil || y.Value().Data().([]float64)[1] != 1 {
		t.Errorf("ByIndices of id 7 of 2: %v, %v", y.Value(), err)
	}
}

// Every op with a gradient has DoDiff.
func TestTrapLispMachineTakesSymbolicGradientForZero(t *testing.T) {
	g := gorgonia.NewGraph()
	x := input(g, "x", []float64{1, 2}, 2)
	y := must(gorgonia.ApplyOp(symbolicOnly{}, x))
	gorgonia.Must(gorgonia.Sum(y))
	if err := gorgonia.NewLispMachine(g).RunAll(); err != nil {
		t.Fatal(err)
	}
	for _, d := range must(x.Grad()).Data().([]float64) {
		if d != 0 {
			t.Errorf("gradient %v: a LispMachine uses SymDiff now", d)
		}
	}
}

// CheckHashes finds nodes that Gorgonia takes for one.
func TestTrapEqualHashesAreComputedOnce(t *testing.T) {
	g := gorgonia.NewGraph()
	a, b := input(g, "xksxlu", []float64{1, 2}, 2), input(g, "yycfoo", []float64{3, 4}, 2) // found by trial
	if gorgonia.Must(gorgonia.Tanh(a)) != gorgonia.Must(gorgonia.Tanh(b)) {
		t.Error("tanh of two nodes of one hash is two nodes now")
	}
	want := `nodes "xksxlu" and "yycfoo" have the same hash 0xc7ebf0be, so Gorgonia would compute only one: rename an input`
	if err := layers.CheckHashes(g); err == nil || err.Error() != want {
		t.Errorf("CheckHashes: %v\nwant: %s", err, want)
	}
}

// Package graphop looks at the shape before it asks for the data.
func TestTrapDataOfEmptyTensorPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Data of an empty tensor does not panic now")
		}
	}()
	_ = tensor.New(tensor.WithShape(0, 3), tensor.WithBacking([]float64{})).Data()
}

// A training graph is stepped after each run; its solver zeroes the gradients.
func TestTrapBoundGradientsAccumulate(t *testing.T) {
	g := gorgonia.NewGraph()
	x := input(g, "x", []float64{3}, 1)
	must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(x)))), x))
	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(x))
	for range 2 {
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
	}
	if got := must(x.Grad()).Data().([]float64)[0]; got != 12 {
		t.Errorf("gradient after two runs: %v, was 6 + 6", got)
	}
}

// A classifier evaluates in a graph of its own.
func TestTrapEvalModeIsOfTheGraph(t *testing.T) {
	g := gorgonia.NewGraph()
	x := slices.Repeat([]float64{1}, 100)
	y := must(layers.Dropout{P: 0.5, Rand: testkit.NewRand(1)}.Forward(input(g, "x", x, 100)))
	training := gorgonia.NewTapeMachine(g)
	gorgonia.NewTapeMachine(g, gorgonia.EvalMode())
	if err := training.RunAll(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(y.Value().Data().([]float64), x) {
		t.Error("EvalMode of one machine leaves dropout on for another one of the same graph now")
	}
}

// An op without a gradient says so (DiffWRT of false, a DoDiff that does nothing): that of a QuantizedEmbedding, the
// lookup of a frozen table.
func TestTrapGradPanicsAtPlainOp(t *testing.T) {
	g := gorgonia.NewGraph()
	x := input(g, "x", []float64{1, 2}, 2)
	y := gorgonia.Must(gorgonia.HadamardProd(x, must(gorgonia.ApplyOp(plainOp{symbolicOnly{}}, input(g, "c", []float64{3, 4}, 2)))))
	defer func() {
		if recover() == nil {
			t.Error("Grad does not panic at an op that is no SDOp now")
		}
	}()
	_, _ = gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), x)
}

// plainOp hides that an op has a gradient.
type plainOp struct{ gorgonia.Op }

// symbolicOnly is x, with SymDiff but without DoDiff.
type symbolicOnly struct{ gorgonia.Iop }

func (symbolicOnly) DiffWRT(int) []bool { return []bool{true} }
func (symbolicOnly) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{grad}, nil
}
func (symbolicOnly) Type() hm.Type {
	x := gorgonia.TensorType{Dims: 1, Of: hm.TypeVariable('a')}
	return hm.NewFnType(x, x)
}
func (symbolicOnly) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	return gorgonia.CloneValue(in[0])
}

// graphop.GraphOf, and package machine, have a graph that finds a node by its id.
func TestTrapRemovedNodeShiftsIDs(t *testing.T) {
	g := gorgonia.NewGraph()
	gorgonia.Must(gorgonia.BinaryXent(input(g, "p", []float64{0.1, 0.2}, 2), input(g, "y", []float64{0, 1}, 2))) // removes 1 − p
	lost := slices.IndexFunc(g.AllNodes(), func(n *gorgonia.Node) bool { return g.Node(n.ID()) != n })
	if lost < 0 {
		t.Fatal("after a removal a graph finds its nodes by their ids now")
	}
	n := g.AllNodes()[lost]
	if graphop.GraphOf(n).Node(n.ID()) != n {
		t.Errorf("GraphOf does not find %v either", n)
	}
}
