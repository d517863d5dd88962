package layers_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// attention returns the case's heads and masks; the lengths as Lengths or as IDs.
func (c layerCase) attention(t *testing.T, keys int, byIDs bool) (a layers.Attention) {
	c.Get(t, "heads", &a.Heads)
	c.Get(t, "causal", &a.Causal)
	switch lengths, shape := c.Ints(t, "lengths"); {
	case shape == nil:
	case byIDs:
		ids := make([]int, len(lengths)*keys)
		for i := range ids {
			if i%keys >= lengths[i/keys] {
				ids[i] = 7
			}
		}
		a.IDs, a.PaddingIdx = input(c.g, "ids", ids, len(lengths), keys), new(7)
	default:
		a.Lengths = input(c.g, "lengths", lengths, shape...)
	}
	return a
}

func TestGoldenAttention(t *testing.T) {
	for _, byIDs := range []bool{false, true} {
		eachLayerCase(t, "attention", 6, func(t *testing.T, c layerCase) {
			q, k, v := c.input(t, "q"), c.input(t, "k"), c.input(t, "v")
			a := c.attention(t, k.Shape()[1], byIDs)
			y, w := must(a.Forward(q, k, v)), must(a.Weights(q, k))
			c.check(t, y, gorgonia.Nodes{q, k, v}, "q", "k", "v")
			want, _ := c.Floats(t, "weights")
			wantNear(t, "weights", w.Value(), want, 1e-12)
		})
	}
}

func TestGoldenMultiheadAttention(t *testing.T) {
	for _, byIDs := range []bool{false, true} {
		eachLayerCase(t, "multihead_attention", 6, func(t *testing.T, c layerCase) {
			_, shape := c.floats(t, "inputs", "value")
			cfg := layers.MultiheadAttentionConfig{EmbedDim: shape[2], Dtype: tensor.Float64, Attention: c.attention(t, shape[1], byIDs)}
			from := func(name string) gorgonia.InitWFn {
				w, _ := c.floats(t, "params", name)
				return layers.From(w)
			}
			_, bias := c.floats(t, "params", "in_proj_bias")
			cfg.NoBias, cfg.Init, cfg.OutInit, cfg.BiasInit, cfg.OutBiasInit = bias == nil, from("in_proj_weight"), from("out_proj.weight"), from("in_proj_bias"), from("out_proj.bias")
			a := must(layers.NewMultiheadAttention(c.g, "a", cfg))
			var leaves gorgonia.Nodes
			var names []string
			at := func(name string) *gorgonia.Node {
				leaves, names = append(leaves, c.input(t, name)), append(names, name)
				return leaves[len(leaves)-1]
			}
			value := at("value")
			query, key := value, value
			if _, shape := c.floats(t, "inputs", "key"); shape != nil {
				key = at("key")
			}
			if _, shape := c.floats(t, "inputs", "query"); shape != nil {
				query = at("query")
			}
			y, w := must(a.ForwardQKV(query, key, value)), must(a.Weights(query, key))
			for _, n := range a.Learnables() {
				leaves, names = append(leaves, n), append(names, n.Name()[len("a."):])
			}
			c.check(t, y, leaves, names...)
			want, _ := c.Floats(t, "weights")
			wantNear(t, "weights", w.Value(), want, 1e-12)
		})
	}
}

// A text of nothing but padding gets zeros and gives no gradient, where torch gives NaN; and so does a key behind the last
// that counts, whatever stands there.
func TestAttentionOfFullyMaskedTexts(t *testing.T) {
	g, nan := gorgonia.NewGraph(), float32(math.NaN())
	x := input(g, "x", []float32{1, 2, 3, 4, nan, nan, nan, nan}, 2, 2, 2)
	q := input(g, "q", []float32{1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2)
	a := layers.Attention{Lengths: input(g, "lengths", []int{1, 0}, 2)}
	y := must(a.Forward(q, x, x))
	w := must(a.Weights(q, x))
	grads := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), q, x))
	var out gorgonia.Value
	gorgonia.Read(y, &out)
	testkit.Run(t, g)
	for what, tt := range map[string]struct {
		got  gorgonia.Value
		want []float64
	}{
		"answers": {out, []float64{1, 2, 1, 2, 0, 0, 0, 0}}, "weights": {w.Value(), []float64{1, 0, 1, 0, 0, 0, 0, 0}},
		"gradient of q": {grads[0].Value(), make([]float64, 8)}, "gradient of x": {grads[1].Value(), []float64{2, 2, 0, 0, 0, 0, 0, 0}},
	} {
		wantNear(t, what, tt.got, tt.want, 0)
	}
}

