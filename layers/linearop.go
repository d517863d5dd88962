package layers

import (
	"fmt"
	"hash"
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ gorgonia.SDOp = &linearOp{}
	_ gorgonia.ADOp = &linearOp{}
)

// linearOp is x·wᵀ + b on the last axis of x:
//
//	linear :: Tensor-n a → Matrix a → Vector a → Tensor-n a
//
// or without the vector if there is no bias.
type linearOp struct {
	own
	dims int
	bias bool
}

func (op *linearOp) Arity() int {
	if op.bias {
		return 3
	}
	return 2
}

func (op *linearOp) Type() hm.Type {
	a := hm.TypeVariable('a')
	x := tensorOf(op.dims, a)
	if op.bias {
		return hm.NewFnType(x, tensorOf(2, a), tensorOf(1, a), x)
	}
	return hm.NewFnType(x, tensorOf(2, a), x)
}

func (op *linearOp) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes, err := gorgonia.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	return withLast(shapes[0], shapes[1][0]), nil
}

func (op *linearOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if in[0].Dtype() == tensor.Float32 {
		return doLinear[float32](op, in)
	}
	return doLinear[float64](op, in)
}

func doLinear[T kernel.Float](op *linearOp, in []gorgonia.Value) (gorgonia.Value, error) {
	shape, out, inner := in[0].Shape(), in[1].Shape()[0], in[1].Shape()[1]
	rows := shape.TotalSize() / inner
	x, err := floatsOf[T](in[0], rows*inner)
	if err != nil {
		return nil, err
	}
	w, err := floatsOf[T](in[1], out*inner)
	if err != nil {
		return nil, err
	}
	var bias []T
	if len(in) == 3 {
		if bias, err = floatsOf[T](in[2], out); err != nil {
			return nil, err
		}
	}
	y := result[T](&op.own, rows*out)
	kernel.Linear(y, x, w, bias, rows, inner, out)
	return newValue(y, withLast(shape, out)), nil
}

func (op *linearOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *linearOp) Hashcode() uint32      { return hashcode(op) }
func (op *linearOp) String() string        { return fmt.Sprintf("linear{%d-D bias=%t}", op.dims, op.bias) }

func (op *linearOp) DiffWRT(n int) []bool { return slices.Repeat([]bool{true}, n) }

func (op *linearOp) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := gorgonia.ApplyOp(linearGradX(op.dims), in[1], grad)
	if err != nil {
		return nil, err
	}
	dw, err := gorgonia.ApplyOp(linearGradW(op.dims), in[0], grad)
	if err != nil || !op.bias {
		return gorgonia.Nodes{dx, dw}, err
	}
	db, err := gorgonia.ApplyOp(linearGradBias(op.dims), grad)
	return gorgonia.Nodes{dx, dw, db}, err
}

func (op *linearOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	if err := linearGradX(op.dims).accumulate(in[0], out, in[1]); err != nil {
		return err
	}
	if err := linearGradW(op.dims).accumulate(in[1], out, in[0]); err != nil || !op.bias {
		return err
	}
	return linearGradBias(op.dims).accumulate(in[2], out)
}

// linearGradX is grad·w:
//
//	∂linear/∂x :: Matrix a → Tensor-n a → Tensor-n a
func linearGradX(dims int) *gradOp {
	return &gradOp{
		name:  fmt.Sprintf("∂linear/∂x{%d-D}", dims),
		types: func(a hm.Type) []hm.Type { return []hm.Type{tensorOf(2, a), tensorOf(dims, a), tensorOf(dims, a)} },
		shape: func(in []tensor.Shape) tensor.Shape { return withLast(in[1], in[0][1]) },
		add32: addLinearGradX[float32],
		add64: addLinearGradX[float64],
	}
}

func addLinearGradX[T kernel.Float](dst []T, in []gorgonia.Value) error {
	out, inner := in[0].Shape()[0], in[0].Shape()[1]
	w, err := floatsOf[T](in[0], out*inner)
	if err != nil {
		return err
	}
	grad, err := floatsOf[T](in[1], len(dst)/inner*out)
	if err != nil {
		return err
	}
	kernel.LinearGradX(dst, w, grad, len(dst)/inner, inner, out)
	return nil
}

// linearGradW is gradᵀ·x:
//
//	∂linear/∂w :: Tensor-n a → Tensor-n a → Matrix a
func linearGradW(dims int) *gradOp {
	return &gradOp{
		name:  fmt.Sprintf("∂linear/∂w{%d-D}", dims),
		types: func(a hm.Type) []hm.Type { return []hm.Type{tensorOf(dims, a), tensorOf(dims, a), tensorOf(2, a)} },
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{last(in[1]), last(in[0])} },
		add32: addLinearGradW[float32],
		add64: addLinearGradW[float64],
	}
}

func addLinearGradW[T kernel.Float](dst []T, in []gorgonia.Value) error {
	inner := last(in[0].Shape())
	out := len(dst) / inner
	rows := in[0].Shape().TotalSize() / inner
	x, err := floatsOf[T](in[0], rows*inner)
	if err != nil {
		return err
	}
	grad, err := floatsOf[T](in[1], rows*out)
	if err != nil {
		return err
	}
	kernel.LinearGradW(dst, x, grad, rows, inner, out)
	return nil
}

// linearGradBias sums grad over all axes but the last:
//
//	∂linear/∂b :: Tensor-n a → Vector a
func linearGradBias(dims int) *gradOp {
	return &gradOp{
		name:  fmt.Sprintf("∂linear/∂b{%d-D}", dims),
		types: func(a hm.Type) []hm.Type { return []hm.Type{tensorOf(dims, a), tensorOf(1, a)} },
		shape: func(in []tensor.Shape) tensor.Shape { return tensor.Shape{last(in[0])} },
		add32: addLinearGradBias[float32],
		add64: addLinearGradBias[float64],
	}
}

func addLinearGradBias[T kernel.Float](dst []T, in []gorgonia.Value) error {
	grad, err := floats[T](in[0])
	if err != nil {
		return err
	}
	kernel.LinearGradBias(dst, grad, len(grad)/len(dst), len(dst))
	return nil
}

// last returns the size of the last axis.
func last(shape tensor.Shape) int { return shape[len(shape)-1] }

// withLast returns shape with n as the size of its last axis.
func withLast(shape tensor.Shape, n int) tensor.Shape {
	shape = slices.Clone(shape)
	shape[len(shape)-1] = n
	return shape
}
