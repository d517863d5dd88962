package layers_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
)

func matrix(data any, rows, columns int) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, columns), tensor.WithBacking(data))
}

// The weights given are the table: not copied, padding row and all.
func TestFromPretrained(t *testing.T) {
	for _, freeze := range []bool{true, false} {
		for _, data := range []any{[]float64{7, 7, 1, 2.3, 4, 5.1}, []float32{7, 7, 1, 2.3, 4, 5.1}} {
			g := gorgonia.NewGraph()
			w := matrix(data, 3, 2)
			e := must(pretrained(g, "words", w, layers.EmbeddingConfig{IDs: layers.IDRules{PaddingIdx: new(0)}, Freeze: freeze}))
			y := must(e.Forward(input(g, "ids", []int{0, 2}, 2)))
			if (len(e.Learnables()) == 0) != freeze {
				t.Errorf("Freeze %v: learnables %v", freeze, e.Learnables())
			}
			testkit.Run(t, g)
			wantNear(t, "rows", y.Value(), []float64{7, 7, 4, 5.1}, 1e-6)
			if e.Weight().Value().Uintptr() != w.Uintptr() || e.Weight().Name() != "words.weight" {
				t.Error("the weights were copied")
			}
		}
	}
}

// from_pretrained(…, max_norm=2, norm_type=.5, sparse=True): the given weights themselves are renormalised.
func TestFromPretrainedMaxNorm(t *testing.T) {
	g := gorgonia.NewGraph()
	w := testkit.Randoms[float64](testkit.NewRand(1), 12)
	e := must(pretrained(g, "words", matrix(w, 4, 3), layers.EmbeddingConfig{Freeze: true, IDs: layers.IDRules{MaxNorm: 2, NormType: 0.5, Sparse: true}}))
	must(e.Forward(input(g, "ids", []int{0, 1, 2, 3}, 4)))
	testkit.Run(t, g)
	for at := 0; at < 12; at += 3 {
		if n := pNorm(w[at:at+3], 0.5); n > 2 {
			t.Errorf("row %d has norm %v", at/3, n)
		}
	}
}

// A frozen table stays as it is while the rest trains, on both machines and with sparse gradients asked for.
func TestFreeze(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		g := gorgonia.NewGraph()
		e := must(pretrained(g, "words", matrix(testkit.Randoms[float64](testkit.NewRand(1), 12), 4, 3), layers.EmbeddingConfig{Freeze: true, IDs: layers.IDRules{Sparse: isSparse}}))
		out := newLinear(g, "out", 3, 2)
		net := layers.Sequential{e, out}
		a, b := must(net.Forward(input(g, "ids", []int{0, 1, 2, 3}, 4))), must(net.Forward(input(g, "more", []int{0, 1, 2, 3}, 4)))
		loss := sumSquares(gorgonia.Must(gorgonia.Add(a, b)))
		before, start := slices.Clone(wide(e.Weight().Value())), slices.Clone(wide(out.Weight().Value()))
		must(gorgonia.Grad(loss, net.Learnables()...))
		vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(net.Learnables()...))
		defer vm.Close()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		if err := gorgonia.NewVanillaSolver().Step(gorgonia.NodesToValueGrads(net.Learnables())); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(wide(out.Weight().Value()), start) || !slices.Equal(wide(e.Weight().Value()), before) {
			t.Error("the layer should have moved, and the table not")
		}
		for _, n := range g.AllNodes() {
			if n.Op() != nil && strings.HasPrefix(n.Op().String(), "∂lookup") || n.Name() == "words.weight#1" {
				t.Errorf("the graph has %v", n)
			}
		}
	}
}

