package layers_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// table adds a leaf (vocab, dim) of float64 whose element (i, j) is 10i+j.
func table(g *gorgonia.ExprGraph, name string, vocab, dim int) *gorgonia.Node {
	w := make([]float64, vocab*dim)
	for i := range w {
		w[i] = float64(10*(i/dim) + i%dim)
	}
	return input(g, name, w, vocab, dim)
}

func TestLookupShapes(t *testing.T) {
	for _, shape := range [][]int{{}, {1}, {3}, {1, 1}, {3, 1}, {1, 3}, {2, 3}, {2, 1, 3}, {2, 2, 1, 3}} {
		n := tensor.Shape(shape).TotalSize()
		ids := make([]int, n)
		for i := range ids {
			ids[i] = i * 5 % 7
		}
		var want []float64
		for _, id := range ids {
			want = append(want, float64(10*id), float64(10*id+1))
		}
		int32s, int64s := make([]int32, n), make([]int64, n)
		for i, id := range ids {
			int32s[i], int64s[i] = int32(id), int64(id)
		}
		for _, data := range []any{ids, int32s, int64s} {
			t.Run(fmt.Sprintf("%v %T", shape, data), func(t *testing.T) {
				g := gorgonia.NewGraph()
				y := must(layers.Lookup(table(g, "w", 7, 2), input(g, "ids", data, shape...), layers.IDRules{}))
				declared := y.Shape().Clone()
				testkit.Run(t, g)
				if s := append(slices.Clone(shape), 2); !slices.Equal(declared, s) || !slices.Equal(y.Value().Shape(), s) {
					t.Errorf("shape inferred %v, of the value %v, want %v", declared, y.Value().Shape(), s)
				}
				if got := y.Value().Data(); !slices.Equal(got.([]float64), want) {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
}

// A gorgonia.NewScalar binds a *gorgonia.I, not a tensor.
func TestLookupScalarValue(t *testing.T) {
	for _, id := range []any{3, int32(3), int64(3)} {
		g := gorgonia.NewGraph()
		y := must(layers.Lookup(table(g, "w", 7, 2), gorgonia.NodeFromAny(g, id, gorgonia.WithName("id")), layers.IDRules{}))
		testkit.Run(t, g)
		if got := y.Value().Data().([]float64); !slices.Equal(got, []float64{30, 31}) {
			t.Errorf("id of %T: got %v", id, got)
		}
	}
}

func TestLookupFloat32(t *testing.T) {
	g := gorgonia.NewGraph()
	w := input(g, "w", []float32{1, 2, 3, 4}, 2, 2)
	y := must(layers.Lookup(w, input(g, "ids", []int{1, 1, 0}, 3), layers.IDRules{}))
	grads := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), w))
	testkit.Run(t, g)
	if got := y.Value().Data().([]float32); !slices.Equal(got, []float32{3, 4, 3, 4, 1, 2}) {
		t.Errorf("forward %v", got)
	}
	if got := grads[0].Value().Data().([]float32); !slices.Equal(got, []float32{1, 1, 2, 2}) {
		t.Errorf("gradient %v", got)
	}
}

// Tensors that share another one's memory are not row by row in theirs.
func TestLookupViews(t *testing.T) {
	base := tensor.New(tensor.WithShape(2, 7), tensor.WithBacking([]float64{0, 10, 20, 30, 40, 50, 60, 1, 11, 21, 31, 41, 51, 61}))
	if err := base.T(); err != nil { // (7, 2), without moving an element
		t.Fatal(err)
	}
	fortran := tensor.New(tensor.WithShape(7, 2), tensor.AsFortran([]float64{0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 60, 61}))
	wide := tensor.New(tensor.WithShape(2, 4), tensor.WithBacking([]int{9, 3, 5, 9, 9, 0, 6, 9}))
	middle := must(wide.Slice(nil, gorgonia.S(1, 3)))
	for name, w := range map[string]*tensor.Dense{"transposed": base, "column-major": fortran} {
		g := gorgonia.NewGraph()
		weight := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("w"), gorgonia.WithShape(7, 2), gorgonia.WithValue(w))
		ids := gorgonia.NewMatrix(g, tensor.Int, gorgonia.WithName("ids"), gorgonia.WithShape(2, 2), gorgonia.WithValue(middle))
		y := must(layers.Lookup(weight, ids, layers.IDRules{}))
		testkit.Run(t, g)
		if got, want := y.Value().Data().([]float64), []float64{30, 31, 50, 51, 0, 1, 60, 61}; !slices.Equal(got, want) {
			t.Errorf("%s table, sliced ids: got %v, want %v", name, got, want)
		}
	}
}

// The gradient is the adjoint of the lookup: ⟨lookup(W, ids), G⟩ = ⟨W, gradient(G, ids)⟩.
func TestLookupAdjoint(t *testing.T) {
	rnd := testkit.NewRand(7)
	for range 50 {
		testAdjoint(t, rnd, 1+rnd.IntN(9), 1+rnd.IntN(5), 1+rnd.IntN(12))
	}
}

func FuzzLookupAdjoint(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(2), uint8(4))
	f.Fuzz(func(t *testing.T, seed uint64, vocab, dim, n uint8) {
		testAdjoint(t, testkit.NewRand(seed), 1+int(vocab%40), 1+int(dim%20), 1+int(n))
	})
}

