package layers_test

import (
	"fmt"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// concat is Concat of leaves of such shapes.
func concat(shapes ...[]int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		rnd := testkit.NewRand(3)
		var xs gorgonia.Nodes
		for i, shape := range shapes {
			xs = append(xs, input(g, fmt.Sprint("x", i), testkit.Randoms[float64](rnd, tensor.Shape(shape).TotalSize()), shape...))
		}
		return sumSquares(must(layers.Concat(xs...))), xs
	}
}

func TestConcat(t *testing.T) {
	g := gorgonia.NewGraph()
	a, b := input(g, "a", []float64{1, 2, 3, 4}, 2, 2), input(g, "b", []float64{5, 6}, 2, 1)
	y := must(layers.Concat(a, b, a))
	testkit.Run(t, g)
	if !slices.Equal(y.Shape(), []int{2, 5}) {
		t.Errorf("shape %v", y.Shape())
	}
	wantClose(t, "y", y.Value(), []float64{1, 2, 5, 1, 2, 3, 4, 6, 3, 4}, 0)
}

// The third of three nodes of 128 columns has its own gradient, not that of the first: see
// TestTrapStockConcatGradient.
func TestConcatGradientBeyond256Columns(t *testing.T) {
	g := gorgonia.NewGraph()
	var xs gorgonia.Nodes
	for i, n := range []int{128, 128, 128} {
		xs = append(xs, input(g, fmt.Sprint("x", i), make([]float64, n), 1, n))
	}
	factors := make([]float64, 384)
	for i := range factors {
		factors[i] = float64(i)
	}
	cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(must(layers.Concat(xs...)), input(g, "factors", factors, 1, 384)))))
	grads := must(gorgonia.Grad(cost, xs...))
	testkit.Run(t, g)
	for i, d := range grads {
		wantClose(t, fmt.Sprint("gradient ", i), d.Value(), factors[i*128:(i+1)*128], 0)
	}
}

func TestConcatErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x := func(name string, shape ...int) *gorgonia.Node {
		return input(g, name, make([]float64, tensor.Shape(shape).TotalSize()), shape...)
	}
	a := x("a", 2, 3)
	for want, xs := range map[string]gorgonia.Nodes{
		"concat: no nodes: want at least one":                                           nil,
		"concat: node 1: the node is nil":                                               {a, nil},
		"concat: node 1 must be float64, as node 0, got float32":                        {a, input(g, "f", make([]float32, 6), 2, 3)},
		"concat: want shapes that differ in the last axis alone, got (2, 3) and (3, 3)": {a, x("b", 3, 3)},
		"concat: want shapes that differ in the last axis alone, got (2, 3) and (2)":    {a, x("c", 2)},
		"concat: want nodes of at least one axis, got a scalar":                         {testkit.Leaf(g, "scalar", []float64{1})},
	} {
		if _, err := layers.Concat(xs...); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
