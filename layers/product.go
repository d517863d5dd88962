package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// product is x·weightᵀ on the last axis of x: (…, in) and (out, in) → (…, out).
type product struct {
	rows, in, out int
	from          int          // first row of the weight, and first element of the bias, that out is made of
	shape         tensor.Shape // shape of the result
}

// newProduct is that with the rows from lo to hi of weight. It fails if the shapes do not fit.
func newProduct(x, weight *gorgonia.Node, lo, hi int) (product, error) {
	out, in := hi-lo, weight.Shape()[1]
	if n := x.Dims(); n < 1 || last(x.Shape()) != in {
		return product{}, errors.Errorf("want an input of shape (…, %d), got %v", in, x.Shape())
	}
	return product{x.Shape().TotalSize() / in, in, out, lo, withLast(x.Shape(), out)}, nil
}

// op returns the op
//
//	linear :: Tensor-n a → Matrix a → Vector a → Tensor-n a
//
// or without the vector if there is no bias.
func (p product) op(name string, bias bool) graphop.Op {
	op := graphop.Op{
		Name: name, Shape: p.shape,
		Run: graphop.Kernels{F32: linear[float32](p, bias), F64: linear[float64](p, bias)},
		Grads: []*graphop.Grad{
			{Needs: []int{1}, Set: graphop.Kernels{F32: gradX[float32](p), F64: gradX[float64](p)}},
			{Needs: []int{0}, Set: graphop.Kernels{F32: gradW[float32](p), F64: gradW[float64](p)}},
		},
	}
	if bias {
		op.Grads = append(op.Grads, &graphop.Grad{Add: graphop.Kernels{F32: addGradBias[float32](p), F64: addGradBias[float64](p)}})
	}
	return op
}

func linear[T kernel.Float](p product, bias bool) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		var b []T
		if bias {
			b = ofBias(p, in.Floats(2))
		}
		kernel.Linear(dst, in.Floats(0), ofWeight(p, in.Floats(1)), b, p.rows, p.in, p.out)
		return nil
	}
}

func gradX[T kernel.Float](p product) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.LinearGradX(dst, ofWeight(p, in.Floats(0)), in.Last(), p.rows, p.in, p.out)
		return nil
	}
}

func gradW[T kernel.Float](p product) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if len(dst) > p.out*p.in {
			clear(dst)
		}
		kernel.LinearGradW(ofWeight(p, dst), in.Floats(0), in.Last(), p.rows, p.in, p.out)
		return nil
	}
}

func addGradBias[T kernel.Float](p product) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.LinearGradBias(ofBias(p, dst), in.Last(), p.rows, p.out)
		return nil
	}
}

// ofWeight returns the rows of the weight, or of its gradient, that p is made of.
func ofWeight[T kernel.Float](p product, w []T) []T { return w[p.from*p.in:][:p.out*p.in] }

// ofBias returns the elements of the bias, or of its gradient, that p is made of.
func ofBias[T kernel.Float](p product, b []T) []T { return b[p.from:][:p.out] }

// last returns the size of the last axis.
func last(shape tensor.Shape) int { return shape[len(shape)-1] }

// withLast returns shape with n as the size of its last axis.
func withLast(shape tensor.Shape, n int) tensor.Shape {
	shape = slices.Clone(shape)
	shape[len(shape)-1] = n
	return shape
}