func testAdjoint(t *testing.T, rnd *rand.Rand, vocab, dim, n int) {
	t.Helper()
	ids := make([]int, n)
	for i := range ids {
		ids[i] = rnd.IntN(vocab)
	}
	w, up := testkit.Randoms[float64](testkit.NewRand(rnd.Uint64()), vocab*dim), testkit.Randoms[float64](testkit.NewRand(rnd.Uint64()), n*dim)
	g := gorgonia.NewGraph()
	weight := input(g, "w", w, vocab, dim)
	y := must(layers.Lookup(weight, input(g, "ids", ids, n), layers.IDRules{}))
	loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, input(g, "up", up, n, dim)))))
	dw := must(gorgonia.Grad(loss, weight))[0]
	var left gorgonia.Value
	gorgonia.Read(loss, &left)
	testkit.Run(t, g)
	var right float64
	for i, d := range dw.Value().Data().([]float64) {
		right += d * w[i]
	}
	if l := left.Data().(float64); math.Abs(l-right) > 1e-9 {
		t.Errorf("vocab %d, dim %d, ids %v: ⟨lookup, G⟩ = %v, ⟨W, gradient⟩ = %v", vocab, dim, ids, l, right)
	}
}

func TestPaddingGetsNoGradient(t *testing.T) {
	for _, tt := range []struct {
		padding int
		row     int
	}{{0, 0}, {2, 2}, {-1, 3}, {-4, 0}} {
		for _, n := range []int{1, 2, 769, 1000, 3073} { // PyTorch once leaked the gradient from the 769th on (#26302)
			ids := append(slices.Repeat([]int{tt.row}, n), 0, 1, 2, 3, 1)
			g := gorgonia.NewGraph()
			w := table(g, "w", 4, 2)
			y := must(layers.Lookup(w, input(g, "ids", ids, len(ids)), layers.IDRules{PaddingIdx: &tt.padding}))
			dw := must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), w))[0]
			testkit.Run(t, g)
			want := []float64{1, 1, 2, 2, 1, 1, 1, 1}
			want[2*tt.row], want[2*tt.row+1] = 0, 0
			if got := dw.Value().Data().([]float64); !slices.Equal(got, want) {
				t.Errorf("padding %d, %d times: gradient %v, want %v", tt.padding, n, got, want)
			}
			if got := y.Value().Data().([]float64)[0]; got != float64(10*tt.row) {
				t.Errorf("padding %d: forward gives %v, want the row as it stands", tt.padding, got)
			}
		}
	}
}

// Runs of one machine with Reset between give what fresh graphs give, and what one run gave is still there
// after the next one.
func TestRunsAreIndependent(t *testing.T) {
	build := func(ids []int) (*gorgonia.ExprGraph, gorgonia.Nodes) {
		g := gorgonia.NewGraph()
		w := table(g, "w", 5, 2)
		y := must(layers.Lookup(w, input(g, "ids", ids, len(ids)), layers.IDRules{}))
		return g, gorgonia.Nodes{y, must(gorgonia.Grad(sumSquares(y), w))[0]}
	}
	memory := make([]int, 3)
	g, nodes := build(memory)
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	var kept, want [][2][]float64
	for i, ids := range [][]int{{0, 1, 1}, {4, 4, 4}, {0, 1, 1}, {3, 2, 0}} {
		copy(memory, ids)
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		fresh, freshNodes := build(ids)
		testkit.Run(t, fresh)
		kept, want = append(kept, dataOf(nodes)), append(want, dataOf(freshNodes))
		for j := max(0, i-1); j <= i; j++ {
			for k, what := range []string{"forward", "gradient"} {
				if !slices.Equal(kept[j][k], want[j][k]) {
					t.Errorf("%s of run %d, seen after run %d: %v, of a fresh graph %v", what, j, i, kept[j][k], want[j][k])
				}
			}
		}
	}
}

