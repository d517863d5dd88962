package optim_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
)

// tied is a graph that reads a table twice, by Forward, and by Attend if it is a head too, and has a bias and a frozen
// matrix: the loss is a sum over the batch.
type tied struct {
	ids           []int
	params        gorgonia.Nodes
	weights, bias []float64
	vm            gorgonia.VM
}

func newTied(batch int, sparse, attend, bind bool) *tied {
	g := gorgonia.NewGraph()
	m := &tied{ids: make([]int, 2*batch), weights: testkit.Randoms[float64](testkit.NewRand(2), 12), bias: []float64{1, 2}}
	e := testkit.Must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
		NumEmbeddings: 6, EmbeddingDim: 2, Dtype: tensor.Float64, IDs: layers.IDRules{Sparse: sparse}, Init: layers.From(m.weights)}))
	bias := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("bias"), gorgonia.WithShape(1, 2), gorgonia.WithValue(testkit.Dense(m.bias, 1, 2)))
	frozen := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("frozen"), gorgonia.WithShape(1, 2), gorgonia.WithValue(testkit.Dense([]float64{1, 1}, 1, 2)))
	x := testkit.Must(e.Forward(testkit.Must(layers.Input(g, "x", m.ids[:batch:batch], batch))))
	y := testkit.Must(e.Forward(testkit.Must(layers.Input(g, "y", m.ids[batch:], batch))))
	z := testkit.Must(gorgonia.BroadcastAdd(testkit.Must(gorgonia.HadamardProd(x, y)), bias, nil, []byte{0}))
	if attend {
		z = testkit.Must(e.Attend(z))
	}
	loss := testkit.Must(gorgonia.Sum(testkit.Must(gorgonia.Square(z))))
	learned := append(e.Learnables(), bias)
	testkit.Must(gorgonia.Grad(loss, learned...))
	m.params = append(learned, frozen)
	opts := []gorgonia.VMOpt{}
	if bind {
		opts = append(opts, gorgonia.BindDualValues(bias))
	}
	m.vm = gorgonia.NewTapeMachine(g, opts...)
	return m
}

func (m *tied) run(t *testing.T, x, y []int) {
	t.Helper()
	copy(m.ids, append(slices.Clone(x), y...))
	m.vm.Reset()
	if err := m.vm.RunAll(); err != nil {
		t.Fatal(err)
	}
}

// One step for three runs of two pairs is the step for one run of six: gradients sparse and dense, and of one table both;
// bound and not; with clipping, and a frozen parameter.
func TestAccumulateIsTheFullBatch(t *testing.T) {
	x, y := []int{0, 1, 1, 4, 2, 1}, []int{1, 1, 3, 0, 2, 0}
	for name, tt := range map[string]struct{ sparse, attend, bind, last bool }{
		"sparse":        {sparse: true},
		"dense":         {},
		"mixed":         {sparse: true, attend: true},
		"bound":         {sparse: true, bind: true},
		"dense, bound":  {bind: true},
		"last by Step":  {sparse: true, bind: true, last: true},
		"dense by Step": {attend: true, last: true},
	} {
		for ruleName, rule := range rules {
			cfg := optim.Config{LearningRate: 0.01, WeightDecay: 0.1, ClipNorm: 3, ClipValue: 2, Groups: []optim.Group{{Match: "frozen", Frozen: true}}}
			full, part := newTied(6, tt.sparse, tt.attend, tt.bind), newTied(2, tt.sparse, tt.attend, tt.bind)
			sf, sp := testkit.Must(optim.New(rule, cfg)), testkit.Must(optim.New(rule, cfg))
			for range 3 {
				full.run(t, x, y)
				if err := sf.Step(gorgonia.NodesToValueGrads(full.params)); err != nil {
					t.Fatal(err)
				}
				params := gorgonia.NodesToValueGrads(part.params)
				for at := 0; at < len(x); at += 2 {
					part.run(t, x[at:at+2], y[at:at+2])
					if tt.last && at == 4 {
						break
					}
					if err := sp.Accumulate(params); err != nil {
						t.Fatal(err)
					}
				}
				if err := sp.Step(params); err != nil {
					t.Fatal(err)
				}
			}
			d := floats.Distance(append(slices.Clone(full.weights), full.bias...), append(slices.Clone(part.weights), part.bias...), math.Inf(1))
			if d > 1e-12 || sp.Steps() != 3 {
				t.Errorf("%s, %s: off by %g after %d steps", name, ruleName, d, sp.Steps())
			}
		}
	}
}

// A gradient that adds up over runs by itself counts once, whether it is accumulated in between or not; and what was
// accumulated is in one step only.
func TestAccumulateBoundGradients(t *testing.T) {
	for runs := range 3 {
		g := gorgonia.NewGraph()
		w := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("w"), gorgonia.WithShape(2), gorgonia.WithValue(testkit.Dense([]float64{0, 0}, 2)))
		x := testkit.Dense([]float64{1, 2}, 2)
		in := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(2), gorgonia.WithValue(x))
		testkit.Must(gorgonia.Grad(testkit.Must(gorgonia.Sum(testkit.Must(gorgonia.HadamardProd(w, in)))), w))
		vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(w))
		s, params := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1})), gorgonia.NodesToValueGrads(gorgonia.Nodes{w})
		for step := range 2 {
			for run := range 3 {
				x.Float64s()[0]++
				vm.Reset()
				if err := vm.RunAll(); err != nil {
					t.Fatal(err)
				}
				if run < runs {
					if err := s.Accumulate(params); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := s.Step(params); err != nil {
				t.Fatal(err)
			}
			want := [][]float64{{-9, -6}, {-27, -12}}[step]
			if got := w.Value().Data().([]float64); !slices.Equal(got, want) {
				t.Errorf("%d accumulated, step %d: %v, want %v", runs, step, got, want)
			}
		}
	}
}

