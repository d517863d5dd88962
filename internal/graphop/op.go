// Package graphop makes Gorgonia ops of parts: a name, the shape of the result, a kernel for each float type, gradients.
//
// What every op of this module has to see to stands here once: types, hashes, the memory of results, the reading and
// checking of inputs, gradients for a TapeMachine and for a LispMachine, and what a static graph is looked at for. A new
// op is the call of Apply with its kernels. docs/gorgonia.md has the traps of Gorgonia that this package keeps away.
package graphop

import (
	"fmt"
	"hash"
	"hash/fnv"
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ gorgonia.SDOp        = &op{}
	_ gorgonia.ADOp        = &op{}
	_ gorgonia.TrainModeOp = &op{}
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
	Name  string       // with every parameter that tells it from another op on the same inputs: the identity in the graph
	Layer string       // start of messages about the inputs of a run, such as embedding "words"
	Shape tensor.Shape // of the result; empty for a scalar
	Dtype tensor.Dtype // of the result; that of the first Floats input unless set
	Run   Kernels
	Grads []*Grad // of each input; nil for an input without gradient. Those that are left out at the end are nil.

	// Training, if not nil, is told by each machine that is made whether it trains.
	Training func(bool)
}

// Grad is the gradient of an op with respect to one of its inputs. It reads the inputs of the op that Needs lists, by
// their places, and then the gradient of the op's result, and is as large as its input.
type Grad struct {
	Needs []int   // places of the op's inputs; Out stands for its result
	Add   Kernels // adds to dst, which is not cleared, the gradient

	// Make, if not nil, makes the gradient for a TapeMachine, in place of Add.
	Make *Makers

	// Drawn, if not nil, may refuse that the gradient is added to the graph, as that of input in[i] of the op whose
	// node is out.
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

// op is an Op in a graph.
type op struct {
	Op
	inputs []Input
	grad   *Grad // that it is of another op; nil if it is none
	node   *gorgonia.Node
	seen   int // nodes of the graph when it was inspected

	Memory
	values any // *Values[T]
}

func (o *op) Arity() int { return len(o.inputs) }

// Type makes a new type at each call: Gorgonia hands it back to a pool.
func (o *op) Type() hm.Type {
	types := make([]hm.Type, 0, len(o.inputs)+1)
	for _, in := range o.inputs {
		types = append(types, in.hmType())
	}
	return hm.NewFnType(append(types, tensorOf(len(o.Shape), o.Dtype))...)
}

func (o *op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) { return o.Shape.Clone(), nil }

func (o *op) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if err := o.inspect(); err != nil {
		return nil, err
	}
	var v gorgonia.Value
	var err error
	switch f32 := o.Dtype == tensor.Float32; {
	case o.grad != nil && o.grad.Make != nil && f32:
		v, err = makeValue(o, o.grad.Make.F32, in)
	case o.grad != nil && o.grad.Make != nil:
		v, err = makeValue(o, o.grad.Make.F64, in)
	case f32:
		v, err = compute(o, o.Run.F32, in)
	default:
		v, err = compute(o, o.Run.F64, in)
	}
	return v, o.wrap(err)
}

// wrap says of a gradient's error where it comes from. Those of other ops say it themselves.
func (o *op) wrap(err error) error {
	if err == nil || o.grad == nil {
		return err
	}
	return errors.Wrap(err, o.Name)
}

func (o *op) inspect() error {
	if o.grad == nil || o.grad.Inspect == nil || o.node == nil {
		return nil
	}
	if n := len(o.node.Graph().AllNodes()); n != o.seen {
		if err := o.grad.Inspect(o.node); err != nil {
			return err
		}
		o.seen = n
	}
	return nil
}

func compute[T kernel.Float](o *op, k Kernel[T], in []gorgonia.Value) (gorgonia.Value, error) {
	values, err := read[T](o, in)
	if err != nil {
		return nil, err
	}
	dst := Next[T](&o.Memory, o.Shape.TotalSize())
	if o.grad != nil {
		clear(dst)
		if len(dst) == 0 {
			return Tensor(dst, o.Shape), nil
		}
	}
	if err := k(dst, values); err != nil {
		return nil, err
	}
	return value(dst, o.Shape), nil
}

func makeValue[T kernel.Float](o *op, m Maker[T], in []gorgonia.Value) (gorgonia.Value, error) {
	values, err := read[T](o, in)
	if err != nil {
		return nil, err
	}
	return m(values, &o.Memory)
}

// value makes a Gorgonia value of the elements of a result.
func value[T kernel.Float](data []T, shape tensor.Shape) gorgonia.Value {
	if len(shape) > 0 {
		return Tensor(data, shape)
	}
	if x, ok := any(data[0]).(float32); ok {
		return gorgonia.NewF32(x)
	}
	return gorgonia.NewF64(float64(data[0]))
}

// Tensor returns a tensor whose memory is data.
func Tensor[T kernel.Float](data []T, shape tensor.Shape) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

func (*op) ReturnsPtr() bool     { return false }
func (*op) CallsExtern() bool    { return false }
func (*op) OverwritesInput() int { return -1 }

func (o *op) WriteHash(h hash.Hash) { fmt.Fprint(h, o.Name) }

// Hashcode hashes what WriteHash writes. Gorgonia merges the nodes of ops on the same inputs when it is equal.
func (o *op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

func (o *op) String() string { return o.Name }

// SetTraining is called by a machine when it is made.
func (o *op) SetTraining(training bool) error {
	if o.Training != nil {
		o.Training(training)
	}
	return nil
}

// DiffWRT says of a gradient that it has gradients, so that SymDiff can refuse them: Gorgonia's Grad would panic.
func (o *op) DiffWRT(n int) []bool {
	wrt := slices.Repeat([]bool{o.grad != nil}, n)
	for i, g := range o.Grads {
		wrt[i] = g != nil
	}
	return wrt
}
