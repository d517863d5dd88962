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
	"gorgonia-embedding/machine"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/sparse"
)

const takenBefore = `: its gradient was taken before: reset and run the machine before each Step or Accumulate, and call neither after a run that failed`

// A call without a run since the one before it is an error, also the first of all.
func TestSecondStepWithoutARun(t *testing.T) {
	for _, bind := range []bool{false, true} {
		for _, isSparse := range []bool{false, true} {
			for calls := range 3 {
				table, out := testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}
				m := newWords(t, isSparse, table, out, bind)
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
					t.Errorf("bound %t, sparse %t: got %v", bind, isSparse, err)
				}
				if err := s.Accumulate(m.grads()); err == nil {
					t.Errorf("bound %t, sparse %t: no error of Accumulate", bind, isSparse)
				}
				if !slices.Equal(slices.Concat(table, out), kept) || s.Steps() != 1+calls {
					t.Errorf("bound %t, sparse %t: something has moved", bind, isSparse)
				}
			}
		}
	}
}

// A run that failed has left the gradients of the one before.
func TestStepAfterAFailedRun(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		m := newWords(t, isSparse, testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}, false)
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

// A run that failed half-way has computed some of the gradients, as the machine of a part of the graph does.
func TestStepAfterPartOfARun(t *testing.T) {
	m := newWords(t, true, testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}, false)
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.01}))
	for range 2 {
		if err := m.run(1, 2, 1); err != nil {
			t.Fatal(err)
		}
		if err := s.Step(m.grads()); err != nil {
			t.Fatal(err)
		}
	}
	out := m.params[1]
	if err := gorgonia.NewTapeMachine(out.Graph().SubgraphRoots(out.Deriv())).RunAll(); err != nil {
		t.Fatal(err)
	}
	if err := s.Step(m.grads()); err == nil || err.Error() != `optim: parameter "words.weight"`+takenBefore {
		t.Errorf("got %v", err)
	}
	if err := s.Step(m.grads()[1:]); err != nil {
		t.Errorf("a step of what was computed: %v", err)
	}
}

// Without Reset a machine runs nothing, says nothing, and would train on its first batch for ever.
func TestStepAfterAForgottenReset(t *testing.T) {
	m := newWords(t, true, testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}, false)
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{}))
	for i := range 2 {
		if err := m.vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		if err := s.Step(m.grads()); (err == nil) != (i == 0) || err != nil && err.Error() != `optim: parameter "words.weight"`+takenBefore {
			t.Errorf("step %d: %v", i, err)
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

// On a machine whose nodes keep one value for all runs, a step without a run is an error, and one after a run that
// computed the same gradient again is none. So it is after two runs.
func TestStepsOfADirectMachine(t *testing.T) {
	g := gorgonia.NewGraph()
	x := testkit.Leaf(g, "x", []float64{1, 1}, 2)
	y := testkit.Leaf(g, "y", []float64{2, 3}, 2)
	cost := testkit.Must(gorgonia.Sum(testkit.Must(gorgonia.HadamardProd(x, y))))
	testkit.Must(gorgonia.Grad(cost, x))
	m, s := testkit.Must(machine.New(g)), testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.5}))
	for _, runs := range []int{1, 1, 2, 2, 1, 0} {
		for range runs {
			if err := m.RunAll(); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{x})); (err != nil) != (runs == 0) {
			t.Errorf("a step after %d runs: %v", runs, err)
		}
	}
	if got := x.Value().Data().([]float64); got[0] != 1-5*0.5*2 {
		t.Errorf("x is %v", got)
	}
}

// Two runs between steps are no reason for an error, though ops have two results in turn.
func TestStepsAfterTwoRuns(t *testing.T) {
	m := newWords(t, true, testkit.Randoms[float64](testkit.NewRand(1), 8), []float64{1, 2}, false)
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.01}))
	for _, runs := range []int{1, 1, 2, 2, 0} {
		for range runs {
			if err := m.run(1, 2, 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Step(m.grads()); (err != nil) != (runs == 0) {
			t.Errorf("a step after %d runs: %v", runs, err)
		}
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
	train := func() (weak.Pointer[gorgonia.ExprGraph], weak.Pointer[sparse.Rows]) {
		m := newWords(t, true, table, out, false)
		if err := m.run(1, 2, 1); err != nil {
			t.Fatal(err)
		}
		if err := s.Step(m.grads()); err != nil {
			t.Fatal(err)
		}
		return weak.Make(m.params[0].Graph()), weak.Make(testkit.Must(m.params[0].Grad()).(*sparse.Rows))
	}
	collect := func() {
		for range 5 {
			runtime.GC()
		}
	}
	graph, grad := train()
	if collect(); graph.Value() != nil {
		t.Error("the graph is still there")
	}
	train() // looks for graphs that are gone
	if collect(); grad.Value() != nil {
		t.Error("a gradient of it is still there")
	}
	runtime.KeepAlive(s)
}
