package optim

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/sparse"
)

// StepNode adds a node to the graph of params that makes a step when it is run, in place of a call of Step
// after the run, and returns it: its value is the number of steps made. Call it after gorgonia.Grad. A run
// fails if Step does. In a machine with gorgonia.EvalMode it does nothing.
//
// It is faster where a step is short and there is more than one CPU: a TapeMachine runs the graph on another
// thread than its caller's, and what a run wrote is in the cache of the CPU of that thread
// (docs/performance.md). An op that reads a parameter, and that no gradient depends on, may be run before the
// step or after it: a term of the loss such as λ‖w‖² may be reported with the weights after the step.
//
// A solver that steps in a graph is not to be called from outside as well: Step then fails.
func (s *Solver) StepNode(params ...*gorgonia.Node) (*gorgonia.Node, error) {
	var values []gorgonia.ValueGrad
	var grads []graphop.Input
	var names []string
	for _, p := range params {
		grad := p.Deriv()
		switch frozen := s.cfg.of(sparse.BaseName(p.Name())).frozen; {
		case grad == nil && frozen:
			continue
		case grad == nil:
			return nil, errors.Errorf("optim: parameter %q has no gradient: call gorgonia.Grad first", p.Name())
		}
		values, grads, names = append(values, p), append(grads, graphop.Any(p.Name(), grad)), append(names, p.Name())
	}
	if len(grads) == 0 {
		return nil, errors.New("optim: no parameters to step")
	}
	n, err := graphop.Apply(s.stepOp(values, names), grads...)
	if err == nil {
		s.inGraph = true
	}
	return n, errors.Wrap(err, "optim")
}

// stepOp makes a step; its inputs are the gradients, which it has to wait for:
//
//	step :: gradients → float64
func (s *Solver) stepOp(params []gorgonia.ValueGrad, names []string) graphop.Op {
	off := false
	step := func(steps []float64, _ *graphop.Values[float64]) error {
		if !off {
			if err := s.step(params); err != nil {
				return err
			}
		}
		steps[0] = float64(s.steps)
		return nil
	}
	return graphop.Op{
		Name: fmt.Sprintf("step{%s %q}", s.rule.name(), names), Dtype: tensor.Float64, Run: graphop.Kernels{F64: step},
		Training: func(training bool) { off = !training },
	}
}
