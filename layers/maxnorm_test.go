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
	"gorgonia-embedding/sparse"
)

// backward runs y's graph and returns y's value and the gradients of wrt that follow from up, that of y: 1s if nil.
func backward(t testing.TB, y *gorgonia.Node, up []float64, wrt ...*gorgonia.Node) (gorgonia.Value, []gorgonia.Value) {
	t.Helper()
	if up == nil {
		up = slices.Repeat([]float64{1}, y.Shape().TotalSize())
	}
	upstream := input(y.Graph(), "upstream", narrow(y.Dtype(), up), y.Shape()...)
	grads := must(gorgonia.Backpropagate(gorgonia.Nodes{y}, gorgonia.Nodes{upstream}, wrt))
	testkit.Run(t, y.Graph())
	var values []gorgonia.Value
	for _, g := range grads {
		values = append(values, g.Value())
	}
	return y.Value(), values
}

// pNorm is the norm by its definition.
func pNorm(x []float64, p float64) (n float64) {
	for _, e := range x {
		if math.IsInf(p, 1) {
			n = max(n, math.Abs(e))
		} else {
			n += math.Pow(math.Abs(e), p)
		}
	}
	if math.IsInf(p, 1) {
		return n
	}
	return math.Pow(n, 1/p)
}

// limited returns the rows of w, of dim elements, those of ids renormalised as torch does it.
func limited(w []float64, ids []int, dim int, limit, p float64) []float64 {
	w, done := slices.Clone(w), map[int]bool{}
	for _, id := range ids {
		row := w[id*dim : (id+1)*dim]
		if n := pNorm(row, p); !done[id] && n > limit {
			for j := range row {
				row[j] *= limit / (n + 1e-7)
			}
		}
		done[id] = true
	}
	return w
}

func TestMaxNormSamples(t *testing.T) {
	const vocab, dim = 22, 5
	for _, limit := range []float64{0.5, 1, 5} {
		for _, p := range []float64{0.5, 0.8, 1, 2, 2.5, math.Inf(1)} {
			w, ids := testkit.Randoms[float64](testkit.NewRand(1), vocab*dim), []int{2, 8, 8, 6}
			want := limited(w, ids, dim, limit, p)
			g := gorgonia.NewGraph()
			weight := input(g, "w", w, vocab, dim)
			y := must(layers.Lookup(weight, input(g, "ids", ids, 4), layers.IDRules{MaxNorm: limit, NormType: p}))
			testkit.Run(t, g)
			wantNear(t, "weight", weight.Value(), want, 1e-14)
			rows := wide(y.Value())
			if !slices.Equal(rows[dim:2*dim], rows[2*dim:3*dim]) {
				t.Errorf("max norm %v, p %v: a repeated id gives %v and %v", limit, p, rows[dim:2*dim], rows[2*dim:3*dim])
			}
			for i, id := range ids {
				row := rows[i*dim : (i+1)*dim]
				if n := pNorm(row, p); n > limit || !slices.Equal(row, w[id*dim:(id+1)*dim]) {
					t.Errorf("max norm %v, p %v: norm %v; read %v, the table has %v", limit, p, n, row, w[id*dim:(id+1)*dim])
				}
			}
		}
	}
}

// Renormalising depends neither on how often an id is there nor on the order: 4000 unsorted ids, as pytorch #44792.
func TestMaxNormManyRepeats(t *testing.T) {
	const vocab, dim = 50, 4
	rnd := testkit.NewRand(1)
	many := make([]int, 4000)
	for i := range many {
		many[i] = rnd.IntN(vocab)
	}
	once := slices.Compact(slices.Sorted(slices.Values(many)))
	var want []float64
	for _, ids := range [][]int{many, once} {
		g := gorgonia.NewGraph()
		weight := input(g, "w", testkit.Randoms[float64](testkit.NewRand(2), vocab*dim), vocab, dim)
		must(layers.Lookup(weight, input(g, "ids", ids, len(ids)), layers.IDRules{MaxNorm: 0.7}))
		testkit.Run(t, g)
		if want == nil {
			want = wide(weight.Value())
			wantNear(t, "weight", weight.Value(), limited(testkit.Randoms[float64](testkit.NewRand(2), vocab*dim), ids, dim, 0.7, 2), 1e-14)
		} else if !slices.Equal(wide(weight.Value()), want) {
			t.Error("the ids once and 4000 ids give other weights")
		}
	}
}

