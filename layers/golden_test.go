package layers_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/golden"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
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

func TestGoldenCrossEntropy(t *testing.T) {
	for _, c := range golden.Load(t, golden.PyTorch, "cross_entropy") {
		t.Run(c.Name, func(t *testing.T) {
			var weight []float64
			var smoothing float64
			c.Get(t, "class_weight", &weight)
			c.Get(t, "label_smoothing", &smoothing)
			if weight != nil || smoothing != 0 {
				t.Skip("needs class weights or label smoothing, which CrossEntropy does not have")
			}
			x, shape := c.Floats(t, "logits")
			labels, _ := c.Ints(t, "labels")
			for i, label := range labels {
				if label == -100 { // PyTorch's label to ignore
					labels[i] = -1
				}
			}
			var want float64
			c.Get(t, "loss", &want)
			grad, _ := c.Floats(t, "grad_logits")

			g := gorgonia.NewGraph()
			logits := input(g, "x", x, shape...)
			loss := must(loss.CrossEntropy(logits, input(g, "y", labels, len(labels))))
			dx := must(gorgonia.Grad(loss, logits))[0]
			var got gorgonia.Value
			gorgonia.Read(loss, &got)
			testkit.Run(t, g)
			wantClose(t, "loss", got, []float64{want}, 1e-12)
			wantClose(t, "gradient", dx.Value(), grad, 1e-12)
		})
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