// Asking for the gradient of a frozen table is an error, not a gradient.
func TestFrozenTableHasNoGradient(t *testing.T) {
	g := gorgonia.NewGraph()
	e := must(pretrained(g, "words", matrix(testkit.Randoms[float64](testkit.NewRand(1), 12), 4, 3), layers.EmbeddingConfig{Freeze: true}))
	b := must(pretrainedBag(g, "bag", matrix(testkit.Randoms[float64](testkit.NewRand(1), 12), 4, 3), layers.EmbeddingBagConfig{Freeze: true}))
	ids := input(g, "ids", []int{0, 1}, 1, 2)
	for weight, y := range map[*gorgonia.Node]*gorgonia.Node{e.Weight(): must(e.Forward(ids)), b.Weight(): must(b.Forward(ids))} {
		if _, err := gorgonia.Grad(sumSquares(y), weight); err == nil {
			t.Errorf("%v has a gradient", weight)
		}
	}
}

// A LispMachine adds its gradients to those on the nodes; they follow the same rules.
func TestLispMachineFollowsTheRules(t *testing.T) {
	for _, cfg := range []layers.IDRules{
		{ScaleGradByFreq: true}, {FreezeRows: []int{1}}, {TrainRows: []int{1}}, {IgnoreIndex: new(3), PaddingIdx: new(0)}, {MaxNorm: 2}, {OutOfRange: layers.RangeClip},
	} {
		for name, build := range map[string]func(g *gorgonia.ExprGraph, w *gorgonia.Node) *gorgonia.Node{
			"lookup": func(g *gorgonia.ExprGraph, w *gorgonia.Node) *gorgonia.Node {
				return must(layers.Lookup(w, input(g, "ids", []int{1, 3, 1, 0, 1, 2}, 2, 3), cfg))
			},
			"bag": func(g *gorgonia.ExprGraph, w *gorgonia.Node) *gorgonia.Node {
				return must(layers.Bag(w, layers.Texts{IDs: input(g, "ids", []int{1, 3, 1, 0, 1, 2}, 2, 3)}, layers.BagMean, cfg))
			},
			"weighted bag": func(g *gorgonia.ExprGraph, w *gorgonia.Node) *gorgonia.Node {
				in := layers.Texts{IDs: input(g, "ids", []int{1, 3, 1, 0, 1, 2}, 2, 3), Weights: input(g, "psw", testkit.Randoms[float64](testkit.NewRand(3), 6), 2, 3)}
				return must(layers.Bag(w, in, layers.BagMean, cfg))
			},
		} {
			g := gorgonia.NewGraph()
			w := input(g, "w", testkit.Randoms[float64](testkit.NewRand(1), 12), 4, 3)
			dw := must(gorgonia.Grad(sumSquares(build(g, w)), w))[0]
			testkit.Run(t, g)
			g = gorgonia.NewGraph()
			lispW := input(g, "w", testkit.Randoms[float64](testkit.NewRand(1), 12), 4, 3)
			sumSquares(build(g, lispW))
			if err := gorgonia.NewLispMachine(g).RunAll(); err != nil {
				t.Fatal(err)
			}
			wantNear(t, fmt.Sprintf("%s %+v", name, cfg), must(lispW.Grad()), wide(dw.Value()), 1e-14)
		}
	}
}

func TestIgnoreIndex(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		g := gorgonia.NewGraph()
		w := table(g, "w", 4, 2)
		cfg := layers.IDRules{IgnoreIndex: new(-1), PaddingIdx: new(0), Sparse: isSparse}
		y := must(layers.Lookup(w, input(g, "ids", []int{1, -1, 0, 3, -1, 1}, 2, 3), cfg))
		value, grads := backward(t, y, nil, w)
		wantNear(t, "rows", value, []float64{10, 11, 0, 0, 0, 1, 30, 31, 0, 0, 10, 11}, 0)
		wantNear(t, "gradient", grads[0], []float64{0, 0, 2, 2, 0, 0, 1, 1}, 0)
		for mode, want := range map[layers.BagMode][]float64{layers.BagMean: {20, 21, 0, 0}, layers.BagSum: {40, 42, 0, 0}, layers.BagMax: {30, 31, 0, 0}, layers.BagMin: {10, 11, 0, 0}} {
			g := gorgonia.NewGraph()
			y := must(layers.Bag(table(g, "w", 4, 2), layers.Texts{IDs: input(g, "ids", []int{1, -1, 3, -1, 0, -1}, 2, 3)}, mode, cfg))
			testkit.Run(t, g)
			wantNear(t, mode.String(), y.Value(), want, 1e-15)
		}
	}
	// An id inside the table can be ignored too, and no other id outside is.
	g := gorgonia.NewGraph()
	y := must(layers.Lookup(table(g, "w", 4, 2), input(g, "ids", []int{1, 2}, 2), layers.IDRules{IgnoreIndex: new(1)}))
	testkit.Run(t, g)
	wantNear(t, "rows", y.Value(), []float64{0, 0, 20, 21}, 0)
	g = gorgonia.NewGraph()
	must(layers.Lookup(table(g, "w", 4, 2), input(g, "ids", []int{-1, -2}, 2), layers.IDRules{IgnoreIndex: new(-1)}))
	err := gorgonia.NewTapeMachine(g).RunAll()
	if err == nil || !strings.Contains(err.Error(), "id -2 at position 1 (of shape (2)) is outside [0, 4)") {
		t.Errorf("got %v", err)
	}
}

