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

// PyTorch's known example: ids 3 1 1 | 1 4 0 between empty bags, and the gradient 99 of those goes nowhere; the same as
// a matrix.
func TestBagKnownExample(t *testing.T) {
	w := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, tt := range []struct {
		mode      layers.BagMode
		out, grad []float64
	}{
		{layers.BagSum, []float64{13, 16, 13, 16}, []float64{3, 4, 5, 8, 0, 0, 1, 2, 3, 4}},
		{layers.BagMean, []float64{13. / 3, 16. / 3, 13. / 3, 16. / 3}, []float64{1, 4. / 3, 5. / 3, 8. / 3, 0, 0, 1. / 3, 2. / 3, 1, 4. / 3}},
		{layers.BagMax, []float64{7, 8, 9, 10}, []float64{0, 0, 0, 0, 0, 0, 1, 2, 3, 4}},
		{layers.BagMin, []float64{3, 4, 1, 2}, []float64{3, 4, 1, 2, 0, 0, 0, 0, 0, 0}},
	} {
		for _, isSparse := range []bool{false, true} {
			for _, ragged := range []bool{false, true} {
				g := gorgonia.NewGraph()
				weight := input(g, "w", slices.Clone(w), 5, 2)
				in := layers.Texts{IDs: input(g, "ids", []int{3, 1, 1, 1, 4, 0}, 2, 3)}
				out, up := tt.out, []float64{1, 2, 3, 4}
				if ragged {
					in = layers.Texts{IDs: input(g, "flat", []int{3, 1, 1, 1, 4, 0}, 6), Offsets: input(g, "offsets", []int{0, 0, 3, 3, 6}, 5), NoLastOffset: true}
					out = slices.Concat([]float64{0, 0}, out[:2], []float64{0, 0}, out[2:], []float64{0, 0})
					up = []float64{99, 99, 1, 2, 99, 99, 3, 4, 99, 99}
				}
				y := must(layers.Bag(weight, in, tt.mode, layers.IDRules{Sparse: isSparse}))
				value, grads := backward(t, y, up, weight)
				wantNear(t, fmt.Sprintf("%v, ragged %t", tt.mode, ragged), value, out, 1e-14)
				wantNear(t, fmt.Sprintf("gradient of %v, ragged %t, sparse %t", tt.mode, ragged, isSparse), grads[0], tt.grad, 1e-14)
			}
		}
	}
}

// No ids at all: zeros and a gradient of zero, with and without weights, for int, int32 and int64.
func TestEmptyBags(t *testing.T) {
	for _, mode := range allModes {
		for _, ids := range []any{[]int{}, []int32{}, []int64{}} {
			for _, offsets := range []any{[]int{0}, []int{0, 0}, []int32{0, 0, 0, 0}, []int64{0, 0, 0, 0, 0}} {
				for _, isSparse := range []bool{false, true} {
					g := gorgonia.NewGraph()
					w := table(g, "w", 4, 3)
					n := tensor.New(tensor.WithBacking(offsets)).Shape().TotalSize()
					in := layers.Texts{IDs: input(g, "ids", ids, 0), Offsets: input(g, "offsets", offsets, n), NoLastOffset: true}
					wrt := gorgonia.Nodes{w}
					if mode != layers.BagMax && mode != layers.BagMin {
						in.Weights = input(g, "weights", []float64{}, 0)
						wrt = append(wrt, in.Weights)
					}
					y := must(layers.Bag(w, in, mode, layers.IDRules{Sparse: isSparse}))
					value, grads := backward(t, y, nil, wrt...)
					if !slices.Equal(value.Shape(), []int{n, 3}) {
						t.Errorf("shape %v of %d bags", value.Shape(), n)
					}
					wantNear(t, "bags", value, make([]float64, 3*n), 0)
					wantNear(t, "gradient", grads[0], make([]float64, 12), 0)
				}
			}
		}
	}
}

// No bags, though there are ids: a result of no rows (pytorch #187104), for both forms of offsets.
func TestNoBags(t *testing.T) {
	for _, in := range []func(g *gorgonia.ExprGraph) layers.Texts{
		func(g *gorgonia.ExprGraph) layers.Texts {
			return layers.Texts{IDs: input(g, "ids", []int{1, 2}, 2), Offsets: input(g, "offsets", []int{}, 0), NoLastOffset: true}
		},
		func(g *gorgonia.ExprGraph) layers.Texts {
			return layers.Texts{IDs: input(g, "ids", []int{1, 2}, 2), Offsets: input(g, "offsets", []int{0}, 1)}
		},
		func(g *gorgonia.ExprGraph) layers.Texts { return layers.Texts{IDs: input(g, "ids", []int{}, 0, 3)} },
	} {
		g := gorgonia.NewGraph()
		w := table(g, "w", 4, 3)
		y := must(layers.Bag(w, in(g), layers.BagMean, layers.IDRules{}))
		value, grads := backward(t, y, nil, w)
		if !slices.Equal(value.Shape(), []int{0, 3}) {
			t.Errorf("shape %v", value.Shape())
		}
		wantNear(t, "gradient", grads[0], make([]float64, 12), 0)
	}
}

