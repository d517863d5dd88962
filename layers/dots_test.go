package layers_test

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/gradcheck"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/sparse"
)

// two returns the tables "words", of 4 rows of 3 elements, and "others", of 5.
func two(g *gorgonia.ExprGraph, rules, otherRules layers.IDRules) (x, y *layers.Table) {
	x = embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3, IDs: rules}).Table
	y = must(layers.NewEmbedding(g, "others", layers.EmbeddingConfig{
		NumEmbeddings: 5, EmbeddingDim: 3, IDs: otherRules, Dtype: tensor.Float64, Init: layers.Normal(testkit.NewRand(2), 1)})).Table
	return x, y
}

func TestDotsGradients(t *testing.T) {
	few := layers.IDRules{Sparse: true}
	ignore := layers.IDRules{IgnoreIndex: new(-1)}
	for name, tt := range map[string]struct {
		rules, other layers.IDRules
		ids          []int
		shape        []int
		others       [][]int // of as many ids for one of ids as there are
	}{
		"one list":    {ids: []int{0, 3, 3}, shape: []int{3}, others: [][]int{{4, 0, 0}}},
		"scalar":      {ids: []int{2}, others: [][]int{{4, 0, 0}}},
		"two lists":   {ids: []int{0, 3, 3}, shape: []int{3}, others: [][]int{{4, 0, 0}, {1, 2, 3, 0, 0, 4}}},
		"matrix":      {ids: []int{0, 3, 3, 1}, shape: []int{2, 2}, others: [][]int{{4, 0, 0, 1}}},
		"sparse":      {rules: few, other: few, ids: []int{0, 3, 3}, shape: []int{3}, others: [][]int{{4, 0, 0}, {1, 2, 3, 0, 0, 4}}},
		"half sparse": {other: few, ids: []int{0, 3, 3}, shape: []int{3}, others: [][]int{{4, 0, 0}}},
		"ignored":     {rules: ignore, ids: []int{0, -1, 3}, shape: []int{3}, others: [][]int{{4, 0, 0}, {1, 2, 3, 0, 0, 4}}},
		"ignored too": {rules: ignore, other: ignore, ids: []int{0, -1, 3}, shape: []int{3}, others: [][]int{{4, 0, -1}, {1, 2, 3, -1, -1, 4}}},
		"all ignored": {other: ignore, ids: []int{0, 1, 3}, shape: []int{3}, others: [][]int{{-1, -1, -1}}},
		"wrap, clip":  {rules: layers.IDRules{OutOfRange: layers.RangeWrap}, other: layers.IDRules{OutOfRange: layers.RangeClip}, ids: []int{-1, 9, 3}, shape: []int{3}, others: [][]int{{-4, 9, 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Check(t, 1e-7, func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
				x, y := two(g, tt.rules, tt.other)
				var others []*gorgonia.Node
				for k, list := range tt.others {
					shape := slices.Clone(tt.shape)
					if n := len(list) / len(tt.ids); n > 1 {
						shape = append(shape, n)
					}
					others = append(others, input(g, string(rune('a'+k)), list, shape...))
				}
				dots := must(x.Dots(input(g, "ids", tt.ids, tt.shape...), y, others...))
				return sumSquares(dots), append(x.Learnables(), y.Learnables()...)
			})
		})
	}
}

// A table may be multiplied by itself, and rows of padding are read and get no gradient.
func TestDotsOfOneTable(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		g := gorgonia.NewGraph()
		e := must(layers.NewEmbedding(g, "e", layers.EmbeddingConfig{
			NumEmbeddings: 3, EmbeddingDim: 2, IDs: layers.IDRules{PaddingIdx: new(2), Sparse: isSparse}, Init: layers.From([]float32{1, 2, 3, 4, 5, 6})}))
		dots := must(e.Dots(input(g, "ids", []int{0, 1}, 2), e.Table, input(g, "others", []int{1, 2}, 2)))
		grads := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(dots)), e.Learnables()...))
		testkit.Run(t, g)
		if got := dots.Value().Data().([]float32); !slices.Equal(got, []float32{11, 39}) {
			t.Errorf("products %v", got)
		}
		sum := make([]float32, 6)
		for _, d := range grads {
			v, ok := d.Value().Data().([]float32)
			if rows, of := d.Value().(*sparse.Rows); of {
				v, ok = rows.Dense().Data().([]float32)
			}
			for i, x := range v {
				sum[i] += x
			}
			if !ok {
				t.Errorf("gradient %v", d.Value())
			}
		}
		if want := []float32{3, 4, 1 + 5, 2 + 6, 0, 0}; !slices.Equal(sum, want) {
			t.Errorf("sparse %t: gradient %v, want %v", isSparse, sum, want)
		}
	}
}

// The norms of the rows of both tables are limited before they are multiplied.
func TestDotsMaxNorm(t *testing.T) {
	g := gorgonia.NewGraph()
	table := func(name string, w ...float64) *layers.Table {
		return must(layers.NewEmbedding(g, name, layers.EmbeddingConfig{
			NumEmbeddings: 2, EmbeddingDim: 2, IDs: layers.IDRules{MaxNorm: 1}, Dtype: tensor.Float64, Init: layers.From(w)})).Table
	}
	x, y := table("x", 30, 40, 3, 4), table("y", 0, 8, 0, 8)
	dots := must(x.Dots(input(g, "ids", []int{0}, 1), y, input(g, "others", []int{1}, 1)))
	testkit.Run(t, g)
	if got := dots.Value().Data().([]float64)[0]; math.Abs(got-0.8) > 1e-6 {
		t.Errorf("product %v", got)
	}
	if w := append(float64s(x.Weight()), float64s(y.Weight())...); w[2] != 3 || w[5] != 8 || w[7] > 1 {
		t.Errorf("weights %v", w)
	}
}

func TestDotsErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x, y := two(g, layers.IDRules{}, layers.IDRules{})
	short := must(layers.NewEmbedding(g, "short", layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 2, Dtype: tensor.Float64, Init: layers.Zeros()}))
	scaled := must(layers.NewEmbedding(g, "scaled", layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{ScaleGradByFreq: true}, Dtype: tensor.Float64, Init: layers.Zeros()}))
	ids, others := input(g, "ids", []int{0, 1}, 2), input(g, "others", []int{0, 1, 2}, 3)
	for _, tt := range []struct {
		x, y   *layers.Table
		others []*gorgonia.Node
		want   string
	}{
		{x, nil, []*gorgonia.Node{ids}, `embedding "words": dots: want another table, and ids of it`},
		{x, y, nil, `embedding "words": dots: want another table, and ids of it`},
		{x, y, []*gorgonia.Node{nil}, `embedding "words": dots: ids of the other table: the node is nil`},
		{x, y, []*gorgonia.Node{others}, `embedding "words": dots: want ids of the other table of shape (2) or with one axis more, got (3)`},
		{x, short.Table, []*gorgonia.Node{ids}, `embedding "words": dots: rows of 3 elements and of 2, as those of "short", have no product`},
		{scaled.Table, y, []*gorgonia.Node{ids}, `embedding "scaled": dots: ScaleGradByFreq does not go with it: leave it unset`},
	} {
		if _, err := tt.x.Dots(ids, tt.y, tt.others...); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
	must(x.Dots(ids, y, input(g, "bad", []int{0, 5}, 2)))
	var bad *layers.IndexError
	if err := gorgonia.NewTapeMachine(g).RunAll(); !layers.As(err, &bad) || bad.Table != "others" || bad.ID != 5 || bad.Position != 1 {
		t.Errorf("got %v", err)
	}
}
