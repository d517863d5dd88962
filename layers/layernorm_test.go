package layers_test

import (
	"fmt"
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

func TestGoldenLayerNorm(t *testing.T) {
	eachLayerCase(t, "layer_norm", 6, func(t *testing.T, c layerCase) {
		cfg := layers.LayerNormConfig{Dtype: tensor.Float64}
		c.Get(t, "dim", &cfg.Dim)
		c.Get(t, "eps", &cfg.Eps)
		weight, shape := c.floats(t, "params", "weight")
		bias, _ := c.floats(t, "params", "bias")
		cfg.NoAffine, cfg.Init, cfg.BiasInit = shape == nil, layers.From(weight), layers.From(bias)
		l, x := must(layers.NewLayerNorm(c.g, "l", cfg)), c.input(t, "x")
		names := []string{"weight", "bias", "x"}[2-len(l.Learnables()):]
		c.check(t, must(l.Forward(x)), append(l.Learnables(), x), names...)
	})
}

// layerNorm is one of 3 elements, with parameters that are not 1 and 0.
func layerNorm(cfg layers.LayerNormConfig, shape ...int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		rnd := testkit.NewRand(3)
		cfg.Dim, cfg.Dtype, cfg.Init, cfg.BiasInit = shape[len(shape)-1], tensor.Float64, layers.Normal(rnd, 1), layers.Normal(rnd, 1)
		l := must(layers.NewLayerNorm(g, "l", cfg))
		x := input(g, "x", testkit.Randoms[float64](rnd, tensor.Shape(shape).TotalSize()), shape...)
		return sumSquares(must(l.Forward(x))), append(l.Learnables(), x)
	}
}

// A row of equal elements, also large ones, is the bias.
func TestLayerNormOfEqualElements(t *testing.T) {
	g := gorgonia.NewGraph()
	l := must(layers.NewLayerNorm(g, "l", layers.LayerNormConfig{Dim: 3, BiasInit: layers.From([]float32{1, 2, 3})}))
	y := must(l.Forward(input(g, "x", []float32{0, 0, 0, 1e6, 1e6, 1e6}, 2, 3)))
	testkit.Run(t, g)
	wantNear(t, "rows", y.Value(), []float64{1, 2, 3, 1, 2, 3}, 0)
}

// The variance of large elements that are close together is not lost in float32.
func TestLayerNormFarFromZero(t *testing.T) {
	g := gorgonia.NewGraph()
	l := must(layers.NewLayerNorm(g, "l", layers.LayerNormConfig{Dim: 4}))
	y := must(l.Forward(input(g, "x", []float32{100000, 100001, 100002, 100003}, 4)))
	testkit.Run(t, g)
	s := 1 / math.Sqrt(1.25+1e-5)
	wantNear(t, "row", y.Value(), []float64{-1.5 * s, -0.5 * s, 0.5 * s, 1.5 * s}, 1e-6)
}

func TestLayerNormErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	l := must(layers.NewLayerNorm(g, "l", layers.LayerNormConfig{Dim: 3}))
	_, taken := layers.NewLayerNorm(g, "l", layers.LayerNormConfig{Dim: 3})
	_, noDim := layers.NewLayerNorm(g, "m", layers.LayerNormConfig{})
	_, eps := layers.NewLayerNorm(g, "m", layers.LayerNormConfig{Dim: 1, Eps: math.NaN()})
	_, dtype := layers.NewLayerNorm(g, "m", layers.LayerNormConfig{Dim: 1, Dtype: tensor.Int})
	_, shape := l.Forward(input(g, "x", make([]float32, 4), 2, 2))
	_, other := l.Forward(input(g, "y", make([]float64, 3), 3))
	_, none := l.Forward(nil)
	for want, err := range map[string]error{
		`layer norm "l": the graph already has a node called "l.weight": give each layer and input its own name`: taken,
		`layer norm "m": Dim must be at least 1, got 0`:                                                          noDim,
		`layer norm "m": Eps must be positive, or 0 for 1e-5, got NaN`:                                           eps,
		`layer norm "m": Dtype must be float32 or float64, got int`:                                              dtype,
		`layer norm "l": want an input of shape (…, 3), got (2, 2)`:                                              shape,
		`layer norm "l": weight must be float64, as x, got float32`:                                              other,
		`layer norm "l": x: the node is nil`:                                                                     none,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	plain := must(layers.NewLayerNorm(g, "p", layers.LayerNormConfig{Dim: 2, NoAffine: true, Eps: 0.1}))
	noBias := must(layers.NewLayerNorm(g, "b", layers.LayerNormConfig{Dim: 2, NoBias: true}))
	if got := fmt.Sprint(l, "; ", plain, "; ", noBias); got != "LayerNorm l (3); LayerNorm p (2), no weight, eps 0.1; LayerNorm b (2), no bias" {
		t.Error(got)
	}
}
