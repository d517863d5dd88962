package optim

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/sparse"
)

var _ gorgonia.TrainModeOp = &stepOp{}

// StepNode adds a node to the graph of params and returns it. A run of the node makes the step that a call of Step
// after the run would make, and fails where Step would; its value is the number of steps so far. Call StepNode after
// gorgonia.Grad. In a machine with gorgonia.EvalMode the node does nothing.
//
// It is faster if a step is short and there is more than one CPU: a TapeMachine does not run a graph on the thread of
// its caller, and what a run wrote is in the cache of the CPU that ran it (docs/performance.md). An op that reads a
// parameter, and on which no gradient depends, may run before the step or after it: a term of the loss such as λ‖w‖²
// may be reported with the weights after the step.
//
// Step fails for a solver that has a node. At its first step each Group must match a parameter of any of its nodes.
func (s *Solver) StepNode(params ...*gorgonia.Node) (*gorgonia.Node, error) {
	op := &stepOp{solver: s, rule: s.rule.Name()}
	var grads gorgonia.Nodes
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
		grads, op.params, op.types, op.names = append(grads, grad), append(op.params, p), append(op.types, grad.Type()), append(op.names, p.Name())
	}
	if len(grads) == 0 {
		return nil, errors.New("optim: no parameters to step")
	}
	n, err := gorgonia.ApplyOp(op, grads...)
	if err == nil {
		s.inGraph = append(s.inGraph, names...)
	}
	return n, errors.Wrap(err, "optim")
}

// stepOp makes a step; its inputs are the gradients, which it has to wait for:
//
//	step :: gradients → float64
type stepOp struct {
	solver *Solver
	params []gorgonia.ValueGrad
	types  []hm.Type // of the gradients
	rule   string
	names  []string
	eval   bool
}

// SetTraining is called by a machine when it is made.
func (op *stepOp) SetTraining(training bool) error {
	op.eval = !training
	return nil
}

// LeavesInputs tells package layers that the gradients are not written to.
func (op *stepOp) LeavesInputs() {}

func (op *stepOp) Arity() int { return len(op.types) }

func (op *stepOp) Type() hm.Type {
	return hm.NewFnType(append(op.types[:len(op.types):len(op.types)], tensor.Float64)...)
}

func (op *stepOp) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

func (op *stepOp) Do(...gorgonia.Value) (gorgonia.Value, error) {
	var err error
	if !op.eval {
		err = op.solver.step(op.params)
	}
	return gorgonia.NewF64(float64(op.solver.steps)), err
}

func (op *stepOp) ReturnsPtr() bool     { return false }
func (op *stepOp) CallsExtern() bool    { return false }
func (op *stepOp) OverwritesInput() int { return -1 }

func (op *stepOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *stepOp) Hashcode() uint32 {
	h := fnv.New32a()
	op.WriteHash(h)
	return h.Sum32()
}
func (op *stepOp) String() string { return fmt.Sprintf("step{%s %q}", op.rule, op.names) }