// Ids 0 to 3 with offsets 0, 3, 4: two bags, not three, with the last offset; a matrix has as many bags as rows.
func TestBagLastOffset(t *testing.T) {
	for mode, want := range map[layers.BagMode][]float64{
		layers.BagSum: {30, 33, 30, 31}, layers.BagMean: {10, 11, 30, 31}, layers.BagMax: {20, 21, 30, 31}, layers.BagMin: {0, 1, 30, 31},
	} {
		for _, noLast := range []bool{false, true} {
			g := gorgonia.NewGraph()
			offsets := []int{0, 3, 4}
			if noLast {
				offsets = offsets[:2]
			}
			y := must(layers.Bag(table(g, "w", 4, 2), layers.Texts{IDs: input(g, "ids", []int{0, 1, 2, 3}, 4), Offsets: input(g, "offsets", offsets, len(offsets)), NoLastOffset: noLast},
				mode, layers.IDRules{}))
			testkit.Run(t, g)
			wantNear(t, mode.String(), y.Value(), want, 1e-14)
		}
	}
}

// Equal rows 0 and 1: the one that is first in the bag takes the whole gradient.
func TestBagTiesGoToTheFirst(t *testing.T) {
	for _, mode := range []layers.BagMode{layers.BagMax, layers.BagMin} {
		for _, isSparse := range []bool{false, true} {
			g := gorgonia.NewGraph()
			w := input(g, "w", []float64{5, 5, 5, 5, 5, 5}, 3, 2)
			y := must(layers.Bag(w, layers.Texts{IDs: input(g, "ids", []int{1, 0, 2}, 1, 3)}, mode, layers.IDRules{Sparse: isSparse}))
			_, grads := backward(t, y, []float64{3, 4}, w)
			wantNear(t, mode.String(), grads[0], []float64{0, 0, 3, 4, 0, 0}, 0)
		}
	}
}

// The greatest of negative rows is negative, and that of no rows is 0: never −∞ and never 0 for the rows.
func TestBagMaxOfNegativeRows(t *testing.T) {
	g := gorgonia.NewGraph()
	w := input(g, "w", []float64{-1, -2, -3, -1}, 2, 2)
	in := layers.Texts{IDs: input(g, "ids", []int{0, 1}, 2), Offsets: input(g, "offsets", []int{0, 0, 2}, 3)}
	y := must(layers.Bag(w, in, layers.BagMax, layers.IDRules{}))
	testkit.Run(t, g)
	wantNear(t, "max", y.Value(), []float64{0, 0, -1, -1}, 0)
}

// from_pretrained([[1, 2.3, 3], [4, 5.1, 6.3]]) of the bag 1 0, and with padding.
func TestBagFromPretrained(t *testing.T) {
	for _, tt := range []struct {
		cfg  layers.EmbeddingBagConfig
		want []float64
	}{
		{layers.EmbeddingBagConfig{Freeze: true}, []float64{2.5, 3.7, 4.65}},
		{layers.EmbeddingBagConfig{Freeze: true, IDs: layers.IDRules{PaddingIdx: new(1)}}, []float64{1, 2.3, 3}},
		{layers.EmbeddingBagConfig{Mode: layers.BagMax}, []float64{4, 5.1, 6.3}},
	} {
		g := gorgonia.NewGraph()
		w := []float64{1, 2.3, 3, 4, 5.1, 6.3}
		e := must(pretrainedBag(g, "bag", matrix(w, 2, 3), tt.cfg))
		y := must(e.Forward(input(g, "ids", []int{1, 0}, 1, 2)))
		if (len(e.Learnables()) == 0) != tt.cfg.Freeze {
			t.Errorf("learnables %v", e.Learnables())
		}
		testkit.Run(t, g)
		wantNear(t, "bag", y.Value(), tt.want, 1e-15)
		wantNear(t, "weight", e.Weight().Value(), []float64{1, 2.3, 3, 4, 5.1, 6.3}, 0)
	}
}