func TestOutOfRange(t *testing.T) {
	ids := []int{-5, -4, -1, 0, 3, 4, 9, math.MaxInt, math.MinInt}
	for _, tt := range []struct {
		policy  layers.OutOfRange
		unknown *int
		want    []int // rows
	}{
		{layers.RangeClip, nil, []int{0, 0, 0, 0, 3, 3, 3, 3, 0}},
		{layers.RangeWrap, nil, []int{3, 0, 3, 0, 3, 0, 1, 3, 0}},
		{layers.RangeUnknown, new(2), []int{2, 2, 2, 0, 3, 2, 2, 2, 2}},
		{layers.RangeUnknown, new(-1), []int{3, 3, 3, 0, 3, 3, 3, 3, 3}},
	} {
		for _, isSparse := range []bool{false, true} {
			g := gorgonia.NewGraph()
			w := table(g, "w", 4, 1)
			cfg := layers.IDRules{OutOfRange: tt.policy, UnknownIdx: tt.unknown, Sparse: isSparse}
			y := must(layers.Lookup(w, input(g, "ids", ids, len(ids)), cfg))
			value, grads := backward(t, y, nil, w)
			rows, uses := make([]float64, len(ids)), make([]float64, 4)
			for i, row := range tt.want {
				rows[i] = float64(10 * row)
				uses[row]++
			}
			wantNear(t, tt.policy.String(), value, rows, 0)
			wantNear(t, "gradient of "+tt.policy.String(), grads[0], uses, 0)
			g = gorgonia.NewGraph()
			w = table(g, "w", 4, 1)
			y = must(layers.Bag(w, layers.Texts{IDs: input(g, "ids", ids, len(ids), 1)}, layers.BagMean, cfg))
			value, grads = backward(t, y, nil, w)
			wantNear(t, "bags, "+tt.policy.String(), value, rows, 0)
			wantNear(t, "gradient of bags, "+tt.policy.String(), grads[0], uses, 0)
		}
	}
}

