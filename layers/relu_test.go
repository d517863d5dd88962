package layers_test

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// The numbers are those of
//
//	x = torch.tensor([-2, -0., 0, .5, inf, -inf, nan], dtype=torch.float64, requires_grad=True)
//	y = torch.relu(x)
//	y.backward(torch.tensor([1., 2, 3, 4, 5, 6, 7], dtype=torch.float64))
//	print(y.tolist(), x.grad.tolist())
func TestGoldenReLU(t *testing.T) {
	g, inf := gorgonia.NewGraph(), math.Inf(1)
	x := input(g, "x", []float64{-2, math.Copysign(0, -1), 0, 0.5, inf, -inf, math.NaN()}, 7)
	y := must(layers.ReLU{}.Forward(x))
	grad := must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{input(g, "up", []float64{1, 2, 3, 4, 5, 6, 7}, 7)}, gorgonia.Nodes{x}))[0]
	testkit.Run(t, g)
	got := y.Value().Data().([]float64)
	if want := []float64{0, 0, 0, 0.5, inf, 0}; !slices.Equal(got[:6], want) || !math.IsNaN(got[6]) {
		t.Errorf("got %v, want %v and NaN", got, want)
	}
	if got, want := grad.Value().Data(), []float64{0, 0, 0, 4, 5, 0, 7}; !slices.Equal(got.([]float64), want) {
		t.Errorf("gradient %v, want %v", got, want)
	}
}

// relu is ReLU of a leaf of such a shape.
func relu(shape ...int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		n := 1
		for _, size := range shape {
			n *= size
		}
		x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(3), n), shape...)
		return sumSquares(must(layers.ReLU{}.Forward(x))), gorgonia.Nodes{x}
	}
}
