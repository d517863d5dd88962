package optim

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

var _ gorgonia.Op = &stepOp{}

// StepNode adds a node to the graph of params that makes a step when it is run, in place of a call of Step
// after the run, and returns it: its value is the number of steps made. Call it once for a graph, after
// gorgonia.Grad. A run fails if Step does.
//
// It is faster where a step is short and there is more than one CPU: a TapeMachine runs the graph on another
// thread than its caller's, and what a run wrote is in the cache of the CPU of that thread
// (docs/performance.md). An op that reads a parameter, and that no gradient depends on, may be run before the
// step or after it.
func (s *Solver) StepNode(params ...*gorgonia.Node) (*gorgonia.Node, error) {
	if len(params) == 0 {
		return nil, errors.New("optim: no parameters to step")
	}
	op := &stepOp{solver: s, params: gorgonia.NodesToValueGrads(params)}
	grads := make(gorgonia.Nodes, len(params))
	for i, p := range params {
		if grads[i] = p.Deriv(); grads[i] == nil {
			return nil, errors.Errorf("optim: parameter %q has no gradient: call gorgonia.Grad first", p.Name())
		}
		op.types = append(op.types, grads[i].Type())
	}
	n, err := gorgonia.ApplyOp(op, grads...)
	return n, errors.Wrap(err, "optim")
}

// stepOp makes a step; its inputs are the gradients, which it has to wait for:
//
//	step :: gradients → float64
type stepOp struct {
	solver *Solver
	params []gorgonia.ValueGrad
	types  []hm.Type // of the gradients
}

func (op *stepOp) Arity() int { return len(op.types) }

func (op *stepOp) Type() hm.Type {
	return hm.NewFnType(append(op.types[:len(op.types):len(op.types)], tensor.Float64)...)
}

func (op *stepOp) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

func (op *stepOp) Do(...gorgonia.Value) (gorgonia.Value, error) {
	err := op.solver.Step(op.params)
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
func (op *stepOp) String() string { return fmt.Sprintf("step{%p}", op.solver) }