// A mask may have gaps: a key that does not count is as if it were not there.
func TestAttentionMaskWithGaps(t *testing.T) {
	g, rnd := gorgonia.NewGraph(), testkit.NewRand(1)
	x, q := testkit.Randoms[float64](rnd, 10), input(g, "q", testkit.Randoms[float64](rnd, 6), 1, 3, 2)
	a := layers.Attention{IDs: input(g, "ids", []int{0, 1, 0, 1, 0}, 1, 5), PaddingIdx: new(0)}
	k := input(g, "k", x, 1, 5, 2)
	short := input(g, "short", slices.Concat(x[2:4], x[6:8]), 1, 2, 2)
	y, want := must(a.Forward(q, k, k)), must(layers.Attention{}.Forward(q, short, short))
	testkit.Run(t, g)
	wantNear(t, "answers", y.Value(), wide(want.Value()), 1e-15)
}

// The masks of a run are those of the run, and the bits do not depend on how many CPUs there are.
func TestAttentionOverRunsAndCPUs(t *testing.T) {
	build := func(cpus int) []uint64 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cpus))
		g, rnd := gorgonia.NewGraph(), testkit.NewRand(1)
		lengths := []int{64, 3, 40, 1, 64, 64, 7, 9}
		a := must(layers.NewMultiheadAttention(g, "a", layers.MultiheadAttentionConfig{
			EmbedDim: 64, Attention: layers.Attention{Heads: 4, Lengths: input(g, "lengths", lengths, len(lengths))}, Init: layers.Glorot(rnd)}))
		x := input(g, "x", testkit.Randoms[float32](rnd, 8*64*64), 8, 64, 64)
		y := must(a.Forward(x))
		grads := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(y)))), append(a.Learnables(), x)...))
		var bits []uint64
		vm := gorgonia.NewTapeMachine(g)
		for range 2 {
			vm.Reset()
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			for _, d := range grads {
				for _, e := range wide(d.Value()) {
					bits = append(bits, math.Float64bits(e))
				}
			}
			slices.Reverse(lengths)
		}
		return bits
	}
	one, two := build(1), build(2)
	if !slices.Equal(one, two) {
		t.Error("gradients differ")
	}
	if half := len(one) / 2; slices.Equal(one[:half], one[half:]) {
		t.Error("other lengths changed nothing")
	}
}

func TestAttentionErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x, short := input(g, "x", make([]float64, 24), 2, 3, 4), input(g, "short", make([]float64, 16), 2, 2, 4)
	ids, lengths := input(g, "ids", make([]int, 6), 2, 3), input(g, "lengths", []int{1, 2}, 2)
	for _, tt := range []struct {
		a       layers.Attention
		q, k, v *gorgonia.Node
		want    string
	}{
		{layers.Attention{}, x, nil, x, "attention: k: the node is nil"},
		{layers.Attention{}, x, x, ids, "attention: v must be float32 or float64, got int"},
		{layers.Attention{}, x, x, short, "attention: want q of shape (batch, queries, dim) and k and v of shape (batch, keys, dim), got (2, 3, 4), (2, 3, 4) and (2, 2, 4)"},
		{layers.Attention{}, x, input(g, "one", make([]float64, 12), 1, 3, 4), g.ByName("one")[0], "attention: want q of shape (batch, queries, dim) and keys of shape (batch, keys, dim), got (2, 3, 4) and (1, 3, 4)"},
		{layers.Attention{Heads: 3}, x, x, x, "attention: Heads must divide the 4 elements of a vector, got 3"},
		{layers.Attention{Heads: -1}, x, x, x, "attention: Heads must divide the 4 elements of a vector, got -1"},
		{layers.Attention{Causal: true}, short, x, x, "attention: Causal wants as many queries as keys, got 2 and 3"},
		{layers.Attention{IDs: ids}, x, x, x, "attention: IDs without PaddingIdx mask nothing: set the id that does not count"},
		{layers.Attention{PaddingIdx: new(0)}, x, x, x, "attention: PaddingIdx 0 without IDs: set the node of the ids"},
		{layers.Attention{IDs: ids, PaddingIdx: new(0), Lengths: lengths}, x, x, x, "attention: IDs and Lengths are two masks: leave one out"},
		{layers.Attention{IDs: ids, PaddingIdx: new(0)}, x, short, short, "attention: want IDs of shape (batch, keys), (2, 2), got (2, 3)"},
		{layers.Attention{Lengths: ids}, x, x, x, "attention: want Lengths of shape (batch), (2), got (2, 3)"},
		{layers.Attention{Lengths: input(g, "f", []float64{1, 2}, 2)}, x, x, x, "attention: Lengths must be int, int32 or int64, got float64"},
	} {
		if _, err := tt.a.Forward(tt.q, tt.k, tt.v); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
	if _, err := (layers.Attention{}).Weights(x, ids); err == nil || err.Error() != "attention: k must be float32 or float64, got int" {
		t.Errorf("Weights: %v", err)
	}
}

