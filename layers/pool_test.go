package layers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// withIDs returns p with IDs and Offsets.
func withIDs(p layers.Layer, ids, offsets *gorgonia.Node) layers.Layer {
	switch p := p.(type) {
	case layers.MeanPool:
		p.IDs, p.Offsets = ids, offsets
		return p
	case layers.SumPool:
		p.IDs, p.Offsets = ids, offsets
		return p
	case layers.MaxPool:
		p.IDs, p.Offsets = ids, offsets
		return p
	}
	return p
}

func pool(p layers.Layer, ids []int, shape ...int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(3), tensor.Shape(shape).TotalSize()*2), append(shape[:len(shape):len(shape)], 2)...)
		if ids != nil {
			p = withIDs(p, input(g, "ids", ids, shape...), nil)
		}
		return sumSquares(must(p.Forward(x))), gorgonia.Nodes{x}
	}
}

// packedPool pools three texts, of which the second has no words, and room for one more word.
func packedPool(p layers.Layer, ids []int) builder {
	return func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(3), 10), 5, 2)
		var node *gorgonia.Node
		if ids != nil {
			node = input(g, "ids", ids, 5)
		}
		return sumSquares(must(withIDs(p, node, input(g, "offsets", []int{0, 2, 2, 4}, 4)).Forward(x))), gorgonia.Nodes{x}
	}
}

func TestGoldenPool(t *testing.T) {
	eachLayerCase(t, "pool", 3, func(t *testing.T, c layerCase) {
		var padding int
		c.Get(t, "padding", &padding)
		ids, shape := c.Ints(t, "ids")
		var mode string
		c.Get(t, "mode", &mode)
		p := map[string]layers.Layer{
			"mean": layers.MeanPool{PaddingIdx: &padding}, "sum": layers.SumPool{PaddingIdx: &padding}, "max": layers.MaxPool{PaddingIdx: &padding},
		}[mode]
		x := c.input(t, "x")
		c.check(t, must(withIDs(p, input(c.g, "ids", ids, shape...), nil).Forward(x)), gorgonia.Nodes{x}, "x")
	})
}

// Padded texts, and the same texts packed; the last one is nothing but padding.
func TestPools(t *testing.T) {
	for p, want := range map[layers.Layer][]float32{
		layers.MeanPool{PaddingIdx: new(9)}: {3, 1, 0, 0}, layers.SumPool{PaddingIdx: new(9)}: {6, 2, 0, 0}, layers.MaxPool{PaddingIdx: new(9)}: {5, 4, 0, 0},
	} {
		g := gorgonia.NewGraph()
		x := []float32{1, 4, 70, 70, 5, -2, 8, 8, 8, 8, 8, 8}
		padded := must(withIDs(p, input(g, "ids", []int{5, 9, 6, 9, 9, 9}, 2, 3), nil).Forward(input(g, "x", x, 2, 3, 2)))
		packed := must(withIDs(p, input(g, "words", []int{5, 6, 1, 2}, 4), input(g, "offsets", []int{0, 2, 2}, 3)).Forward(input(g, "rows", []float32{1, 4, 5, -2, 70, 70, 80, 80}, 4, 2)))
		testkit.Run(t, g)
		for _, y := range []*gorgonia.Node{padded, packed} {
			if got := y.Value().Data().([]float32); !slices.Equal(got, want) || !slices.Equal(y.Shape(), []int{2, 2}) {
				t.Errorf("%v: got %v of shape %v, want %v", p, got, y.Shape(), want)
			}
		}
	}
}

// No padding unless it is said: word 0 is a word. A pool knows no table, so −1 is the id −1 and not the last row.
func TestMeanPoolCountsWord0UnlessItIsPadding(t *testing.T) {
	for _, tt := range []struct {
		pool   layers.MeanPool
		hasIDs bool
		want   float64
	}{
		{layers.MeanPool{}, false, 20}, {layers.MeanPool{}, true, 20},
		{layers.MeanPool{PaddingIdx: new(2)}, true, 15}, {layers.MeanPool{PaddingIdx: new(0)}, true, 25}, {layers.MeanPool{PaddingIdx: new(-1)}, true, 20},
	} {
		g := gorgonia.NewGraph()
		e := must(layers.NewEmbedding(g, "e", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 1, Init: layers.From([]float32{10, 20, 30})}))
		x := input(g, "x", []int{0, 1, 2}, 1, 3)
		if tt.hasIDs {
			tt.pool.IDs = x
		}
		y := must(layers.Sequential{e, tt.pool}.Forward(x))
		testkit.Run(t, g)
		wantNear(t, tt.pool.String(), y.Value(), []float64{tt.want}, 0)
	}
}