func dataOf(nodes gorgonia.Nodes) (data [2][]float64) {
	for i, n := range nodes {
		data[i] = n.Value().Data().([]float64)
	}
	return data
}

// Gorgonia's elementwise ops overwrite what they read last. The table must not be what they overwrite.
func TestTableSurvivesInPlaceOps(t *testing.T) {
	g := gorgonia.NewGraph()
	w := table(g, "w", 4, 2)
	before := slices.Clone(w.Value().Data().([]float64))
	y := must(layers.Lookup(w, input(g, "ids", []int{0, 1, 2, 3}, 4), layers.IDRules{}))
	y = gorgonia.Must(gorgonia.Add(y, gorgonia.Must(gorgonia.HadamardProd(y, y))))
	must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), w))
	testkit.Run(t, g)
	if got := w.Value().Data().([]float64); !slices.Equal(got, before) {
		t.Errorf("the table became %v", got)
	}
}

// Stock solvers move the rows that were used, by the same as ByIndices' gradient would.
func TestStockSolvers(t *testing.T) {
	for name, newSolver := range map[string]func() gorgonia.Solver{
		"vanilla":  func() gorgonia.Solver { return gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.1)) },
		"adam":     func() gorgonia.Solver { return gorgonia.NewAdamSolver(gorgonia.WithLearnRate(0.1)) },
		"momentum": func() gorgonia.Solver { return gorgonia.NewMomentum(gorgonia.WithLearnRate(0.1)) },
	} {
		for _, bind := range []bool{false, true} {
			train := func(lookup func(w, ids *gorgonia.Node) (*gorgonia.Node, error)) []float64 {
				g := gorgonia.NewGraph()
				w := table(g, "w", 4, 2)
				y := must(lookup(w, input(g, "ids", []int{1, 2, 1}, 3)))
				loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(y))))
				must(gorgonia.Grad(loss, w))
				var opts []gorgonia.VMOpt
				if bind {
					opts = append(opts, gorgonia.BindDualValues(w))
				}
				vm, solver := gorgonia.NewTapeMachine(g, opts...), newSolver()
				defer vm.Close()
				for range 5 {
					vm.Reset()
					if err := vm.RunAll(); err != nil {
						t.Fatal(err)
					}
					if err := solver.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{w})); err != nil {
						t.Fatal(err)
					}
				}
				return w.Value().Data().([]float64)
			}
			ours := train(func(w, ids *gorgonia.Node) (*gorgonia.Node, error) {
				return layers.Lookup(w, ids, layers.IDRules{})
			})
			theirs := train(func(w, ids *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.ByIndices(w, ids, 0) })
			if !slices.Equal(ours, theirs) {
				t.Errorf("%s, BindDualValues %t: %v, with ByIndices %v", name, bind, ours, theirs)
			}
			if ours[0] != 0 || ours[6] != 30 || ours[2] == 10 {
				t.Errorf("%s, BindDualValues %t: rows 1 and 2 alone should move: %v", name, bind, ours)
			}
		}
	}
}

func TestIndexError(t *testing.T) {
	for _, tt := range []struct {
		shape []int
		ids   any
		want  layers.IndexError
		msg   string
	}{
		{[]int{2, 4}, []int{0, 9, 1, 2, 3, -1, 0, 0}, layers.IndexError{Table: "words", ID: 9, Position: 1, Shape: []int{2, 4}, NumEmbeddings: 4},
			`embedding "words": id 9 at position 1 (of shape (2, 4)) is outside [0, 4)`},
		{[]int{3}, []int{0, 3, -1}, layers.IndexError{Table: "words", ID: -1, Position: 2, Shape: []int{3}, NumEmbeddings: 4},
			`embedding "words": id -1 at position 2 (of shape (3)) is outside [0, 4)`},
		{[]int{}, []int{4}, layers.IndexError{Table: "words", ID: 4, Position: 0, Shape: []int{}, NumEmbeddings: 4},
			`embedding "words": id 4 is outside [0, 4)`},
		{[]int{2}, []int64{math.MaxInt64, 0}, layers.IndexError{Table: "words", ID: math.MaxInt64, Position: 0, Shape: []int{2}, NumEmbeddings: 4},
			`embedding "words": id 9223372036854775807 at position 0 (of shape (2)) is outside [0, 4)`},
		{[]int{1}, []int32{math.MinInt32}, layers.IndexError{Table: "words", ID: math.MinInt32, Position: 0, Shape: []int{1}, NumEmbeddings: 4},
			`embedding "words": id -2147483648 at position 0 (of shape (1)) is outside [0, 4)`},
	} {
		build := func(grad bool) (*gorgonia.ExprGraph, *gorgonia.Node, []float64) {
			g := gorgonia.NewGraph()
			e := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Dtype: tensor.Float64, Init: layers.Normal(testkit.NewRand(1), 1)}))
			y := must(e.Forward(input(g, "ids", tt.ids, tt.shape...)))
			if loss := gorgonia.Must(gorgonia.Sum(y)); grad {
				must(gorgonia.Grad(loss, e.Weight()))
			}
			return g, y, e.Weight().Value().Data().([]float64)
		}
		g, y, w := build(true)
		before := slices.Clone(w)
		err := gorgonia.NewTapeMachine(g).RunAll()
		var bad *layers.IndexError
		if !layers.As(err, &bad) {
			t.Errorf("ids %v: TapeMachine returned %v, want an IndexError in it", tt.ids, err)
			continue
		}
		if bad.Error() != tt.msg || bad.Table != tt.want.Table || bad.ID != tt.want.ID || bad.Position != tt.want.Position ||
			!slices.Equal(bad.Shape, tt.want.Shape) || bad.NumEmbeddings != tt.want.NumEmbeddings {
			t.Errorf("ids %v: got %+v\n%v\nwant %+v\n%v", tt.ids, *bad, bad, tt.want, tt.msg)
		}
		if y.Value() != nil || !slices.Equal(w, before) {
			t.Errorf("ids %v: something was written: %v", tt.ids, y.Value())
		}

		g, _, _ = build(false)
		// Forwards only: after an error, a LispMachine's goroutine goes on to the gradients, a data race of its own.
		if err := gorgonia.NewLispMachine(g, gorgonia.ExecuteFwdOnly()).RunAll(); !layers.As(err, &bad) {
			t.Errorf("ids %v: LispMachine returned %v, want an IndexError in it", tt.ids, err)
		}
	}
}

