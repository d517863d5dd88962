package optim_test

import (
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/optim"
)

// A step in the graph is the step after the run.
func TestStepNode(t *testing.T) {
	train := func(inGraph bool) []float64 {
		g := gorgonia.NewGraph()
		x := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(3), gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, -2, 3}))))
		b := gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("b"), gorgonia.WithValue(0.5))
		loss := gorgonia.Must(gorgonia.Add(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(x)))), gorgonia.Must(gorgonia.Square(b))))
		s, err := optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := gorgonia.Grad(loss, x, b); err != nil {
			t.Fatal(err)
		}
		var steps *gorgonia.Node
		if inGraph {
			if steps, err = s.StepNode(x, b); err != nil {
				t.Fatal(err)
			}
		}
		vm := gorgonia.NewTapeMachine(g)
		defer vm.Close()
		for range 5 {
			vm.Reset()
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			if !inGraph {
				if err := s.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{x, b})); err != nil {
					t.Fatal(err)
				}
			}
		}
		if inGraph && steps.Value().Data().(float64) != 5 || s.Steps() != 5 {
			t.Errorf("%d steps", s.Steps())
		}
		return append(slices.Clone(x.Value().Data().([]float64)), b.Value().Data().(float64))
	}
	after, within := train(false), train(true)
	if !slices.Equal(after, within) || after[0] == 1 {
		t.Errorf("after the run: %v, in the graph: %v", after, within)
	}
}

// square returns a graph of Σx² with its gradient, of a parameter x that is 1 and -2.
func square(t *testing.T, name string) (x, grad *gorgonia.Node) {
	t.Helper()
	g := gorgonia.NewGraph()
	x = gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName(name), gorgonia.WithShape(2), gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, -2}))))
	grads, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(x)))), x)
	if err != nil {
		t.Fatal(err)
	}
	return x, grads[0]
}

func solver(t *testing.T, cfg optim.Config) *optim.Solver {
	t.Helper()
	s, err := optim.New(optim.SGD{}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStepNodeRestsInEvaluation(t *testing.T) {
	x, _ := square(t, "x")
	s := solver(t, optim.Config{LearningRate: 0.1})
	if _, err := s.StepNode(x); err != nil {
		t.Fatal(err)
	}
	if err := gorgonia.NewTapeMachine(x.Graph(), gorgonia.EvalMode()).RunAll(); err != nil {
		t.Fatal(err)
	}
	if got := x.Value().Data().([]float64); s.Steps() != 0 || got[0] != 1 {
		t.Errorf("%d steps, x = %v", s.Steps(), got)
	}
}

// Who reads a gradient sees it, whether before the step or after it.
func TestStepNodeLeavesGradients(t *testing.T) {
	x, grad := square(t, "x")
	if _, err := solver(t, optim.Config{LearningRate: 0.1}).StepNode(x); err != nil {
		t.Fatal(err)
	}
	var read gorgonia.Value
	gorgonia.Read(grad, &read)
	if err := gorgonia.NewTapeMachine(x.Graph()).RunAll(); err != nil {
		t.Fatal(err)
	}
	if got := read.Data().([]float64); got[0] != 2 || got[1] != -4 {
		t.Errorf("the gradient became %v", got)
	}
}

func TestStepAfterStepNodeIsAnError(t *testing.T) {
	x, _ := square(t, "x")
	s := solver(t, optim.Config{LearningRate: 0.1})
	if _, err := s.StepNode(x); err != nil {
		t.Fatal(err)
	}
	want := "optim: a node of a graph makes the steps (StepNode): run it, and do not call Step"
	if err := s.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{x})); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// A frozen parameter needs no gradient.
func TestStepNodeOfAFrozenParameter(t *testing.T) {
	x, _ := square(t, "x")
	frozen := gorgonia.NewVector(x.Graph(), tensor.Float64, gorgonia.WithName("frozen"), gorgonia.WithShape(2), gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 1}))))
	s := solver(t, optim.Config{LearningRate: 0.1, Groups: []optim.Group{{Match: "frozen", Frozen: true}}})
	if _, err := s.StepNode(frozen, x); err != nil {
		t.Fatal(err)
	}
	if err := gorgonia.NewTapeMachine(x.Graph()).RunAll(); err != nil || s.Steps() != 1 {
		t.Errorf("%d steps, %v", s.Steps(), err)
	}
}

// A Group is copied: what its pointers point to may change later.
func TestGroupsAreCopied(t *testing.T) {
	rate := 0.1
	s := solver(t, optim.Config{LearningRate: 1, Groups: []optim.Group{{Match: "x", LearningRate: &rate}}})
	rate = 100
	x, _ := square(t, "x")
	if _, err := s.StepNode(x); err != nil {
		t.Fatal(err)
	}
	if err := gorgonia.NewTapeMachine(x.Graph()).RunAll(); err != nil || x.Value().Data().([]float64)[0] != 1-0.1*2 {
		t.Errorf("x = %v, %v", x.Value(), err)
	}
}

func TestNameThatIsNotUTF8(t *testing.T) {
	x, _ := square(t, "\xff")
	if err := gorgonia.NewTapeMachine(x.Graph()).RunAll(); err != nil {
		t.Fatal(err)
	}
	want := `optim: the parameter at position 0 has a name that is not UTF-8, "\xff": rename its node, for state is saved by name`
	if err := solver(t, optim.Config{LearningRate: 0.1}).Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{x})); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestStepNodeErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(2), gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 2}))))
	s, err := optim.New(optim.SGD{}, optim.Config{LearningRate: 0.1, ClipNorm: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.StepNode(); err == nil || err.Error() != "optim: no parameters to step" {
		t.Errorf("no parameters: %v", err)
	}
	if _, err := s.StepNode(x); err == nil || err.Error() != `optim: parameter "x" has no gradient: call gorgonia.Grad first` {
		t.Errorf("no gradient: %v", err)
	}
	loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Log(x))))
	if _, err := gorgonia.Grad(loss, x); err != nil {
		t.Fatal(err)
	}
	if _, err := s.StepNode(x); err != nil {
		t.Fatal(err)
	}
	x.Value().Data().([]float64)[0] = 0 // log's gradient is infinite
	if err := gorgonia.NewTapeMachine(g).RunAll(); err == nil || !strings.Contains(err.Error(), `"x"`) {
		t.Errorf("a gradient that is not finite: %v", err)
	}
}