// Rows that are frozen do not move with any solver that does not decay: Gorgonia's and ours, dense and sparse.
// The others move as they would if none were frozen.
func TestFrozenRowsWithEverySolver(t *testing.T) {
	type cfg = layers.IDRules
	solvers := map[string]func() gorgonia.Solver{
		"stock vanilla":  func() gorgonia.Solver { return gorgonia.NewVanillaSolver() },
		"stock momentum": func() gorgonia.Solver { return gorgonia.NewMomentum() },
		"stock adam":     func() gorgonia.Solver { return gorgonia.NewAdamSolver() },
		"stock rmsprop":  func() gorgonia.Solver { return gorgonia.NewRMSPropSolver() },
		"stock adagrad":  func() gorgonia.Solver { return gorgonia.NewAdaGradSolver() },
	}
	for name, rule := range map[string]optim.Rule{
		"sgd": optim.SGD{Momentum: 0.9, Nesterov: true}, "adagrad": optim.Adagrad{InitialAccumulator: 1}, "rmsprop": optim.RMSProp{Momentum: 0.9},
		"adam": optim.Adam{}, "adamw": optim.AdamW{},
	} {
		solvers[name] = func() gorgonia.Solver { return must(optim.New(rule, optim.Config{LearningRate: 0.1})) }
	}
	train := func(solver gorgonia.Solver, c cfg) []float64 {
		g, ids := gorgonia.NewGraph(), make([]int, 6)
		e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3, IDs: c})
		must(gorgonia.Grad(sumSquares(must(e.Forward(input(g, "ids", ids, 2, 3)))), e.Learnables()...))
		vm, rnd := gorgonia.NewTapeMachine(g), testkit.NewRand(4)
		defer vm.Close()
		for range 6 {
			for i := range ids {
				ids[i] = rnd.IntN(4)
			}
			vm.Reset()
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			if err := solver.Step(gorgonia.NodesToValueGrads(e.Learnables())); err != nil {
				t.Fatal(err)
			}
		}
		return wide(e.Weight().Value())
	}
	start := wide(embedding(gorgonia.NewGraph(), layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3}).Weight().Value())
	for name, newSolver := range solvers {
		for _, isSparse := range []bool{false, true} {
			if isSparse && strings.HasPrefix(name, "stock") {
				continue
			}
			free := train(newSolver(), cfg{Sparse: isSparse})
			for _, c := range []cfg{{FreezeRows: []int{-1, 1}, Sparse: isSparse}, {TrainRows: []int{0, -2}, Sparse: isSparse}} {
				got := train(newSolver(), c)
				for id, frozen := range []bool{false, true, false, true} {
					want := free[id*3 : id*3+3]
					if frozen {
						want = start[id*3 : id*3+3]
					} else if slices.Equal(want, start[id*3:id*3+3]) {
						t.Fatalf("%s moves nothing", name)
					}
					if !slices.Equal(got[id*3:id*3+3], want) {
						t.Errorf("%s, sparse %t, FreezeRows %v, TrainRows %v: row %d is %v, want %v", name, isSparse, c.FreezeRows, c.TrainRows, id, got[id*3:id*3+3], want)
					}
				}
			}
		}
	}
}

// With decay, sparse gradients leave frozen rows alone; dense ones do with optim.Group.FrozenRows.
func TestFrozenRowsWithDecay(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		g := gorgonia.NewGraph()
		e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3, IDs: layers.IDRules{FreezeRows: []int{0, 2}, Sparse: isSparse}})
		if !slices.Equal(e.FrozenRows(), []int{0, 2}) {
			t.Errorf("FrozenRows is %v", e.FrozenRows())
		}
		start := slices.Clone(wide(e.Weight().Value()))
		must(gorgonia.Grad(sumSquares(must(e.Forward(input(g, "ids", []int{0, 1, 2, 3}, 4)))), e.Learnables()...))
		testkit.Run(t, g)
		group := optim.Group{Match: "words.weight"}
		if !isSparse {
			group.FrozenRows = e.FrozenRows()
		}
		s := must(optim.New(optim.AdamW{}, optim.Config{LearningRate: 0.1, WeightDecay: 0.5, Groups: []optim.Group{group}}))
		if err := s.Step(gorgonia.NodesToValueGrads(e.Learnables())); err != nil {
			t.Fatal(err)
		}
		w := wide(e.Weight().Value())
		for id := range 4 {
			if moved := !slices.Equal(w[id*3:id*3+3], start[id*3:id*3+3]); moved == (id%2 == 0) {
				t.Errorf("sparse %t: row %d moved: %t", isSparse, id, moved)
			}
		}
	}
}

