package optim_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
)

// words is a graph whose loss has a table and a matrix as parameters.
type words struct {
	ids    []int
	params gorgonia.Nodes
	vm     gorgonia.VM
}

const takenBefore = `: its gradient was taken before: run the machine before each Step or Accumulate, and call neither after a run that failed`

// newWords returns a graph of Σ(words[ids]·out)², over tables that it shares with graphs of the same memory.
func newWords(t *testing.T, sparse bool, table, out []float64, bind bool, opts ...gorgonia.VMOpt) *words {
	t.Helper()
	g := gorgonia.NewGraph()
	m := &words{ids: make([]int, 3)}
	e := testkit.Must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
		NumEmbeddings: 4, EmbeddingDim: 2, Dtype: tensor.Float64, IDs: layers.IDRules{Sparse: sparse}, Init: layers.From(table)}))
	w := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("out"), gorgonia.WithShape(2, 1), gorgonia.WithValue(testkit.Dense(out, 2, 1)))
	x := testkit.Must(e.Forward(testkit.Must(layers.Input(g, "ids", m.ids, 3))))
	loss := testkit.Must(gorgonia.Sum(testkit.Must(gorgonia.Square(testkit.Must(gorgonia.Mul(x, w))))))
	m.params = append(e.Learnables(), w)
	testkit.Must(gorgonia.Grad(loss, m.params...))
	if bind && sparse {
		opts = append(opts, gorgonia.BindDualValues(w))
	} else if bind {
		opts = append(opts, gorgonia.BindDualValues(m.params...))
	}
	m.vm = gorgonia.NewTapeMachine(g, opts...)
	return m
}

func (m *words) run(ids ...int) error {
	copy(m.ids, ids)
	m.vm.Reset()
	return m.vm.RunAll()
}

func (m *words) grads() []gorgonia.ValueGrad { return gorgonia.NodesToValueGrads(m.params) }

// A call without a run since the one before it is an error, also the first of all.
func TestSecondStepWithoutARun(t *testing.T) {
	for _, bind := range []bool{false, true} {
		for _, sparse := range []bool{false, true} {
			for calls := range 3 {
				table, out := testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}
				m := newWords(t, sparse, table, out, bind)
				s := testkit.Must(optim.New(optim.Adam{}, optim.Config{}))
				for range 1 + calls {
					if err := m.run(1, 2, 1); err != nil {
						t.Fatal(err)
					}
					if err := s.Step(m.grads()); err != nil {
						t.Fatal(err)
					}
				}
				kept, err := slices.Concat(table, out), s.Step(m.grads())
				if want := `optim: parameter "words.weight"` + takenBefore; err == nil || err.Error() != want {
					t.Errorf("bound %t, sparse %t: got %v", bind, sparse, err)
				}
				if err := s.Accumulate(m.grads()); err == nil {
					t.Errorf("bound %t, sparse %t: no error of Accumulate", bind, sparse)
				}
				if !slices.Equal(slices.Concat(table, out), kept) || s.Steps() != 1+calls {
					t.Errorf("bound %t, sparse %t: something has moved", bind, sparse)
				}
			}
		}
	}
}

// A run that failed has left the gradients of the one before.
func TestStepAfterAFailedRun(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		m := newWords(t, sparse, testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}, false)
		s := testkit.Must(optim.New(optim.Adam{}, optim.Config{}))
		if m.run(9, 9, 9) == nil {
			t.Fatal("no error of the id 9")
		}
		if err := s.Step(m.grads()); err == nil || !strings.Contains(err.Error(), "run the machine before each Step") {
			t.Errorf("before any gradient: %v", err)
		}
		for range 2 {
			if err := m.run(1, 2, 1); err != nil {
				t.Fatal(err)
			}
			if err := s.Step(m.grads()); err != nil {
				t.Fatal(err)
			}
			if m.run(1, 9, 1) == nil {
				t.Fatal("no error of the id 9")
			}
			if err := s.Step(m.grads()); err == nil || err.Error() != `optim: parameter "words.weight"`+takenBefore {
				t.Errorf("got %v", err)
			}
		}
	}
}

// A machine that traces copies into the values that are there: that is no reason to refuse a step.
func TestStepsOfATracingMachine(t *testing.T) {
	m := newWords(t, true, testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}, false, gorgonia.TraceExec())
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.01}))
	for range 4 {
		if err := m.run(1, 2, 1); err != nil {
			t.Fatal(err)
		}
		if err := s.Step(m.grads()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Step(m.grads()); err == nil {
		t.Error("no error of a step without a run")
	}
}

// The gradient of b is the constant 1 of the graph, that of the vector has the same elements at each run.
func TestStepsByAConstantGradient(t *testing.T) {
	for _, name := range []string{"alone", "with a vector"} {
		g := gorgonia.NewGraph()
		b := gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("b"), gorgonia.WithValue(1.0))
		params := gorgonia.Nodes{b}
		x := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(2), gorgonia.WithValue(testkit.Dense([]float64{1, 1}, 2)))
		loss := testkit.Must(gorgonia.Add(testkit.Must(gorgonia.Sum(x)), b))
		if name != "alone" {
			params = append(params, x)
		}
		testkit.Must(gorgonia.Grad(loss, params...))
		s, vm := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.25})), gorgonia.NewTapeMachine(g)
		for range 3 {
			vm.Reset()
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			if err := s.Step(gorgonia.NodesToValueGrads(params)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if got := b.Value().Data().(float64); got != 0.25 {
			t.Errorf("%s: b is %v, want 0.25", name, got)
		}
		if err := s.Step(gorgonia.NodesToValueGrads(params)); name != "alone" && err == nil {
			t.Error("no error of a step without a run")
		}
	}
}

// Graphs over one table take turns; one that was not run is named.
func TestStepsOfTwoGraphs(t *testing.T) {
	table, out := testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}
	a, b := newWords(t, true, table, out, false), newWords(t, true, table, out, false)
	s := testkit.Must(optim.New(optim.Adagrad{}, optim.Config{}))
	for i := range 6 {
		m := []*words{a, b}[i%2]
		if err := m.run(1, 2, 1); err != nil {
			t.Fatal(err)
		}
		if err := s.Step(m.grads()); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.run(1, 1, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Step(append(a.grads(), b.grads()...)); err == nil || !strings.HasSuffix(err.Error(), takenBefore) {
		t.Errorf("b was not run: %v", err)
	}
	if err := s.Step(b.grads()); err == nil || !strings.HasSuffix(err.Error(), takenBefore) {
		t.Errorf("b was not run: %v", err)
	}
	if err := b.run(2, 2, 2); err != nil {
		t.Fatal(err)
	}
	if err := s.Step(append(a.grads(), b.grads()...)); err != nil {
		t.Error(err)
	}
}

// A solver that outlives its graphs does not keep them.
func TestSolverLetsGraphsGo(t *testing.T) {
	table, out := testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.01}))
	train := func() weak.Pointer[gorgonia.ExprGraph] {
		m := newWords(t, true, table, out, false)
		if err := m.run(1, 2, 1); err != nil {
			t.Fatal(err)
		}
		if err := s.Step(m.grads()); err != nil {
			t.Fatal(err)
		}
		return weak.Make(m.params[0].Graph())
	}
	graph := train()
	train()
	for range 5 {
		runtime.GC()
	}
	if graph.Value() != nil {
		t.Error("the graph is still there")
	}
	runtime.KeepAlive(s)
}