// Graphs of two tasks make one step, each of its own parameters and one that they share.
func TestAccumulateOfTwoGraphs(t *testing.T) {
	table, out, other := testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}, []float64{3, 4}
	a, b := newWords(t, true, table, out, false), newWords(t, true, table, other, false)
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.01}))
	bParams := b.grads()[:1] // the second graph's matrix is another parameter, which stays
	for _, m := range []*words{a, b} {
		if err := m.run(1, 2, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Accumulate(a.grads()); err != nil {
		t.Fatal(err)
	}
	kept := slices.Concat(table, out)
	want := `optim: parameter "out" has gradients that Accumulate took, and is not in this step: give Step all parameters`
	if err := s.Step(bParams); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	if err := s.Accumulate(bParams); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(slices.Concat(table, out), kept) || s.Steps() != 0 {
		t.Error("something has moved before the step")
	}
	if err := s.Step(append(a.grads(), bParams...)); err != nil {
		t.Fatal(err)
	}
	if table[0] != kept[0] || table[2] == kept[2] || out[0] == kept[8] || other[0] != 3 {
		t.Errorf("table %v, out %v, other %v", table, out, other)
	}
}

// A sum that is to be forgotten, is in the way of Grow, or holds a number that is not finite.
func TestAccumulateErrors(t *testing.T) {
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1}))
	w := &param{name: "w", value: testkit.Dense([]float64{0, 0}, 1, 2), grad: rows(1, 2, []int{0}, []float64{1, 2})}
	for _, bad := range []float64{0, math.NaN()} {
		w.grad.Data().([]float64)[0] = 1 + bad
		if err := s.Accumulate(grads(w)); (err == nil) != (bad == 0) || err != nil && !strings.Contains(err.Error(), "NaN in row 0, element 0") {
			t.Errorf("got %v", err)
		}
	}
	want := `optim: parameter "w" has gradients that Accumulate took: call Step or ZeroGrad before Grow`
	if err := s.Grow("w", 2); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	big := &param{name: "w", value: testkit.Dense(make([]float64, 4), 2, 2), grad: rows(2, 2, nil, []float64{})}
	if err := s.Accumulate(grads(big)); err == nil || !strings.Contains(err.Error(), `call Solver.Grow("w", 2)`) {
		t.Errorf("got %v", err)
	}
	w.grad.Data().([]float64)[0] = 1
	step(t, s, w) // what was accumulated, and it again
	if got := w.floats(); got[0] != -2 || got[1] != -4 {
		t.Errorf("got %v, want -2 and -4", got)
	}
	if err := s.Accumulate(grads(w)); err != nil {
		t.Fatal(err)
	}
	s.ZeroGrad()
	step(t, s, w)
	if got := w.floats(); got[0] != -3 || got[1] != -6 {
		t.Errorf("got %v, want -3 and -6", got)
	}
	g := gorgonia.NewGraph()
	n := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("n"), gorgonia.WithShape(1), gorgonia.WithValue(testkit.Dense([]float64{1}, 1)))
	testkit.Must(gorgonia.Grad(testkit.Must(gorgonia.Sum(n)), n))
	testkit.Must(s.StepNode(n))
	if err := s.Accumulate(grads(w)); err == nil || !strings.Contains(err.Error(), "StepNode") {
		t.Errorf("got %v", err)
	}
}

// A step that has grown says what was forgotten; other shapes are of another model.
func TestGrownWithoutGrow(t *testing.T) {
	s := testkit.Must(optim.New(optim.Adam{}, optim.Config{}))
	table := &param{name: "w", value: testkit.Dense(make([]float64, 4), 2, 2), grad: rows(2, 2, []int{1}, []float64{1, 2})}
	step(t, s, table)
	kept := saved(t, s)
	for _, tt := range []struct {
		shape []int
		want  string
	}{
		{[]int{5, 2}, `optim: parameter "w" is (5, 2) of float64, and its state is (2, 2) of float64: call Solver.Grow("w", 5) for a parameter that has grown`},
		{[]int{1, 2}, `optim: parameter "w" is (1, 2) of float64, and its state is (2, 2) of float64: use the solver, or what was saved, of this model`},
		{[]int{5, 3}, `optim: parameter "w" is (5, 3) of float64, and its state is (2, 2) of float64: use the solver, or what was saved, of this model`},
	} {
		n := tt.shape[0] * tt.shape[1]
		err := s.Step(grads(&param{name: "w", value: testkit.Dense(make([]float64, n), tt.shape...), grad: testkit.Dense(make([]float64, n), tt.shape...)}))
		if err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
	if !bytes.Equal(saved(t, s), kept) {
		t.Error("the state has changed")
	}
}