// What constructors refuse, for tables of 4 × 2.
func TestTableConfigErrors(t *testing.T) {
	type cfg = layers.IDRules
	for _, tt := range []struct {
		rules cfg
		want  string
	}{
		{cfg{MaxNorm: -1}, `MaxNorm must be positive and finite, or 0 for none, got -1`},
		{cfg{MaxNorm: math.NaN()}, `MaxNorm must be positive and finite, or 0 for none, got NaN`},
		{cfg{MaxNorm: math.Inf(1)}, `MaxNorm must be positive and finite, or 0 for none, got +Inf`},
		{cfg{MaxNorm: 1, NormType: -2}, `NormType must be positive, or 0 for 2, got -2`},
		{cfg{MaxNorm: 1, NormType: math.NaN()}, `NormType must be positive, or 0 for 2, got NaN`},
		{cfg{NormType: 1}, `NormType is 1, but there is no MaxNorm`},
		{cfg{OutOfRange: 4}, `OutOfRange must be RangeError, RangeClip, RangeWrap or RangeUnknown, got 4`},
		{cfg{OutOfRange: -1}, `OutOfRange must be RangeError, RangeClip, RangeWrap or RangeUnknown, got -1`},
		{cfg{OutOfRange: layers.RangeUnknown}, `OutOfRange RangeUnknown and UnknownIdx go together: set both or neither`},
		{cfg{UnknownIdx: new(1)}, `OutOfRange RangeUnknown and UnknownIdx go together: set both or neither`},
		{cfg{OutOfRange: layers.RangeUnknown, UnknownIdx: new(4)}, `UnknownIdx 4 is outside [-4, 4)`},
		{cfg{PaddingIdx: new(25)}, `PaddingIdx 25 is outside [-4, 4)`},
		{cfg{PaddingIdx: new(-25)}, `PaddingIdx -25 is outside [-4, 4)`},
		{cfg{TrainRows: []int{0, 4}}, `TrainRows[1] 4 is outside [-4, 4)`},
		{cfg{FreezeRows: []int{-5}}, `FreezeRows[0] -5 is outside [-4, 4)`},
		{cfg{TrainRows: []int{0}, FreezeRows: []int{1}}, `TrainRows and FreezeRows exclude each other: set one`},
	} {
		g := gorgonia.NewGraph()
		check := func(err error) {
			if want := fmt.Sprintf("embedding %q: %s", "x", tt.want); err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %v", err, want)
			}
		}
		_, err := pretrained(g, "x", matrix(make([]float64, 8), 4, 2), layers.EmbeddingConfig{IDs: tt.rules})
		check(err)
		_, err = pretrainedBag(g, "x", matrix(make([]float64, 8), 4, 2), layers.EmbeddingBagConfig{IDs: tt.rules})
		check(err)
		if len(g.AllNodes()) > 0 {
			t.Errorf("%v left nodes in the graph", tt.want)
		}
		w, ids := table(g, "x", 4, 2), input(g, "ids", []int{0, 1}, 1, 2)
		_, err = layers.Lookup(w, ids, tt.rules)
		check(err)
		_, err = layers.Bag(w, layers.Texts{IDs: ids}, layers.BagMean, tt.rules)
		check(err)
	}
}

// From takes a tensor that is the table as it stands, and nothing else.
func TestFromPretrainedErrors(t *testing.T) {
	view := matrix(make([]float64, 8), 2, 4)
	if err := view.T(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		weight any
		want   string
	}{
		{nil, `Init gave a <nil>: want []float32 or []float64`},
		{(*tensor.Dense)(nil), `Init gave no tensor: it is nil`},
		{gorgonia.NewF64(1), `Init gave a *gorgonia.F64: want []float32 or []float64`},
		{tensor.New(tensor.WithBacking(make([]float64, 8))), `Init gave a tensor of shape (8) of float64: want shape (4, 2) of float64`},
		{matrix(make([]float64, 8), 2, 4), `Init gave a tensor of shape (2, 4) of float64: want shape (4, 2) of float64`},
		{view, `Init gave a view or a transposed tensor: copy it, so that it lies in memory row after row`},
		{matrix(make([]float32, 8), 4, 2), `Init gave a tensor of shape (4, 2) of float32: want shape (4, 2) of float64`},
		{make([]float64, 6), `Init gave 6 values of float64: want 8 of float64 for shape (4, 2)`},
	} {
		c := layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Dtype: tensor.Float64, Init: layers.From(tt.weight)}
		_, err := layers.NewEmbedding(gorgonia.NewGraph(), "x", c)
		if want := `embedding "x": ` + tt.want; err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %v", err, want)
		}
	}
}
