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

// op is an Op in a graph.
type op struct {
	Op
	inputs []Input
	grad   *Grad          // gradient of another op that this one is; nil if it is none
	node   *gorgonia.Node // node of the gradient
	seen   int            // number of nodes of the graph when it was inspected

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

// wrap adds the name of the op to an error of a gradient. Other ops name themselves in their errors.
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
	if err := fill(o, k, dst, values); err != nil {
		return nil, err
	}
	if len(o.Shape) == 0 {
		return scalar(dst[0]), nil
	}
	return Result(&o.Memory, dst, o.Shape), nil
}

// fill computes dst. A gradient is added to zeros, unless it is set.
func fill[T kernel.Float](o *op, k Kernel[T], dst []T, in *Values[T]) error {
	switch {
	case o.grad != nil && len(dst) == 0:
		return nil
	case o.grad != nil && !o.grad.sets():
		clear(dst)
	}
	return k(dst, in)
}

func makeValue[T kernel.Float](o *op, m Maker[T], in []gorgonia.Value) (gorgonia.Value, error) {
	values, err := read[T](o, in)
	if err != nil {
		return nil, err
	}
	return m(values, &o.Memory)
}

// scalar returns x as Gorgonia's value.
func scalar[T kernel.Float](x T) gorgonia.Value {
	if x, ok := any(x).(float32); ok {
		return gorgonia.NewF32(x)
	}
	return gorgonia.NewF64(float64(x))
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