func TestAttentionLengthsAtRun(t *testing.T) {
	for _, length := range []int{-1, 4} {
		g := gorgonia.NewGraph()
		x := input(g, "x", make([]float64, 12), 2, 3, 2)
		must(layers.Attention{Lengths: input(g, "lengths", []int{3, length}, 2)}.Forward(x, x, x))
		err := gorgonia.NewTapeMachine(g).RunAll()
		if want := fmt.Sprintf("attention: length %d of text 1 is outside [0, 3]", length); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestMultiheadAttentionErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	cfg := layers.MultiheadAttentionConfig{EmbedDim: 4, Dtype: tensor.Float64, Attention: layers.Attention{Heads: 2}, Init: layers.Zeros()}
	a := must(layers.NewMultiheadAttention(g, "a", cfg))
	_, taken := layers.NewMultiheadAttention(g, "a", cfg)
	_, matrix := a.Forward(input(g, "m", make([]float64, 8), 2, 4))
	_, narrow := a.Forward(input(g, "n", make([]float64, 6), 1, 2, 3))
	_, weights := a.Weights(nil, nil)
	_, noDim := layers.NewMultiheadAttention(g, "b", layers.MultiheadAttentionConfig{})
	_, noInit := layers.NewMultiheadAttention(g, "b", layers.MultiheadAttentionConfig{EmbedDim: 1})
	cfg.Attention.Heads = 3
	_, heads := layers.NewMultiheadAttention(g, "b", cfg)
	for want, err := range map[string]error{
		`attention "a": the graph already has a node called "a.in_proj_weight": give each layer and input its own name`: taken,
		`attention "a": want inputs of shape (batch, time, 4), got (2, 4)`:                                              matrix,
		`attention "a": want an input of shape (…, 4), got (1, 2, 3)`:                                                   narrow,
		`attention "a": x: the node is nil`:                                                                             weights,
		`attention "b": EmbedDim must be at least 1, got 0`:                                                             noDim,
		`attention "b": no Init: choose one, such as layers.Normal(rnd, 1)`:                                             noInit,
		`attention "b": Heads must divide the 4 elements of a vector, got 3`:                                            heads,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	a.Causal, a.IDs, a.PaddingIdx = true, input(g, "ids", []int{1}, 1, 1), new(0)
	if got := fmt.Sprint(a, layers.Attention{Lengths: a.IDs}); got != "MultiheadAttention a (4), 2 heads, causal, padding 0 Attention, lengths" {
		t.Error(got)
	}
}

// attention is that of two texts, on leaves for queries, keys and values.
func attention(a layers.Attention, lengths []int, queries, keys int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		rnd := testkit.NewRand(3)
		q := input(g, "q", testkit.Randoms[float64](rnd, 2*queries*4), 2, queries, 4)
		k := input(g, "k", testkit.Randoms[float64](rnd, 2*keys*4), 2, keys, 4)
		v := input(g, "v", testkit.Randoms[float64](rnd, 2*keys*4), 2, keys, 4)
		a := a
		if lengths != nil {
			a.Lengths = input(g, "lengths", lengths, len(lengths))
		}
		return sumSquares(must(a.Forward(q, k, v))), gorgonia.Nodes{q, k, v}
	}
}

// multihead has one node for as many of query, key and value, from the last one on, as same says.
func multihead(a layers.Attention, same int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		rnd := testkit.NewRand(3)
		m := must(layers.NewMultiheadAttention(g, "a", layers.MultiheadAttentionConfig{
			EmbedDim: 4, Attention: a, Dtype: tensor.Float64, Init: layers.Normal(rnd, 0.7), BiasInit: layers.Normal(rnd, 1), OutBiasInit: layers.Normal(rnd, 1)}))
		var x [3]*gorgonia.Node
		for i, name := range []string{"value", "key", "query"} {
			if x[i] = x[0]; i == 0 || i >= same {
				x[i] = input(g, name, testkit.Randoms[float64](rnd, 24), 2, 3, 4)
			}
		}
		return sumSquares(must(m.ForwardQKV(x[2], x[1], x[0]))), append(m.Learnables(), slices.Compact(x[:])...)
	}
}
