package loss

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// pairs is a loss of each element of x and the element of y in its place.
type pairs struct {
	layer     string                                          // start of messages
	name      string                                          // identity of the op
	of        func(x, y float64, i int) (loss, slope float64) // loss of elements i, and its derivative by x
	symmetric bool                                            // the derivative by y is −slope; else there is none
	reduction Reduction
}

// apply adds the op
//
//	pairs :: Tensor-n a → Tensor-n a → a
//
// or → Tensor-n a for None.
func (p pairs) apply(x, y graphop.Input) (*gorgonia.Node, error) {
	if err := graphop.Check(x, y); err != nil {
		return nil, err
	}
	if a, b := x.Node.Shape(), y.Node.Shape(); !slices.Equal(a, b) {
		return nil, errors.Errorf("want both of one shape, got %v and %v", a, b)
	}
	if err := p.reduction.check(); err != nil {
		return nil, err
	}
	both := []int{0, 1}
	grads := []*graphop.Grad{{Needs: both, Add: graphop.Kernels{F32: addSlopes[float32](p, 1), F64: addSlopes[float64](p, 1)}}}
	if p.symmetric {
		grads = append(grads, &graphop.Grad{Needs: both, Add: graphop.Kernels{F32: addSlopes[float32](p, -1), F64: addSlopes[float64](p, -1)}})
	}
	return graphop.Apply(graphop.Op{
		Name: p.name, Layer: p.layer, Shape: p.reduction.shape(x.Node.Shape()),
		Run: graphop.Kernels{F32: reducePairs[float32](p), F64: reducePairs[float64](p)}, Grads: grads,
	}, x, y)
}

func reducePairs[T kernel.Float](p pairs) graphop.Kernel[T] {
	var losses []float64
	return func(dst []T, in *graphop.Values[T]) error {
		x, y := in.Floats(0), in.Floats(1)
		losses = losses[:0]
		for i := range x {
			loss, _ := p.of(float64(x[i]), float64(y[i]), i)
			losses = append(losses, loss)
		}
		reduce(p.reduction, dst, losses, float64(len(losses)))
		return nil
	}
}

func addSlopes[T kernel.Float](p pairs, sign float64) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		x, y := in.Floats(0), in.Floats(1)
		scale := scales(p.reduction, in.Last(), float64(len(x)))
		for i := range x {
			_, slope := p.of(float64(x[i]), float64(y[i]), i)
			dst[i] += T(sign * scale(i) * slope)
		}
		return nil
	}
}
