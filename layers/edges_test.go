package layers_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// A quantised table reads what the table reads: its frozen rows are not limited.
func TestQuantizeLeavesFrozenRows(t *testing.T) {
	e := must(layers.NewEmbedding(gorgonia.NewGraph(), "e", layers.EmbeddingConfig{
		NumEmbeddings: 2, EmbeddingDim: 2, IDs: layers.IDRules{MaxNorm: 1, FreezeRows: []int{0}}, Init: layers.From([]float32{3, 4, 3, 4})}))
	g := gorgonia.NewGraph()
	y := must(must(e.Quantize()).Forward(input(g, "ids", []int{0, 1}, 2)))
	testkit.Run(t, g)
	for i, want := range []float64{3, 4, 0.6, 0.8} {
		if got := float64s(y)[i]; math.Abs(got-want) > 1e-2 {
			t.Errorf("element %d is %v, want %v", i, got, want)
		}
	}
}

// MaxError holds where the elements are large and their range is small, for both types.
func TestMaxErrorOfSmallRanges(t *testing.T) {
	for _, backing := range []any{[]float64{1000.00001, 1000.0002, 1000.001}, []float32{1000.00001, 1000.0002, 1000.001}} {
		dt := tensor.New(tensor.WithBacking(backing)).Dtype()
		e := must(layers.NewEmbedding(gorgonia.NewGraph(), "e", layers.EmbeddingConfig{NumEmbeddings: 1, EmbeddingDim: 3, Dtype: dt, Init: layers.From(backing)}))
		q := must(e.Quantize())
		g := gorgonia.NewGraph()
		y := must(q.Forward(input(g, "ids", []int{0}, 1)))
		testkit.Run(t, g)
		table := float64s(e.Weight())
		for i, x := range float64s(y) {
			if d := math.Abs(x - table[i]); d > q.MaxError() {
				t.Errorf("%v: element %d is off by %g, MaxError %g", dt, i, d, q.MaxError())
			}
		}
	}
}

func TestQuantizeRefusesWhatWouldOverflow(t *testing.T) {
	e := must(layers.NewEmbedding(gorgonia.NewGraph(), "e", layers.EmbeddingConfig{NumEmbeddings: 1, EmbeddingDim: 2, Init: layers.From([]float32{-3e38, 3e38})}))
	if _, err := e.Quantize(); err == nil || !strings.Contains(err.Error(), "row 0 cannot be quantised") {
		t.Errorf("got %v", err)
	}
}

// The gradient of a bag's maximum goes to the row that was taken, also beside NaN, as in torch 1.13.
func TestBagMaxBesideNaN(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct{ rows, grad []float64 }{
		{[]float64{1, nan, 2}, []float64{0, 0, 1}},
		{[]float64{nan, 1, 2}, []float64{1, 0, 0}},
		{[]float64{1, 2, nan}, []float64{0, 1, 0}},
	} {
		g := gorgonia.NewGraph()
		w := input(g, "w", slices.Clone(tt.rows), 3, 1)
		y := must(layers.Bag(w, layers.Texts{IDs: input(g, "ids", []int{0, 1, 2}, 1, 3)}, layers.BagMax, layers.IDRules{}))
		dw := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), w))[0]
		testkit.Run(t, g)
		if got := dw.Value().Data().([]float64); !slices.Equal(got, tt.grad) {
			t.Errorf("rows %v: gradient %v, want %v", tt.rows, got, tt.grad)
		}
	}
}

// Weights that are tiny weigh as those that are not.
func TestTinyWeights(t *testing.T) {
	for _, tt := range []struct {
		mode    layers.BagMode
		weights any
		want    float64
	}{
		{layers.BagMean, []float32{1e-40, 1e-40}, 1.5}, {layers.BagSqrtN, []float32{1e-40, 1e-40}, 3 / math.Sqrt2},
		{layers.BagMean, []float64{1e-200, 1e-200}, 1.5}, {layers.BagSqrtN, []float64{1e-200, 1e-200}, 3 / math.Sqrt2},
	} {
		g := gorgonia.NewGraph()
		rows := any([]float32{1, 2})
		if _, ok := tt.weights.([]float64); ok {
			rows = []float64{1, 2}
		}
		y := must(layers.Bag(input(g, "w", rows, 2, 1), layers.Texts{
			IDs: input(g, "ids", []int{0, 1}, 1, 2), Weights: input(g, "weights", tt.weights, 1, 2)}, tt.mode, layers.IDRules{}))
		testkit.Run(t, g)
		if got := float64s(y)[0]; math.Abs(got-tt.want) > 1e-4 {
			t.Errorf("%v of weights %v: %v, want %v", tt.mode, tt.weights, got, tt.want)
		}
	}
}

// Nodes of another graph are refused, by a message that says so, and leave the layer as it was.
func TestNodesOfAnotherGraph(t *testing.T) {
	g, other := gorgonia.NewGraph(), gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
	b := must(layers.NewEmbeddingBag(g, "bag", layers.EmbeddingBagConfig{NumEmbeddings: 4, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}, Init: layers.Zeros()}))
	ids, vector := input(g, "ids", []int{1}, 1), input(other, "ids", []int{1}, 1)
	_, lookup := e.Forward(vector)
	_, attend := e.Attend(input(other, "h", []float64{1, 2, 3}, 3))
	_, offsets := b.ForwardTexts(layers.Texts{IDs: ids, Offsets: input(other, "offsets", []int{0, 1}, 2)})
	_, weights := b.ForwardTexts(layers.Texts{IDs: input(g, "matrix", []int{1}, 1, 1), Weights: input(other, "weights", []float32{1}, 1, 1)})
	for want, err := range map[string]error{
		`embedding "words": weight and ids belong to different graphs: make both on one gorgonia.ExprGraph`:       lookup,
		`embedding "words": attend: h and weight belong to different graphs: make both on one gorgonia.ExprGraph`: attend,
		`embedding "bag": weight and Offsets belong to different graphs: make both on one gorgonia.ExprGraph`:     offsets,
		`embedding "bag": weight and Weights belong to different graphs: make both on one gorgonia.ExprGraph`:     weights,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	must(gorgonia.Grad(sumSquares(must(e.Forward(ids))), e.Learnables()...))
}

func TestConstructorEdges(t *testing.T) {
	g, init := gorgonia.NewGraph(), layers.Zeros()
	_, huge := layers.NewEmbedding(g, "e", layers.EmbeddingConfig{NumEmbeddings: math.MaxInt / 2, EmbeddingDim: 8, IDs: layers.IDRules{FreezeRows: []int{1}}, Init: init})
	_, empty := layers.NewEmbedding(g, "e", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{TrainRows: []int{}}, Init: init})
	e := must(layers.NewEmbedding(g, "ignoring", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{IgnoreIndex: new(4)}, Init: init}))
	_, grown := e.Grow(gorgonia.NewGraph(), 6, init)
	for want, err := range map[string]error{
		`embedding "e": a table of 4611686018427387903 × 8 elements is more than memory can hold`:                                huge,
		`embedding "e": TrainRows is empty: leave it nil to train all rows, or set Freeze to train none`:                         empty,
		`embedding "ignoring": IgnoreIndex 4 would be a row of the grown table, and always read as zeros: choose a negative one`: grown,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