// Ids, offsets and weights that are views of other tensors count as their elements do.
func TestBagViews(t *testing.T) {
	g := gorgonia.NewGraph()
	wide := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]int{1, 0, 2, 0, 3, 0}))
	ids := gorgonia.NewMatrix(g, tensor.Int, gorgonia.WithName("ids"), gorgonia.WithShape(2, 3))
	if err := wide.T(); err != nil { // (2, 3): 1 2 3 | 0 0 0
		t.Fatal(err)
	}
	if err := gorgonia.Let(ids, wide); err != nil {
		t.Fatal(err)
	}
	base := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float64{1, -1, 2, -1, 3, -1}))
	if err := base.T(); err != nil {
		t.Fatal(err)
	}
	weights := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("weights"), gorgonia.WithShape(2, 3), gorgonia.WithValue(base))
	w := tensor.New(tensor.WithShape(2, 4), tensor.WithBacking([]float64{0, 10, 20, 30, 1, 11, 21, 31}))
	if err := w.T(); err != nil { // the table (4, 2)
		t.Fatal(err)
	}
	weight := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("w"), gorgonia.WithShape(4, 2), gorgonia.WithValue(w))
	y := must(layers.Bag(weight, layers.Texts{IDs: ids, Weights: weights}, layers.BagSum, layers.IDRules{}))
	z := must(layers.Bag(weight, layers.Texts{IDs: ids}, layers.BagMax, layers.IDRules{}))
	testkit.Run(t, g)
	wantNear(t, "sum", y.Value(), []float64{10 + 2*20 + 3*30, 11 + 2*21 + 3*31, 0, -3}, 0)
	wantNear(t, "max", z.Value(), []float64{30, 31, 0, 1}, 0)
}

// Who trains: the table, the weights of the ids, both or none.
func TestBagWhoTrains(t *testing.T) {
	for _, trainTable := range []bool{false, true} {
		for _, trainWeights := range []bool{false, true} {
			g := gorgonia.NewGraph()
			e := embeddingBag(g, layers.EmbeddingBagConfig{Mode: layers.BagSum, Freeze: !trainTable})
			ids, weights := input(g, "ids", []int{0, 1, 1, 3}, 2, 2), input(g, "weights", []float64{1, 2, 3, 4}, 2, 2)
			out := newLinear(g, "out", 3, 2)
			wrt := slices.Concat(out.Learnables(), e.Learnables())
			if trainWeights {
				wrt = append(wrt, weights)
			}
			loss := sumSquares(must(out.Forward(must(e.ForwardTexts(layers.Texts{IDs: ids, Weights: weights})))))
			grads := must(gorgonia.Grad(loss, wrt...))
			testkit.Run(t, g)
			for i, d := range grads {
				if !slices.ContainsFunc(wide(d.Value()), func(x float64) bool { return x != 0 }) {
					t.Errorf("table %t, weights %t: the gradient of %v is zero", trainTable, trainWeights, wrt[i])
				}
			}
		}
	}
}

