package layers_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/golden"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// namedTensors are tensors of a golden case by name.
type namedTensors map[string]any

// layerCase is a case of golden.Layers: a graph with a leaf for each input and parameter.
type layerCase struct {
	golden.Case
	g *gorgonia.ExprGraph
}

func eachLayerCase(t *testing.T, op string, want int, test func(t *testing.T, c layerCase)) {
	cases := golden.Load(t, golden.Layers, op)
	if len(cases) != want {
		t.Errorf("%d cases, want %d", len(cases), want)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { test(t, layerCase{c, gorgonia.NewGraph()}) })
	}
}

// floats returns a tensor of the group "inputs", "params" or "grads".
func (c layerCase) floats(t *testing.T, group, name string) (elems []float64, shape []int) {
	t.Helper()
	var fields namedTensors
	c.Get(t, group, &fields)
	return golden.Flatten(fields[name])
}

// input adds the input called name.
func (c layerCase) input(t *testing.T, name string) *gorgonia.Node {
	elems, shape := c.floats(t, "inputs", name)
	return input(c.g, name, elems, shape...)
}

// check compares y, and the gradients of leaves, which names lists as the case does.
func (c layerCase) check(t *testing.T, y *gorgonia.Node, leaves gorgonia.Nodes, names ...string) {
	t.Helper()
	want, _ := c.Floats(t, "out")
	up, shape := c.Floats(t, "grad_out")
	grads := must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{input(c.g, "up", up, shape...)}, leaves))
	testkit.Run(t, c.g)
	wantNear(t, "forward", y.Value(), want, 1e-12)
	if !slices.Equal(y.Shape(), shape) {
		t.Errorf("shape %v, want %v", y.Shape(), shape)
	}
	for i, name := range names {
		want, _ := c.floats(t, "grads", name)
		wantNear(t, "gradient of "+name, grads[i].Value(), want, 1e-12)
	}
}

func TestGoldenSoftMax(t *testing.T) {
	eachLayerCase(t, "softmax", 5, func(t *testing.T, c layerCase) {
		var s layers.SoftMax
		if keep, shape := c.Ints(t, "keep"); len(shape) > 0 {
			if len(shape) == 3 { // (batch, 1, n)
				shape = []int{shape[0], shape[2]}
			}
			s.IDs, s.PaddingIdx = input(c.g, "keep", keep, shape...), new(0)
		}
		x := c.input(t, "x")
		c.check(t, must(s.Forward(x)), gorgonia.Nodes{x}, "x")
	})
}

// Gorgonia's own SoftMax gives NaN here: rows far below the tensor's first element, and rows that are fully masked.
func TestSoftMaxOfRowsFarApartAndFullyMasked(t *testing.T) {
	inf := float32(math.Inf(1))
	for name, tt := range map[string]struct {
		x, want []float32
		ids     []int
	}{
		"masked by a large number":  {x: []float32{0, 1, -1e9, -1e9}, want: []float32{0.26894143, 0.7310586, 0.5, 0.5}},
		"100 below the first":       {x: []float32{100, 100, 0, 0}, want: []float32{0.5, 0.5, 0.5, 0.5}},
		"masked by −∞":              {x: []float32{0, -inf, -inf, -inf}, want: []float32{1, 0, 0, 0}},
		"masked by ids":             {x: []float32{0, 0, 3, 4}, ids: []int{7, 7, 0, 0}, want: []float32{0.5, 0.5, 0, 0}},
		"masked, whatever it holds": {x: []float32{0, 0, 3, inf}, ids: []int{7, 7, 7, 0}, want: []float32{0.5, 0.5, 1, 0}},
		"masked, and far above":     {x: []float32{0, 0, 3, 1e38}, ids: []int{7, 7, 7, 0}, want: []float32{0.5, 0.5, 1, 0}},
	} {
		g := gorgonia.NewGraph()
		var s layers.SoftMax
		if tt.ids != nil {
			s = layers.SoftMax{IDs: input(g, "ids", tt.ids, 2, 2), PaddingIdx: new(0)}
		}
		x := input(g, "x", tt.x, 2, 2)
		y := must(s.Forward(x))
		up := input(g, "up", []float32{1, 2, 3, 4}, 2, 2)
		dx := must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{up}, gorgonia.Nodes{x}))[0]
		testkit.Run(t, g)
		for i, got := range y.Value().Data().([]float32) {
			if !(math.Abs(float64(got-tt.want[i])) < 1e-7) {
				t.Errorf("%s: got %v, want %v", name, y.Value(), tt.want)
			}
			if d := dx.Value().Data().([]float32)[i]; math.IsNaN(float64(d)) || got == 0 && d != 0 {
				t.Errorf("%s: gradient %v", name, dx.Value())
			}
		}
	}
}

// What is not a number in a row shows in that row, and in no other.
func TestSoftMaxShowsNaN(t *testing.T) {
	for _, row := range [][]float64{{math.NaN(), 1, 2}, {1, math.NaN(), 2}, {1, 2, math.NaN()}} {
		g := gorgonia.NewGraph()
		y := must(layers.SoftMax{}.Forward(input(g, "x", append(slices.Clone(row), 1, 1, 1), 2, 3)))
		testkit.Run(t, g)
		got := y.Value().Data().([]float64)
		if !math.IsNaN(got[0]) || !math.IsNaN(got[1]) || math.Abs(got[3]-1./3) > 1e-15 {
			t.Errorf("%v: got %v", row, got)
		}
	}
}

func TestSoftMaxErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x, ids := input(g, "x", make([]float64, 12), 2, 2, 3), input(g, "ids", make([]int, 6), 2, 3)
	for _, tt := range []struct {
		s    layers.SoftMax
		x    *gorgonia.Node
		want string
	}{
		{layers.SoftMax{}, nil, "softmax: x: the node is nil"},
		{layers.SoftMax{}, ids, "softmax: x must be float32 or float64, got int"},
		{layers.SoftMax{}, testkit.Leaf(g, "s", []float64{1}), "softmax: want x of shape (…, n) and IDs of the same, or of its first axes and the last, got () and none"},
		{layers.SoftMax{IDs: ids}, x, "softmax: IDs without PaddingIdx mask nothing: set the id that does not count"},
		{layers.SoftMax{PaddingIdx: new(3)}, x, "softmax: PaddingIdx 3 without IDs: set the node of the ids"},
		{layers.SoftMax{IDs: x, PaddingIdx: new(0)}, x, "softmax: IDs must be int, int32 or int64, got float64"},
		{layers.SoftMax{IDs: input(g, "short", make([]int, 4), 2, 2), PaddingIdx: new(0)}, x,
			"softmax: want x of shape (…, n) and IDs of the same, or of its first axes and the last, got (2, 2, 3) and (2, 2)"},
	} {
		if _, err := tt.s.Forward(tt.x); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
	if got := fmt.Sprint(layers.SoftMax{}, layers.SoftMax{PaddingIdx: new(0)}); got != "SoftMax SoftMax, padding 0" {
		t.Error(got)
	}
}
