package layers_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
)

func TestSequential(t *testing.T) {
	g := gorgonia.NewGraph()
	x := input(g, "x", []float64{1, 2}, 1, 2)
	a, b := newLinear(g, "a", 2, 3), newLinear(g, "b", 3, 1)
	net := layers.Sequential{a, layers.Func(gorgonia.Tanh), layers.Sequential{b}}
	y := must(net.Forward(x))
	if !slices.Equal(y.Shape(), []int{1, 1}) {
		t.Errorf("shape %v", y.Shape())
	}
	var names []string
	for _, n := range net.Learnables() {
		names = append(names, n.Name())
	}
	if want := []string{"a.weight", "a.bias", "b.weight", "b.bias"}; !slices.Equal(names, want) {
		t.Errorf("Learnables = %v, want %v", names, want)
	}
	if empty := must(layers.Sequential(nil).Forward(x)); empty != x {
		t.Error("an empty Sequential should return its input")
	}

	failing := layers.Func(func(*gorgonia.Node) (*gorgonia.Node, error) { return nil, errors.New("no") })
	if _, err := (layers.Sequential{a, failing}).Forward(x); err == nil || err.Error() != "layer 1 (layers.Func): no" {
		t.Errorf("got %v", err)
	}
}

// A layer prints what it is, as torch's modules do.
func TestLayersPrint(t *testing.T) {
	g := gorgonia.NewGraph()
	plain := must(layers.NewLinear(g, "plain", layers.LinearConfig{InFeatures: 2, OutFeatures: 3, NoBias: true, Init: layers.Zeros()}))
	words := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3, IDs: layers.IDRules{PaddingIdx: new(-4)}, Init: layers.Zeros()}))
	more := must(layers.NewEmbedding(g, "more", layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 1, Init: layers.Zeros()}))
	net := layers.Sequential{words, more, layers.MeanPool{PaddingIdx: new(7)}, layers.Sequential{layers.Func(gorgonia.Tanh), layers.Dropout{P: 0.5}}, newLinear(g, "out", 3, 2), plain, unnamed{}}
	want := `Sequential
  0  Embedding words (4, 3), padding 0
  1  Embedding more (5, 1)
  2  MeanPool, padding 7
  3  Sequential
     0  Func gorgonia.Tanh
     1  Dropout 0.5
  4  Linear out (3 → 2)
  5  Linear plain (2 → 3), no bias
  6  layers_test.unnamed`
	if got := fmt.Sprint(net); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// unnamed is a layer without a String method.
type unnamed struct{ layers.Layer }

func TestInitialisers(t *testing.T) {
	moments := func(v []float64) (mean, std, low, high float64) {
		low, high = slices.Min(v), slices.Max(v)
		for _, x := range v {
			mean += x / float64(len(v))
		}
		for _, x := range v {
			std += (x - mean) * (x - mean) / float64(len(v))
		}
		return mean, math.Sqrt(std), low, high
	}
	for _, tt := range []struct {
		name           string
		init           func(seed uint64) gorgonia.InitWFn
		std, low, high float64 // expected
	}{
		{"Normal", func(s uint64) gorgonia.InitWFn { return layers.Normal(testkit.NewRand(s), 2) }, 2, -12, 12},
		{"Uniform", func(s uint64) gorgonia.InitWFn { return layers.Uniform(testkit.NewRand(s), -1, 1) }, 1 / math.Sqrt(3), -1, 1},
		{"Glorot", func(s uint64) gorgonia.InitWFn { return layers.Glorot(testkit.NewRand(s)) }, math.Sqrt(6.0/300) / math.Sqrt(3), -math.Sqrt(6.0 / 300), math.Sqrt(6.0 / 300)},
	} {
		v := tt.init(1)(tensor.Float64, 200, 100).([]float64)
		mean, std, low, high := moments(v)
		if math.Abs(mean) > 0.03*tt.std || math.Abs(std/tt.std-1) > 0.03 || low < tt.low || high > tt.high {
			t.Errorf("%s: mean %.4f, std %.4f, range [%.3f, %.3f]; want 0, %.4f, [%.3f, %.3f]", tt.name, mean, std, low, high, tt.std, tt.low, tt.high)
		}
		if again := tt.init(1)(tensor.Float64, 200, 100).([]float64); !slices.Equal(v, again) {
			t.Errorf("%s: the same seed gave other values", tt.name)
		}
		if other := tt.init(2)(tensor.Float64, 200, 100).([]float64); slices.Equal(v, other) {
			t.Errorf("%s: another seed gave the same values", tt.name)
		}
		for i, x := range tt.init(1)(tensor.Float32, 200, 100).([]float32) {
			if x != float32(v[i]) {
				t.Errorf("%s: float32 draws differ from float64's", tt.name)
				break
			}
		}
	}
	if z := layers.Zeros()(tensor.Float32, 2, 2).([]float32); !slices.Equal(z, make([]float32, 4)) {
		t.Errorf("Zeros gave %v", z)
	}
}