// What a bag refuses when the graph is built.
func TestBagErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	w := table(g, "w", 4, 2)
	ids, flat, offsets := input(g, "ids", []int{0, 1}, 1, 2), input(g, "flat", []int{0, 1}, 2), input(g, "offsets", []int{0, 2}, 2)
	psw, psw32 := input(g, "psw", []float64{1, 1}, 2), input(g, "psw32", []float32{1, 1}, 2)
	type bags = layers.Texts
	type cfg struct {
		Mode layers.BagMode
		layers.IDRules
	}
	byFreq := layers.IDRules{ScaleGradByFreq: true}
	for _, tt := range []struct {
		in   bags
		cfg  cfg
		want string
	}{
		{bags{IDs: ids}, cfg{Mode: 5}, `Mode must be BagMean, BagSum, BagMax, BagSqrtN or BagMin, got 5`},
		{bags{IDs: ids}, cfg{Mode: -1}, `Mode must be BagMean, BagSum, BagMax, BagSqrtN or BagMin, got -1`},
		{bags{IDs: ids}, cfg{Mode: layers.BagMax, IDRules: byFreq}, `ScaleGradByFreq does not go with the mode max, whose gradient is not a sum over the ids`},
		{bags{IDs: ids}, cfg{Mode: layers.BagMin, IDRules: byFreq}, `ScaleGradByFreq does not go with the mode min, whose gradient is not a sum over the ids`},
		{bags{IDs: flat}, cfg{}, `want ids of shape (batch, time), or Offsets for a vector of ids, got shape (2)`},
		{bags{IDs: testkit.Leaf(g, "s", []int{1})}, cfg{}, `want ids of shape (batch, time), or Offsets for a vector of ids, got shape ()`},
		{bags{IDs: input(g, "five", []int{1}, 1, 1, 1, 1, 1)}, cfg{}, `want ids of shape (batch, time), or Offsets for a vector of ids, got shape (1, 1, 1, 1, 1)`},
		{bags{IDs: ids, NoLastOffset: true}, cfg{}, `NoLastOffset is set, but there are no Offsets`},
		{bags{IDs: ids, Offsets: offsets}, cfg{}, `want ids of shape (n) and Offsets of shape (batch+1), got (1, 2) and (2)`},
		{bags{IDs: flat, Offsets: ids}, cfg{}, `want ids of shape (n) and Offsets of shape (batch+1), got (2) and (1, 2)`},
		{bags{IDs: flat, Offsets: ids, NoLastOffset: true}, cfg{}, `want ids of shape (n) and Offsets of shape (batch), got (2) and (1, 2)`},
		{bags{IDs: flat, Offsets: input(g, "none", []int{}, 0)}, cfg{}, `want ids of shape (n) and Offsets of shape (batch+1), got (2) and (0)`},
		{bags{IDs: psw, Offsets: offsets}, cfg{}, `ids must be int, int32 or int64, got float64`},
		{bags{IDs: flat, Offsets: psw}, cfg{}, `Offsets must be int, int32 or int64, got float64`},
		{bags{IDs: flat, Offsets: offsets, Weights: psw32}, cfg{}, `Weights must be float64, as weight, got float32`},
		{bags{IDs: flat, Offsets: offsets, Weights: input(g, "three", []float64{1, 1, 1}, 3)}, cfg{}, `want Weights of the shape of the ids, (2), got (3)`},
		{bags{IDs: ids, Weights: psw}, cfg{}, `want Weights of the shape of the ids, (1, 2), got (2)`},
		{bags{IDs: ids, Weights: input(g, "column", []float64{1, 1}, 2, 1)}, cfg{}, `want Weights of the shape of the ids, (1, 2), got (2, 1)`},
		{bags{IDs: flat, Offsets: offsets, Weights: psw}, cfg{Mode: layers.BagMax}, `Weights go with BagSum, BagMean and BagSqrtN, not with the mode max`},
		{bags{IDs: flat, Offsets: offsets, Weights: psw}, cfg{Mode: layers.BagMin}, `Weights go with BagSum, BagMean and BagSqrtN, not with the mode min`},
	} {
		if _, err := layers.Bag(w, tt.in, tt.cfg.Mode, tt.cfg.IDRules); err == nil || err.Error() != `embedding "w": `+tt.want {
			t.Errorf("got  %v\nwant embedding \"w\": %v", err, tt.want)
		}
	}
	for _, in := range []struct {
		w, ids *gorgonia.Node
		want   string
	}{
		{nil, ids, "embedding: weight: the node is nil"}, {w, nil, `embedding "w": ids: the node is nil`},
		{input(g, "t", make([]float64, 8), 2, 2, 2), ids, `embedding "t": weight must be a matrix (vocab, dim), got shape (2, 2, 2)`},
		{input(g, "i", []int{1}, 1, 1), ids, `embedding "i": weight must be float32 or float64, got int`},
	} {
		if _, err := layers.Bag(in.w, bags{IDs: in.ids}, layers.BagMean, layers.IDRules{}); err == nil || err.Error() != in.want {
			t.Errorf("got  %v\nwant %v", err, in.want)
		}
	}
	e := embeddingBag(g, layers.EmbeddingBagConfig{})
	if _, err := e.Forward(nil); err == nil || err.Error() != `embedding "words": ids: the node is nil` {
		t.Errorf("got %v", err)
	}
	if _, err := layers.NewEmbeddingBag(g, "x", layers.EmbeddingBagConfig{NumEmbeddings: 1, EmbeddingDim: 1, Init: layers.Zeros(), Mode: 9}); err == nil ||
		err.Error() != `embedding "x": Mode must be BagMean, BagSum, BagMax, BagSqrtN or BagMin, got 9` {
		t.Errorf("got %v", err)
	}
	if _, err := layers.NewEmbeddingBag(g, "x", layers.EmbeddingBagConfig{EmbeddingDim: 1, Init: layers.Zeros()}); err == nil ||
		err.Error() != `embedding "x": NumEmbeddings and EmbeddingDim must be at least 1, got 0 and 1` {
		t.Errorf("got %v", err)
	}
}

