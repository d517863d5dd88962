package layers_test

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/gradcheck"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// torch.relu([-inf, -1, -0.0, 0, 2, nan]) is [0, 0, 0, 0, 2, nan], its gradient [0, 0, 0, 0, 1, 0].
func TestReLU(t *testing.T) {
	g := gorgonia.NewGraph()
	x := input(g, "x", []float32{float32(math.Inf(-1)), -1, float32(math.Copysign(0, -1)), 0, 2, float32(math.NaN())}, 2, 3)
	y := must(layers.ReLU(x))
	dx := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), x))[0]
	testkit.Run(t, g)
	got, grad := y.Value().Data().([]float32), dx.Value().Data().([]float32)
	for i, want := range []float32{0, 0, 0, 0, 2} {
		if got[i] != want || math.Signbit(float64(got[i])) || grad[i] != want/2 {
			t.Errorf("element %d: got %v, gradient %v", i, got[i], grad[i])
		}
	}
	if got[5] == got[5] || grad[5] != 0 {
		t.Errorf("NaN became %v, gradient %v", got[5], grad[5])
	}
}

func TestReLUGradient(t *testing.T) {
	for _, shape := range [][]int{{3}, {2, 3}, {2, 1, 3}} {
		gradcheck.Check(t, 1e-6, func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
			x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(1), tensor.Shape(shape).TotalSize()), shape...)
			return sumSquares(must(layers.ReLU(x))), gorgonia.Nodes{x}
		})
	}
}

func TestReLUErrors(t *testing.T) {
	for want, x := range map[string]*gorgonia.Node{
		"relu: x: the node is nil":                    nil,
		"relu: x must be float32 or float64, got int": input(gorgonia.NewGraph(), "x", []int{1}, 1),
	} {
		if _, err := layers.ReLU(x); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