// Gorgonia's Max gives the whole gradient to each repeat of a word, and so twice to its row.
func TestMaxPoolGivesARepeatedWordItsGradientOnce(t *testing.T) {
	for _, packed := range []bool{false, true} {
		g := gorgonia.NewGraph()
		e := must(layers.NewEmbedding(g, "e", layers.EmbeddingConfig{NumEmbeddings: 2, EmbeddingDim: 1, Init: layers.From([]float32{1, 5})}))
		x, p := input(g, "x", []int{1, 1, 0}, 1, 3), layers.MaxPool{}
		if packed {
			x, p.Offsets = input(g, "flat", []int{1, 1, 0}, 3), input(g, "offsets", []int{0, 3}, 2)
		}
		y := must(layers.Sequential{e, p}.Forward(x))
		must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), e.Learnables()...))
		testkit.Run(t, g)
		wantNear(t, "gradient", must(e.Weight().Grad()), []float64{0, 1}, 0)
	}
}

func TestPoolErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x, rows, offsets := input(g, "x", make([]float64, 12), 2, 3, 2), input(g, "rows", make([]float64, 6), 3, 2), input(g, "offsets", []int{0, 1}, 2)
	for _, tt := range []struct {
		p    layers.Layer
		x    *gorgonia.Node
		want string
	}{
		{layers.MeanPool{}, nil, "mean pool: vectors: the node is nil"},
		{layers.MeanPool{PaddingIdx: new(0)}, x, "mean pool: PaddingIdx 0 without IDs: set the node of the ids"},
		{layers.SumPool{IDs: input(g, "f", make([]float64, 6), 2, 3)}, x, "sum pool: IDs must be int, int32 or int64, got float64"},
		{layers.MeanPool{IDs: input(g, "a", make([]int, 4), 2, 2)}, x, "mean pool: want vectors of shape (…, time, dim) and IDs of shape (…, time), got (2, 3, 2) and (2, 2)"},
		{layers.MaxPool{IDs: input(g, "b", make([]int, 6), 6)}, x, "max pool: want vectors of shape (…, time, dim) and IDs of shape (…, time), got (2, 3, 2) and (6)"},
		{layers.MeanPool{IDs: testkit.Leaf(g, "c", []int{1})}, x, "mean pool: want vectors of shape (…, time, dim) and IDs of shape (…, time), got (2, 3, 2) and ()"},
		{layers.MeanPool{}, input(g, "v", []float64{1}, 1), "mean pool: want vectors of shape (…, time, dim) and IDs of shape (…, time), got (1) and none"},
		{layers.MeanPool{}, gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("d"), gorgonia.WithShape(0, 2)), "mean pool: want at least one word a text, got vectors of shape (0, 2)"},
		{layers.MaxPool{Offsets: offsets}, x, "max pool: want packed vectors of shape (n, dim), IDs of shape (n) and Offsets of shape (batch+1), got (2, 3, 2), none and (2)"},
		{layers.MaxPool{Offsets: offsets, IDs: offsets}, rows, "max pool: want packed vectors of shape (n, dim), IDs of shape (n) and Offsets of shape (batch+1), got (3, 2), (2) and (2)"},
	} {
		if _, err := tt.p.Forward(tt.x); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
	for at, want := range map[int]string{4: "4 at position 1 is beyond the 3 ids", -1: "-1 at position 1 is less than 0 before it"} {
		g := gorgonia.NewGraph()
		must(layers.MaxPool{Offsets: input(g, "offsets", []int{0, at}, 2)}.Forward(input(g, "x", make([]float64, 6), 3, 2)))
		if err := gorgonia.NewTapeMachine(g).RunAll(); err == nil || !strings.Contains(err.Error(), "max pool: Offsets: "+want) {
			t.Errorf("got %v", err)
		}
	}
	if got := fmt.Sprint(layers.MeanPool{}, layers.SumPool{PaddingIdx: new(1)}, layers.MaxPool{}); got != "MeanPool SumPool, padding 1 MaxPool" {
		t.Error(got)
	}
}