// 4 × 4, ids 0, 1, 2, 2: the gradient has rows of 1, 1, 2, 0, as if there were no MaxNorm.
func TestMaxNormGradientIgnoresIt(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		g := gorgonia.NewGraph()
		weight := input(g, "w", testkit.Randoms[float64](testkit.NewRand(3), 16), 4, 4)
		y := must(layers.Lookup(weight, input(g, "ids", []int{0, 1, 2, 2}, 4), layers.IDRules{MaxNorm: 1, Sparse: isSparse}))
		_, grads := backward(t, y, nil, weight)
		wantNear(t, "gradient", grads[0], []float64{1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0}, 0)
	}
}

// The rows of each run are limited before its lookup, in the user's own weights; the padding row is like others.
func TestMaxNormOverRuns(t *testing.T) {
	g := gorgonia.NewGraph()
	w, ids := []float64{3, 4, 30, 40, 6, 8}, []int{0}
	weight := input(g, "w", w, 3, 2)
	y := must(layers.Lookup(weight, input(g, "ids", ids, 1), layers.IDRules{MaxNorm: 5 + 1e-6, PaddingIdx: new(2)}))
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	for _, tt := range []struct {
		id        int
		want, row []float64
	}{
		{0, []float64{3, 4, 30, 40, 6, 8}, []float64{3, 4}}, {1, []float64{3, 4, 3, 4, 6, 8}, []float64{3, 4}}, {2, []float64{3, 4, 3, 4, 3, 4}, []float64{3, 4}},
	} {
		ids[0] = tt.id
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		wantNear(t, "weight", weight.Value(), tt.want, 2e-6)
		wantNear(t, "row", y.Value(), tt.row, 2e-6)
	}
	w[0], ids[0] = 30, 0 // a step of a solver
	vm.Reset()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	if n := pNorm(w[:2], 2); n > 5+1e-6 {
		t.Errorf("after a step, row 0 has norm %v", n)
	}
}

// All readers of the table see limited rows: a second lookup, and Attend after the lookup that it depends on.
func TestMaxNormReaders(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		g := gorgonia.NewGraph()
		e := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
			NumEmbeddings: 3, EmbeddingDim: 2, Dtype: tensor.Float64, Init: layers.From([]float64{30, 40, 0, 10, 1, 0}), IDs: layers.IDRules{MaxNorm: 5, Sparse: isSparse}}))
		a := must(e.Forward(input(g, "a", []int{0, 1}, 2)))
		b := must(e.Forward(input(g, "b", []int{1, 0}, 2)))
		logits := must(e.Attend(gorgonia.Must(gorgonia.HadamardProd(a, b)))) // a·b = rows (0, 20), (0, 20) of limited ones
		loss := gorgonia.Must(gorgonia.Sum(logits))
		must(gorgonia.Grad(loss, e.Learnables()...))
		var got, va gorgonia.Value
		gorgonia.Read(logits, &got)
		gorgonia.Read(a, &va)
		testkit.Run(t, g)
		wantNear(t, "first lookup", va, []float64{3, 4, 0, 5}, 1e-6)
		wantNear(t, "logits", got, []float64{80, 100, 0, 80, 100, 0}, 1e-5)
		wantNear(t, "weight", e.Weight().Value(), []float64{3, 4, 0, 5, 1, 0}, 1e-6)
	}
}

