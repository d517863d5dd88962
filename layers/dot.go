package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// Dot returns the dot products of the rows of a and b, torch's (a * b).sum(-1): (…, dim) and (…, dim) → (…). b may have
// one more axis before the last, and each row of a then meets several of b: (batch, dim) and (batch, k, dim) → (batch,
// k), such as the scores of k items for each user.
//
// It fails if the shapes or types do not fit.
func Dot(a, b *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := dot(a, b)
	return y, errors.Wrap(err, "dot")
}

// dot adds the op
//
//	dot :: Tensor-(n+1) a → Tensor-(m+1) a → Tensor-m a
//
// where m is n or n+1.
func dot(a, b *gorgonia.Node) (*gorgonia.Node, error) {
	in := []graphop.Input{graphop.Floats("a", a), graphop.Floats("b", b)}
	if err := graphop.Check(in...); err != nil {
		return nil, err
	}
	m := a.Dims() - 1
	if m < 0 || b.Dims() < m+1 || b.Dims() > m+2 || last(a.Shape()) != last(b.Shape()) || !slices.Equal(a.Shape()[:m], b.Shape()[:m]) {
		return nil, errors.Errorf("want a and b of shape (…, dim), or b of shape (…, k, dim), got %v and %v", a.Shape(), b.Shape())
	}
	dim := last(a.Shape())
	return graphop.Apply(graphop.Op{
		Name: "dot", Layer: "dot", Shape: tensor.Shape(slices.Clone(b.Shape()[:b.Dims()-1])),
		Run: graphop.Kernels{F32: dots[float32](dim), F64: dots[float64](dim)},
		Grads: []*graphop.Grad{
			{Needs: []int{1}, Add: graphop.Kernels{F32: addDotGradA[float32](dim), F64: addDotGradA[float64](dim)}},
			{Needs: []int{0}, Add: graphop.Kernels{F32: addDotGradB[float32](dim), F64: addDotGradB[float64](dim)}},
		},
	}, in...)
}

func dots[T kernel.Float](dim int) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.Dot(dst, in.Floats(0), in.Floats(1), dim)
		return nil
	}
}

func addDotGradA[T kernel.Float](dim int) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.DotGradA(dst, in.Floats(0), in.Last(), dim)
		return nil
	}
}

func addDotGradB[T kernel.Float](dim int) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.DotGradB(dst, in.Floats(0), in.Last(), dim)
		return nil
	}
}
