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