func TestAs(t *testing.T) {
	var bad *layers.IndexError
	if layers.As(nil, &bad) || layers.As(errors.New("other"), &bad) {
		t.Error("As found an IndexError where there is none")
	}
	if !layers.As(fmt.Errorf("step 3: %w", &layers.IndexError{ID: 7}), &bad) || bad.ID != 7 {
		t.Error("As missed a plainly wrapped IndexError")
	}
}

func TestLookupErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	w, ids := table(g, "w", 4, 2), input(g, "ids", []int{1}, 1)
	for _, tt := range []struct {
		weight, ids *gorgonia.Node
		cfg         layers.IDRules
		want        string
	}{
		{nil, ids, layers.IDRules{}, "embedding: weight: the node is nil"},
		{w, nil, layers.IDRules{}, `embedding "w": ids: the node is nil`},
		{input(g, "v", []float64{1, 2}, 2), ids, layers.IDRules{}, `embedding "v": weight must be a matrix (vocab, dim), got shape (2)`},
		{input(g, "t", make([]float64, 8), 2, 2, 2), ids, layers.IDRules{}, `embedding "t": weight must be a matrix (vocab, dim), got shape (2, 2, 2)`},
		{input(g, "i", []int{1, 2}, 1, 2), ids, layers.IDRules{}, `embedding "i": weight must be float32 or float64, got int`},
		{w, input(g, "f", []float64{1}, 1), layers.IDRules{}, `embedding "w": ids must be int, int32 or int64, got float64`},
		{w, ids, layers.IDRules{PaddingIdx: new(4)}, `embedding "w": PaddingIdx 4 is outside [-4, 4)`},
		{w, ids, layers.IDRules{PaddingIdx: new(-5)}, `embedding "w": PaddingIdx -5 is outside [-4, 4)`},
		{w, input(gorgonia.NewGraph(), "ids", []int{1}, 1), layers.IDRules{}, `embedding "w": weight and ids belong to different graphs: make both on one gorgonia.ExprGraph`},
	} {
		if _, err := layers.Lookup(tt.weight, tt.ids, tt.cfg); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
}

// Let takes a value of shape (3, 1) for a vector node, though the graph was built for rank 1.
func TestLookupRankAtRun(t *testing.T) {
	g := gorgonia.NewGraph()
	ids := gorgonia.NewVector(g, tensor.Int, gorgonia.WithName("ids"), gorgonia.WithShape(3))
	must(layers.Lookup(table(g, "w", 4, 2), ids, layers.IDRules{}))
	if err := gorgonia.Let(ids, tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]int{0, 1, 2}))); err != nil {
		t.Skip("Gorgonia refuses it now:", err)
	}
	err := gorgonia.NewTapeMachine(g).RunAll()
	if err == nil || !strings.Contains(err.Error(), `embedding "w": ids: want shape (3), for which the graph was built, got (3, 1)`) {
		t.Errorf("got %v", err)
	}
}
