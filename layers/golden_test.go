package layers_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/golden"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// dot adds ⟨y, up⟩ to y's graph, whose gradient with respect to y is up.
func dot(y *gorgonia.Node, up []float64) *gorgonia.Node {
	p := gorgonia.Must(gorgonia.HadamardProd(y, input(y.Graph(), "up", up, y.Shape()...)))
	return gorgonia.Must(gorgonia.Sum(p))
}

func wantClose(t *testing.T, what string, got gorgonia.Value, want []float64, tol float64) {
	t.Helper()
	var elems []float64
	switch v := got.Data().(type) {
	case []float64:
		elems = v
	case float64:
		elems = []float64{v}
	}
	if len(elems) != len(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	} else if d := floats.Distance(elems, want, math.Inf(1)); !(d <= tol) {
		t.Errorf("%s: off by %.3g\n got %v\nwant %v", what, d, elems, want)
	}
}

func TestGoldenLinear(t *testing.T) {
	for _, c := range golden.Load(t, golden.PyTorch, "linear") {
		x, shape := c.Floats(t, "input")
		up, _ := c.Floats(t, "grad_out")
		out, outShape := c.Floats(t, "out")
		gradX, _ := c.Floats(t, "grad_input")
		var params, grads struct {
			Weight [][]float64
			Bias   []float64
		}
		c.Get(t, "params", &params)
		c.Get(t, "grad_params", &grads)

		g := gorgonia.NewGraph()
		in := input(g, "x", x, shape...)
		l := must(layers.NewLinear(g, "l", layers.LinearConfig{
			InFeatures: shape[1], OutFeatures: outShape[1], Dtype: in.Dtype(),
			Init: layers.From(flat(params.Weight)), BiasInit: layers.From(params.Bias),
		}))
		y := must(l.Forward(in))
		d := must(gorgonia.Grad(dot(y, up), in, l.Weight(), l.Bias()))
		var got gorgonia.Value
		gorgonia.Read(y, &got)
		testkit.Run(t, g)
		wantClose(t, "forward", got, out, 1e-12)
		wantClose(t, "gradient of x", d[0].Value(), gradX, 1e-12)
		wantClose(t, "gradient of the weight", d[1].Value(), flat(grads.Weight), 1e-12)
		wantClose(t, "gradient of the bias", d[2].Value(), grads.Bias, 1e-12)
	}
}

func flat(rows [][]float64) (elems []float64) {
	for _, r := range rows {
		elems = append(elems, r...)
	}
	return elems
}
