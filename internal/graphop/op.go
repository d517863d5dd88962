// Package graphop makes Gorgonia ops of parts: a name, the shape of the result, a kernel for each float type,
// gradients.
//
// What every op of this module needs is here once: types, hashes, the memory of results, the reading and checking of
// inputs, gradients for a TapeMachine and for a LispMachine, and the inspection of the graph before its first run. A
// new op is a call of Apply with its kernels. docs/gorgonia.md lists the traps of Gorgonia that this package avoids.
package graphop

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// A Kernel computes the elements of a result, in row-major order, in dst, which holds whatever was there before. It
// checks what the inputs' types and shapes leave open, such as ids, before it writes anything.
type Kernel[T kernel.Float] func(dst []T, in *Values[T]) error

// Kernels is one computation for both float types.
type Kernels struct {
	F32 Kernel[float32]
	F64 Kernel[float64]
}

// Op is the parts of an op.
type Op struct {
	Name  string       // identity in the graph, with every parameter that tells it from another op on the same inputs
	Layer string       // start of messages about the inputs of a run, such as embedding "words"
	Shape tensor.Shape // shape of the result; empty for a scalar
	Dtype tensor.Dtype // type of the result; that of the first Floats input unless set
	Run   Kernels      // computation of the result
	Grads []*Grad      // gradient of each input; nil for an input without one. Those left out at the end are nil.

	// Last says that a run changes the inputs of other ops, as a solver's step does: package machine runs the op, and
	// what depends on it, after all others.
	Last bool

	// Training, if not nil, is told by each machine that is made whether it trains.
	Training func(bool)
}

// Grad is the gradient of an op with respect to one of its inputs. It reads the inputs of the op that Needs lists, by
// their places, and then the gradient of the op's result, and is as large as its input. It has Add or, where each
// element is computed once and for all, Set.
type Grad struct {
	Needs []int   // places of the op's inputs; Out stands for its result
	Add   Kernels // adds to dst, which is not cleared, the gradient
	Set   Kernels // sets dst to the gradient

	// Make, if not nil, makes the gradient for a TapeMachine, in place of Add.
	Make *Makers

	// Drawn, if not nil, is called when the gradient of input is added to the graph of out, the op's node. Its error
	// prevents that.
	Drawn func(input, out *gorgonia.Node) error

	// Rows, if not nil, returns the rows of the last result that may be other than zero, and whether they are known.
	Rows func() (ids []int, known bool)

	// Inspect, if not nil, looks at the graph around the gradient's node before the first run, and again if the graph
	// has grown.
	Inspect func(n *gorgonia.Node) error
}

// Out among a Grad's Needs is the result of the op. Its value may be overwritten by then, except where it is only
// there to make the gradient run after the op.
const Out = -1

// A Maker makes a value in memory, which belongs to the op.
type Maker[T kernel.Float] func(in *Values[T], m *Memory) (gorgonia.Value, error)

// Makers is one computation for both float types.
type Makers struct {
	F32 Maker[float32]
	F64 Maker[float64]
}

// Apply adds an op on inputs to their graph. It fails as Check does.
func Apply(parts Op, inputs ...Input) (*gorgonia.Node, error) {
	if err := Check(inputs...); err != nil {
		return nil, err
	}
	o := &op{Op: parts, inputs: inputs}
	nodes := make(gorgonia.Nodes, len(inputs))
	for i, in := range inputs {
		nodes[i] = in.Node
		o.inputs[i].shape = in.Node.Shape()
		if o.Dtype == (tensor.Dtype{}) && in.kind == floats {
			o.Dtype = in.Node.Dtype()
		}
	}
	return gorgonia.ApplyOp(o, nodes...)
}