// BagMax's gradient goes to the greatest of the limited rows, in whatever order Gorgonia would run the two.
func TestMaxNormOfBags(t *testing.T) {
	for _, mode := range []layers.BagMode{layers.BagMax, layers.BagMin, layers.BagMean, layers.BagSum, layers.BagSqrtN} {
		w := []float64{30, 40, -4, 4.5, 0, 10, 7, 7}
		g := gorgonia.NewGraph()
		weight := input(g, "w", w, 4, 2)
		y := must(layers.Bag(weight, layers.Texts{IDs: input(g, "ids", []int{0, 1, 2}, 1, 3)},
			mode, layers.IDRules{MaxNorm: 5, NormType: math.Inf(1), PaddingIdx: new(2)}))
		value, grads := backward(t, y, []float64{1, 2}, weight)
		wantNear(t, "weight", weight.Value(), []float64{3.75, 5, -4, 4.5, 0, 5, 7, 7}, 1e-6) // padding is limited, as in torch
		want := map[layers.BagMode][2][]float64{
			layers.BagMax:   {{3.75, 5}, {1, 2, 0, 0, 0, 0, 0, 0}},
			layers.BagMin:   {{-4, 4.5}, {0, 0, 1, 2, 0, 0, 0, 0}},
			layers.BagMean:  {{-0.125, 4.75}, {0.5, 1, 0.5, 1, 0, 0, 0, 0}},
			layers.BagSum:   {{-0.25, 9.5}, {1, 2, 1, 2, 0, 0, 0, 0}},
			layers.BagSqrtN: {{-0.25 / math.Sqrt2, 9.5 / math.Sqrt2}, {1 / math.Sqrt2, math.Sqrt2, 1 / math.Sqrt2, math.Sqrt2, 0, 0, 0, 0}},
		}[mode]
		wantNear(t, mode.String(), value, want[0], 1e-6)
		wantNear(t, "gradient of "+mode.String(), grads[0], want[1], 1e-15)
	}
}

func TestMaxNormLeavesFrozenRows(t *testing.T) {
	g := gorgonia.NewGraph()
	weight := input(g, "w", []float64{3, 4, 3, 4}, 2, 2)
	must(layers.Lookup(weight, input(g, "ids", []int{1, 0}, 2), layers.IDRules{MaxNorm: 1, FreezeRows: []int{0}}))
	testkit.Run(t, g)
	wantNear(t, "weight", weight.Value(), []float64{3, 4, 0.6, 0.8}, 1e-7)
}

// The table is written in place: a weight that cannot be is an error.
func TestMaxNormNeedsTheTable(t *testing.T) {
	g := gorgonia.NewGraph()
	w, ids := table(g, "w", 2, 2), input(g, "ids", []int{1}, 1)
	_, err := layers.Lookup(gorgonia.Must(gorgonia.Tanh(w)), ids, layers.IDRules{MaxNorm: 1})
	if err == nil || !strings.HasSuffix(err.Error(), "MaxNorm changes the weight in place, which must be a leaf of the graph and not the result of tanh") {
		t.Errorf("got %v", err)
	}
	view := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 2, 3, 4}))
	if err := view.T(); err != nil {
		t.Fatal(err)
	}
	v := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("v"), gorgonia.WithShape(2, 2), gorgonia.WithValue(view))
	must(layers.Lookup(v, ids, layers.IDRules{MaxNorm: 1}))
	err = gorgonia.NewTapeMachine(g).RunAll()
	if err == nil || !strings.Contains(err.Error(), `embedding "v": MaxNorm changes the weight in place, which must lie in memory row after row: copy the view`) {
		t.Errorf("got %v", err)
	}
}

// An id outside the table is found before a row is changed.
func TestMaxNormChecksFirst(t *testing.T) {
	g := gorgonia.NewGraph()
	w := table(g, "w", 2, 2)
	before := slices.Clone(wide(w.Value()))
	must(layers.Lookup(w, input(g, "ids", []int{1, 2}, 2), layers.IDRules{MaxNorm: 1}))
	if err := gorgonia.NewTapeMachine(g).RunAll(); err == nil || !slices.Equal(wide(w.Value()), before) {
		t.Errorf("got %v, and the table %v", err, w.Value())
	}
}

// scale_grad_by_freq: row 1 of 3 uses has a third of the sum, dense and sparse.
func TestScaleGradByFreq(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		g := gorgonia.NewGraph()
		w := table(g, "w", 5, 2)
		y := must(layers.Lookup(w, input(g, "ids", []int{3, 1, 1, 1, 4, 0}, 2, 3), layers.IDRules{ScaleGradByFreq: true, Sparse: isSparse, PaddingIdx: new(4)}))
		_, grads := backward(t, y, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, w)
		wantNear(t, "gradient", grads[0], []float64{11, 12, 5, 6, 0, 0, 1, 2, 0, 0}, 1e-14)
		if _, ok := grads[0].(*sparse.Rows); ok != isSparse {
			t.Errorf("the gradient is a %T", grads[0])
		}
	}
}
