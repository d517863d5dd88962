package optim

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/sparse"
)

// StepNode adds a node to the graph of params and returns it. A run of the node makes the step that a call of Step
// after the run would make, and fails where Step would; its value is the number of steps so far. Call StepNode after
// gorgonia.Grad. In a machine with gorgonia.EvalMode the node does nothing.
//
// It is faster if a step is short and there is more than one CPU: a TapeMachine does not run a graph on the thread of
// its caller, and what a run wrote is in the cache of the CPU that ran it (docs/performance.md). An op that reads a
// parameter, and on which no gradient depends, may run before the step or after it on a TapeMachine: a term of the loss
// such as λ‖w‖² may be reported with the weights after the step. On a machine.Machine the step comes last.
//
// Step fails for a solver that has a node. At its first step each Group must match a parameter of any of its nodes.
func (s *Solver) StepNode(params ...*gorgonia.Node) (*gorgonia.Node, error) {
	var values []gorgonia.ValueGrad
	var grads []graphop.Input
	var names []string // frozen parameters included
	for _, p := range params {
		name, grad := sparse.BaseName(p.Name()), p.Deriv()
		names = append(names, name)
		switch frozen := s.cfg.of(name).Frozen; {
		case grad == nil && frozen:
			continue
		case grad == nil:
			return nil, errors.Errorf("optim: parameter %q has no gradient: call gorgonia.Grad first", p.Name())
		}
		values, grads = append(values, p), append(grads, graphop.Any(p.Name(), grad))
	}
	if len(grads) == 0 {
		return nil, errors.New("optim: no parameters to step")
	}
	n, err := graphop.Apply(s.stepOp(values, names), grads...)
	if err == nil {
		s.inGraph = append(s.inGraph, names...)
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
		Name: fmt.Sprintf("step{%s %q}", s.rule.Name(), names), Dtype: tensor.Float64, Run: graphop.Kernels{F64: step}, Last: true,
		Training: func(training bool) { off = !training },
	}
}
