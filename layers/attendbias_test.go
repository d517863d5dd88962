package layers_test

import (
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
)

// The bias of a tied head is a parameter like any other: it is added, trained with the table, dense or sparse, and with a
// frozen one, and grows with it.
func TestAttendBias(t *testing.T) {
	for _, cfg := range []layers.EmbeddingConfig{{}, {IDs: layers.IDRules{Sparse: true}}, {Freeze: true}, {IDs: layers.IDRules{FreezeRows: []int{0}}}} {
		g := gorgonia.NewGraph()
		cfg.NumEmbeddings, cfg.EmbeddingDim, cfg.Init, cfg.AttendBias = 3, 2, layers.From([]float64{1, 2, 3, 4, 5, 6}), layers.From([]float64{10, 20, 30})
		cfg.Dtype = tensor.Float64
		e := must(layers.NewEmbedding(g, "words", cfg))
		if n := len(e.Learnables()); n > 1 {
			t.Errorf("%d learnables before Attend", n)
		}
		h := must(e.Forward(input(g, "ids", []int{1}, 1)))
		y := must(e.Attend(h))
		params := e.Learnables()
		if last := params[len(params)-1]; last != e.Bias() || last.Name() != "words.bias" {
			t.Errorf("learnables %v", params)
		}
		grads := must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{input(g, "up", []float64{1, 2, 3}, 1, 3)}, params))
		testkit.Run(t, g)
		wantNear(t, "logits", y.Value(), []float64{3 + 8 + 10, 9 + 16 + 20, 15 + 24 + 30}, 0)
		wantNear(t, "gradient of the bias", grads[len(grads)-1].Value(), []float64{1, 2, 3}, 0)

		g2 := gorgonia.NewGraph()
		grown := must(e.Grow(g2, 4, layers.Zeros()))
		wantNear(t, "the grown bias", grown.Bias().Value(), []float64{10, 20, 30, 0}, 0)
		logits := must(grown.Attend(input(g2, "h", []float64{1, 1}, 2)))
		testkit.Run(t, g2)
		wantNear(t, "logits of more words", logits.Value(), []float64{13, 27, 41, 0}, 0)
	}
}

func TestGoldenAttendBias(t *testing.T) {
	eachLayerCase(t, "attend", 2, func(t *testing.T, c layerCase) {
		weight, shape := c.floats(t, "params", "weight")
		bias, _ := c.floats(t, "params", "bias")
		words := must(layers.NewEmbedding(c.g, "words", layers.EmbeddingConfig{
			NumEmbeddings: shape[0], EmbeddingDim: shape[1], Dtype: tensor.Float64, Init: layers.From(weight), AttendBias: layers.From(bias)}))
		ids, idsShape := c.Ints(t, "ids")
		x := c.input(t, "x")
		h := gorgonia.Must(gorgonia.Add(must(words.Forward(input(c.g, "ids", ids, idsShape...))), x))
		y := must(words.Attend(h))
		c.check(t, y, append(words.Learnables(), x), "weight", "bias", "x")
	})
}

// A solver finds the bias by its name when the head has grown.
func TestAttendBiasGrowsInTheSolver(t *testing.T) {
	g := gorgonia.NewGraph()
	e := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, Init: layers.Normal(testkit.NewRand(1), 1), AttendBias: layers.Zeros()}))
	s := must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1}))
	step := func(e *layers.Table) {
		g := e.Weight().Graph()
		y := must(e.Attend(input(g, "h", []float32{1, 2}, 1, 2)))
		must(gorgonia.Grad(sumSquares(y), e.Learnables()...))
		testkit.Run(t, g)
		if err := s.Step(gorgonia.NodesToValueGrads(e.Learnables())); err != nil {
			t.Fatal(err)
		}
	}
	step(e.Table)
	before := wide(e.Bias().Value())[0]
	grown := must(e.Grow(gorgonia.NewGraph(), 5, layers.Zeros()))
	for _, name := range []string{"words.weight", "words.bias"} {
		if err := s.Grow(name, 5); err != nil {
			t.Fatal(err)
		}
	}
	step(grown)
	if after := wide(grown.Bias().Value()); before == 0 || after[0] == before || len(after) != 5 {
		t.Errorf("bias %v, was %v", after, before)
	}
}

func TestAttendBiasErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	_, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, Init: layers.Zeros(), AttendBias: layers.From([]float32{1})})
	if want := `embedding "words": AttendBias: Init gave 1 values of float32: want 3 of float32 for shape (3)`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	e := must(layers.NewEmbedding(g, "more", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, Init: layers.Zeros(), AttendBias: layers.Zeros()}))
	if got := e.String(); got != "Embedding more (3, 2), bias" {
		t.Error(got)
	}
}

// Classes that come later: old rows stay, new ones are what was asked for, biases zeros unless told.
func TestLinearGrow(t *testing.T) {
	for _, noBias := range []bool{false, true} {
		l := must(layers.NewLinear(gorgonia.NewGraph(), "out", layers.LinearConfig{
			InFeatures: 2, OutFeatures: 1, NoBias: noBias, Dtype: tensor.Float64, Init: layers.From([]float64{1, 2}), BiasInit: layers.From([]float64{3})}))
		for init, want := range map[string][]float64{"": {3, 0, 0}, "told": {3, 7, 8}} {
			var biasInit gorgonia.InitWFn
			if init != "" {
				biasInit = layers.From([]float64{7, 8})
			}
			g := gorgonia.NewGraph()
			grown := must(l.Grow(g, 3, layers.From([]float64{4, 5, 6, 7}), biasInit))
			wantNear(t, "weight", grown.Weight().Value(), []float64{1, 2, 4, 5, 6, 7}, 0)
			if noBias {
				if grown.Bias() != nil || grown.String() != "Linear out (2 → 3), no bias" {
					t.Errorf("%v has a bias", grown)
				}
				want = make([]float64, 3)
			} else {
				wantNear(t, "bias", grown.Bias().Value(), want, 0)
			}
			y := must(grown.Forward(input(g, "x", []float64{1, 1}, 1, 2)))
			testkit.Run(t, g)
			wantNear(t, "outputs", y.Value(), []float64{3 + want[0], 9 + want[1], 13 + want[2]}, 0)
		}
		wantNear(t, "the old weight", l.Weight().Value(), []float64{1, 2}, 0)
	}
}

func TestGoldenLinearGrow(t *testing.T) {
	eachLayerCase(t, "linear_grow", 2, func(t *testing.T, c layerCase) {
		oldWeight, oldShape := c.Floats(t, "old_weight")
		oldBias, _ := c.Floats(t, "old_bias")
		weight, shape := c.floats(t, "params", "weight")
		bias, _ := c.floats(t, "params", "bias")
		old := must(layers.NewLinear(gorgonia.NewGraph(), "out", layers.LinearConfig{
			InFeatures: oldShape[1], OutFeatures: oldShape[0], Dtype: tensor.Float64, Init: layers.From(oldWeight), BiasInit: layers.From(oldBias)}))
		grown := must(old.Grow(c.g, shape[0], layers.From(weight[len(oldWeight):]), layers.From(bias[len(oldBias):])))
		x := c.input(t, "x")
		c.check(t, must(grown.Forward(x)), append(grown.Learnables(), x), "weight", "bias", "x")
	})
}

func TestLinearGrowErrors(t *testing.T) {
	g, next := gorgonia.NewGraph(), gorgonia.NewGraph()
	l := newLinear(g, "out", 2, 3)
	_, fewer := l.Grow(next, 2, layers.Zeros(), nil)
	_, own := l.Grow(g, 4, layers.Zeros(), nil)
	_, noGraph := l.Grow(nil, 4, layers.Zeros(), nil)
	_, noInit := l.Grow(next, 4, nil, nil)
	_, bias := l.Grow(next, 4, layers.Zeros(), layers.From([]float64{1, 2}))
	_, taken := l.Grow(next, 4, layers.Zeros(), nil)
	for want, err := range map[string]error{
		`linear "out": it has 3 outputs and cannot grow to 2: want at least as many`:                             fewer,
		`linear "out": it cannot grow in its own graph: give it a new one, and build the model on that`:          own,
		`linear "out": no graph: give it a gorgonia.NewGraph()`:                                                  noGraph,
		`linear "out": no Init: choose one, such as layers.Normal(rnd, 1)`:                                       noInit,
		`linear "out": Init gave 2 values of float64: want 1 of float64 for shape (1)`:                           bias,
		`linear "out": the graph already has a node called "out.weight": give each layer and input its own name`: taken,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
