package layers_test

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// dots is Dot of leaves a and b.
func dots(a, b []int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		rnd := testkit.NewRand(3)
		x := input(g, "a", testkit.Randoms[float64](rnd, tensor.Shape(a).TotalSize()), a...)
		y := input(g, "b", testkit.Randoms[float64](rnd, tensor.Shape(b).TotalSize()), b...)
		return sumSquares(must(layers.Dot(x, y))), gorgonia.Nodes{x, y}
	}
}

func TestGoldenDot(t *testing.T) {
	eachLayerCase(t, "dot", 3, func(t *testing.T, c layerCase) {
		a, b := c.input(t, "a"), c.input(t, "b")
		c.check(t, must(layers.Dot(a, b)), gorgonia.Nodes{a, b}, "a", "b")
	})
}

func TestDot(t *testing.T) {
	for _, tt := range []struct {
		a, b   []float64
		sa, sb []int
		shape  []int
		want   []float64
	}{
		{[]float64{1, 2}, []float64{3, 4}, []int{2}, []int{2}, nil, []float64{11}},
		{[]float64{1, 2}, []float64{3, 4, 5, 6}, []int{2}, []int{2, 2}, []int{2}, []float64{11, 17}},
		{[]float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}, []int{2, 2}, []int{2, 2}, []int{2}, []float64{17, 53}},
		{[]float64{1, 2}, []float64{5, 6, 7, 8}, []int{2, 1}, []int{2, 2, 1}, []int{2, 2}, []float64{5, 6, 14, 16}},
		{[]float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}, []int{1, 2, 2}, []int{1, 2, 2}, []int{1, 2}, []float64{17, 53}},
	} {
		g := gorgonia.NewGraph()
		y := must(layers.Dot(input(g, "a", tt.a, tt.sa...), input(g, "b", tt.b, tt.sb...)))
		testkit.Run(t, g)
		if !slices.Equal(y.Shape(), tt.shape) {
			t.Errorf("%v·%v has shape %v, want %v", tt.sa, tt.sb, y.Shape(), tt.shape)
		}
		wantClose(t, "product", y.Value(), tt.want, 0)
	}
}

// A float32 product is summed in float64: 1 is not lost beside 2²⁵.
func TestDotSumsInFloat64(t *testing.T) {
	g := gorgonia.NewGraph()
	y := must(layers.Dot(input(g, "a", []float32{1 << 25, 1, -1 << 25}, 1, 3), input(g, "b", []float32{1, 1, 1}, 1, 3)))
	testkit.Run(t, g)
	wantNear(t, "product", y.Value(), []float64{1}, 0)
}

func TestDotErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x := func(name string, shape ...int) *gorgonia.Node {
		return input(g, name, make([]float64, tensor.Shape(shape).TotalSize()), shape...)
	}
	a := x("a", 2, 3)
	for want, b := range map[string]*gorgonia.Node{
		"dot: b: the node is nil":                   nil,
		"dot: b must be float64, as a, got float32": input(g, "f", make([]float32, 6), 2, 3),
		"dot: want a and b of shape (…, dim), or b of shape (…, k, dim), got (2, 3) and (2, 2)":       x("b", 2, 2),
		"dot: want a and b of shape (…, dim), or b of shape (…, k, dim), got (2, 3) and (3)":          x("c", 3),
		"dot: want a and b of shape (…, dim), or b of shape (…, k, dim), got (2, 3) and (4, 2, 3)":    x("d", 4, 2, 3),
		"dot: want a and b of shape (…, dim), or b of shape (…, k, dim), got (2, 3) and (2, 1, 1, 3)": x("e", 2, 1, 1, 3),
	} {
		if _, err := layers.Dot(a, b); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
