package layers

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// Concat puts nodes side by side along the last axis, as torch.cat with dim=-1: (…, n0), (…, n1), … → (…, n0+n1+…), such
// as the vectors and numbers of a row of data.
//
// It stands for Gorgonia's own Concat, whose gradients are wrong from 256 columns on (docs/gorgonia.md). It fails if the
// shapes or types do not fit.
func Concat(xs ...*gorgonia.Node) (*gorgonia.Node, error) {
	y, err := concat(xs)
	return y, errors.Wrap(err, "concat")
}

// concat adds the op
//
//	concat :: Tensor-n a → … → Tensor-n a
func concat(xs []*gorgonia.Node) (*gorgonia.Node, error) {
	if len(xs) == 0 {
		return nil, errors.New("no nodes: want at least one")
	}
	in := make([]graphop.Input, len(xs))
	for i, x := range xs {
		in[i] = graphop.Floats(fmt.Sprint("node ", i), x)
	}
	if err := graphop.Check(in...); err != nil {
		return nil, err
	}
	m := xs[0].Dims() - 1
	if m < 0 {
		return nil, errors.New("want nodes of at least one axis, got a scalar")
	}
	sizes, stride := make([]int, len(xs)), 0
	for i, x := range xs {
		if x.Dims() != m+1 || !slices.Equal(x.Shape()[:m], xs[0].Shape()[:m]) {
			return nil, errors.Errorf("want shapes that differ in the last axis alone, got %v and %v", xs[0].Shape(), x.Shape())
		}
		sizes[i] = last(x.Shape())
		stride += sizes[i]
	}
	op := graphop.Op{
		Name: "concat", Layer: "concat", Shape: append(slices.Clone(xs[0].Shape()[:m]), stride),
		Run: graphop.Kernels{F32: place[float32](sizes, stride), F64: place[float64](sizes, stride)},
	}
	from := 0
	for _, n := range sizes {
		op.Grads = append(op.Grads, &graphop.Grad{Set: graphop.Kernels{
			F32: take[float32](from, n, stride), F64: take[float64](from, n, stride)}})
		from += n
	}
	return graphop.Apply(op, in...)
}

func place[T kernel.Float](sizes []int, stride int) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		from := 0
		for i, n := range sizes {
			kernel.Place(dst, in.Floats(i), from, n, stride)
			from += n
		}
		return nil
	}
}

func take[T kernel.Float](from, n, stride int) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.Take(dst, in.Last(), from, n, stride)
		return nil
	}
}