func TestDropoutTraining(t *testing.T) {
	g := gorgonia.NewGraph()
	const n = 10000
	x := input(g, "x", slices.Repeat([]float64{2}, n), n)
	drop := layers.Dropout{P: 0.25, Rand: testkit.NewRand(1)}
	y, z := must(drop.Forward(x)), must(drop.Forward(x))
	dx := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), x))[0]
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	var first []float64
	for run := range 2 {
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		got, grad := y.Value().Data().([]float64), dx.Value().Data().([]float64)
		dropped := 0
		for i := range got {
			if got[i] == 0 {
				dropped++
			} else if math.Abs(got[i]-2/0.75) > 1e-12 {
				t.Fatalf("kept element became %v, want %v", got[i], 2/0.75)
			}
			if grad[i] != got[i]/2 {
				t.Fatalf("gradient %v where the mask is %v", grad[i], got[i]/2)
			}
		}
		if math.Abs(float64(dropped)/n-0.25) > 0.02 {
			t.Errorf("dropped %d of %d", dropped, n)
		}
		if slices.Equal(got, z.Value().Data().([]float64)) {
			t.Error("two calls of Forward share a mask")
		}
		if run == 1 && slices.Equal(got, first) {
			t.Error("two runs drew the same mask")
		}
		first = slices.Clone(got)
	}
}

func TestDropoutEvaluation(t *testing.T) {
	for _, dt := range []any{[]float64{1, 2, 3}, []float32{1, 2, 3}} {
		g := gorgonia.NewGraph()
		x := input(g, "x", dt, 3)
		y := must(layers.Dropout{P: 0.9, Rand: testkit.NewRand(1)}.Forward(x))
		testkit.Run(t, g, gorgonia.EvalMode())
		if !slices.Equal(float64s(y), []float64{1, 2, 3}) {
			t.Errorf("%T: got %v", dt, y.Value())
		}
	}
}

// float64s returns a float node's value as float64.
func float64s(n *gorgonia.Node) []float64 {
	switch v := n.Value().Data().(type) {
	case []float64:
		return v
	case []float32:
		wide := make([]float64, len(v))
		for i, x := range v {
			wide[i] = float64(x)
		}
		return wide
	}
	return nil
}

func TestDropoutErrors(t *testing.T) {
	x := input(gorgonia.NewGraph(), "x", []float64{1}, 1)
	for _, tt := range []struct {
		d    layers.Dropout
		want string
	}{
		{layers.Dropout{P: 1, Rand: testkit.NewRand(1)}, "dropout: P must be in [0, 1), got 1"},
		{layers.Dropout{P: -0.1, Rand: testkit.NewRand(1)}, "dropout: P must be in [0, 1), got -0.1"},
		{layers.Dropout{P: math.NaN(), Rand: testkit.NewRand(1)}, "dropout: P must be in [0, 1), got NaN"},
		{layers.Dropout{P: 0.5}, "dropout: no Rand: give it a seeded *rand.Rand, such as rand.New(rand.NewPCG(1, 1))"},
	} {
		if _, err := tt.d.Forward(x); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	if y := must(layers.Dropout{}.Forward(x)); y != x {
		t.Error("P = 0 should add nothing")
	}
}

func TestLinearErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	for _, tt := range []struct {
		cfg  layers.LinearConfig
		want string
	}{
		{layers.LinearConfig{Init: layers.Zeros()}, `linear "l": InFeatures and OutFeatures must be at least 1, got 0 and 0`},
		{layers.LinearConfig{InFeatures: 2, OutFeatures: 3}, `linear "l": no Init: choose one, such as layers.Normal(rnd, 1)`},
		{layers.LinearConfig{InFeatures: 2, OutFeatures: 3, Init: layers.Zeros(), Dtype: tensor.Int}, `linear "l": Dtype must be float32 or float64, got int`},
	} {
		if l, err := layers.NewLinear(g, "l", tt.cfg); err == nil || err.Error() != tt.want || l != nil {
			t.Errorf("got  %v, %v\nwant %v", l, err, tt.want)
		}
	}
	l := newLinear(g, "ok", 2, 3)
	for _, x := range []*gorgonia.Node{input(g, "x", make([]float64, 3), 1, 3), testkit.Leaf(g, "s", []float64{1})} {
		if _, err := l.Forward(x); err == nil {
			t.Errorf("input of shape %v: no error", x.Shape())
		}
	}
	if _, err := layers.NewLinear(g, "ok", layers.LinearConfig{InFeatures: 2, OutFeatures: 3, Init: layers.Zeros()}); err == nil {
		t.Error("a taken name is no error")
	}
}

func TestCheckHashesPasses(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3})
	ids := input(g, "ids", []int{1, 2, 0, 3, 0, 0}, 2, 3)
	net := layers.Sequential{e, layers.MeanPool{IDs: ids, PaddingIdx: new(0)}, layers.Dropout{P: 0.5, Rand: testkit.NewRand(1)}, newLinear(g, "h", 3, 3), layers.Func(gorgonia.Rectify), layers.Dropout{P: 0.5, Rand: testkit.NewRand(1)}, newLinear(g, "out", 3, 2)}
	loss := must(loss.CrossEntropy(must(net.Forward(ids)), input(g, "y", []int{0, 1}, 2)))
	must(gorgonia.Grad(loss, net.Learnables()...))
	if err := layers.CheckHashes(g); err != nil {
		t.Error(err)
	}
}

func TestNilInputs(t *testing.T) {
	g := gorgonia.NewGraph()
	ids := input(g, "ids", []int{1}, 1)
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3})
	for _, l := range []layers.Layer{e, newLinear(g, "l", 3, 2), layers.MeanPool{IDs: ids, PaddingIdx: new(0)}, layers.Dropout{P: 0.5, Rand: testkit.NewRand(1)}, layers.Sequential{e}} {
		if _, err := l.Forward(nil); err == nil || !strings.HasSuffix(err.Error(), ": the node is nil") {
			t.Errorf("%T: %v", l, err)
		}
	}
	for _, in := range [][2]*gorgonia.Node{{nil, ids}, {ids, nil}} {
		if _, err := loss.CrossEntropy(in[0], in[1]); err == nil {
			t.Error("CrossEntropy of nil: no error")
		}
	}
}