// What a bag refuses at a run, before it writes anything: the offending offset or id is named.
func TestBagRunErrors(t *testing.T) {
	for _, tt := range []struct {
		ids, offsets []int
		noLast       bool
		want         string
	}{
		{[]int{0, 1, 2, 3}, []int{1, 4}, false, `embedding "w": Offsets: the first must be 0, got 1`},
		{[]int{0, 1, 2, 3}, []int{-1, 4}, true, `embedding "w": Offsets: the first must be 0, got -1`},
		{[]int{0, 1, 2, 3}, []int{0, 3, 2, 4}, false, `embedding "w": Offsets: 2 at position 2 is less than 3 before it`},
		{[]int{0, 1, 2, 3}, []int{0, 3, 2}, true, `embedding "w": Offsets: 2 at position 2 is less than 3 before it`},
		{[]int{0, 1, 2, 3}, []int{0, 2, 5}, false, `embedding "w": Offsets: 5 at position 2 is beyond the 4 ids`},
		{[]int{0, 1, 2, 3}, []int{0, 5}, true, `embedding "w": Offsets: 5 at position 1 is beyond the 4 ids`},
		{[]int{0, 1, 11, 3}, []int{0, 4}, false, `embedding "w": id 11 at position 2 (of shape (4)) is outside [0, 10)`},
		{[]int{0, 1, 2, -1}, []int{0, 2}, true, `embedding "w": id -1 at position 3 (of shape (4)) is outside [0, 10)`},
		{[]int{0, -1, 11, 0}, nil, false, `embedding "w": id -1 at position 1 (of shape (2, 2)) is outside [0, 10)`},
	} {
		for _, mode := range allModes {
			for _, weighted := range []bool{false, true} {
				if weighted && (mode == layers.BagMax || mode == layers.BagMin) {
					continue
				}
				g := gorgonia.NewGraph()
				w := table(g, "w", 10, 2)
				shape := []int{2, 2}
				var in layers.Texts
				if tt.offsets != nil {
					shape, in.Offsets, in.NoLastOffset = []int{4}, input(g, "offsets", tt.offsets, len(tt.offsets)), tt.noLast
				}
				if in.IDs = input(g, "ids", tt.ids, shape...); weighted {
					in.Weights = input(g, "psw", []float64{1, 2, 3, 4}, shape...)
				}
				before := slices.Clone(wide(w.Value()))
				y := must(layers.Bag(w, in, mode, layers.IDRules{PaddingIdx: new(3), MaxNorm: 1}))
				err := gorgonia.NewTapeMachine(g).RunAll()
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got  %v\nwant %v", err, tt.want)
				}
				if y.Value() != nil || !slices.Equal(wide(w.Value()), before) {
					t.Errorf("after %q something is written", tt.want)
				}
			}
		}
	}
}

// A row that the ids name so many times, or padding so many times among others: dense equals sparse, for lookups and
// bags.
func TestRepeats(t *testing.T) {
	for _, n := range []int{1, 2, 769, 1000, 3073} {
		for _, size := range [][2]int{{1, 1}, {1, 3}, {4, 1}, {5, 8}} {
			vocab, dim := size[0], size[1]
			for _, padding := range []*int{nil, new(0)} {
				c := bagCase{vocab: vocab, dim: dim, w: testkit.Randoms[float64](testkit.NewRand(1), vocab*dim), ids: slices.Repeat([]int{0}, n), offsets: []int{0, n / 2, n}, up: testkit.Randoms[float64](testkit.NewRand(2), 3*dim)}
				c.cfg.PaddingIdx = padding
				for _, other := range []int{1, 3, 1, 2} { // some others, last
					c.ids = append(c.ids, other%vocab)
				}
				c.offsets = append(c.offsets, len(c.ids))
				for _, c.mode = range allModes {
					c.check(t)
				}
				var grads [2][]float64
				for i, isSparse := range []bool{false, true} {
					g := gorgonia.NewGraph()
					w := input(g, "w", slices.Clone(c.w), vocab, dim)
					y := must(layers.Lookup(w, input(g, "ids", c.ids, len(c.ids)), layers.IDRules{PaddingIdx: padding, Sparse: isSparse}))
					_, d := backward(t, y, nil, w)
					grads[i] = wide(d[0])
				}
				uses := make([]float64, vocab*dim)
				for _, id := range c.ids {
					for j := range dim {
						if padding == nil || id != *padding {
							uses[id*dim+j]++
						}
					}
				}
				if !slices.Equal(grads[0], uses) || !slices.Equal(grads[1], uses) {
					t.Errorf("%d repeats in %d × %d: dense %v, sparse %v, want %v", n, vocab, dim, grads[0], grads[1], uses)
				}
			}
		}
	}
}
