package layers

import (
	"fmt"
	"hash"
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var _ gorgonia.SDOp = &gradOp{}

// gradOp is the gradient of an op with respect to one of its inputs, made of its parts. Its own last
// input is the upstream gradient, the others what it needs of the op's inputs.
type gradOp struct {
	own
	name  string                               // with every parameter of the op: it is the identity
	types func(a hm.Type) []hm.Type            // of the inputs and the result
	shape func(in []tensor.Shape) tensor.Shape // of the result
	add32 adder[float32]
	add64 adder[float64]
}

// An adder adds the gradient that follows from in to dst, the elements of the result.
type adder[T kernel.Float] func(dst []T, in []gorgonia.Value) error

func (op *gradOp) Arity() int { return len(op.types(nil)) - 1 }

func (op *gradOp) Type() hm.Type { return hm.NewFnType(op.types(hm.TypeVariable('a'))...) }

func (op *gradOp) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes, err := gorgonia.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	return op.shape(shapes).Clone(), nil
}

func (op *gradOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	shapes := make([]tensor.Shape, len(in))
	for i, v := range in {
		shapes[i] = v.Shape()
	}
	shape := op.shape(shapes)
	if in[len(in)-1].Dtype() == tensor.Float32 {
		return doGrad(op, op.add32, shape, in)
	}
	return doGrad(op, op.add64, shape, in)
}

func doGrad[T kernel.Float](op *gradOp, add adder[T], shape tensor.Shape, in []gorgonia.Value) (gorgonia.Value, error) {
	dst := result[T](&op.own, shape.TotalSize())
	clear(dst)
	if len(dst) > 0 { // adders divide by sizes
		if err := add(dst, in); err != nil {
			return nil, errors.Wrap(err, op.name)
		}
	}
	return newValue(dst, shape), nil
}

// addTo adds the gradient that follows from in to dst, in place.
func (op *gradOp) addTo(dst gorgonia.Value, in []gorgonia.Value) error {
	if dst.Shape().TotalSize() == 0 {
		return nil
	}
	switch elems := dst.Data().(type) {
	case []float32:
		return errors.Wrap(op.add32(elems, in), op.name)
	case []float64:
		return errors.Wrap(op.add64(elems, in), op.name)
	}
	return errors.Errorf("%s: want a tensor of float32 or float64, got %v", op.name, dst.Dtype())
}

// accumulate adds the gradient that follows from the values of in and the gradient of out to that of x.
// It is what DoDiff of an op does: a LispMachine keeps gradients on the nodes, and silently takes the
// gradient of an op without DoDiff for zero.
func (op *gradOp) accumulate(x, out *gorgonia.Node, in ...*gorgonia.Node) error {
	values := make([]gorgonia.Value, 0, len(in)+1)
	for _, n := range in {
		values = append(values, n.Value())
	}
	upstream, err := out.Grad()
	if err != nil {
		return err
	}
	dst, err := x.Grad()
	if err != nil {
		return err
	}
	return op.addTo(dst, append(values, upstream))
}

func (op *gradOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op.name) }
func (op *gradOp) Hashcode() uint32      { return hashcode(op) }
func (op *gradOp) String() string        { return op.name }

// A gradient of a gradient is an error: Gorgonia's Grad panics at an op that is no SDOp.
func (op *gradOp) DiffWRT(n int) []bool { return slices.Repeat([]bool{true}, n) }

func (op *gradOp) SymDiff(gorgonia.Nodes, *gorgonia.Node, *gorgonia.Node) (gorgonia.Nodes, error) {
	return nil, errors.Errorf("%s has no gradient itself: second derivatives are not supported", op.name)
}
