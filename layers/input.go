package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Input adds an input of a batch to g: a leaf whose value is backing, a []int, []int32, []int64, []float32 or []float64
// in row-major order, of the given shape; without a shape, a vector of len(backing). The graph reads backing anew at
// each run, so write the next batch into it.
//
// Input fails if backing does not fill the shape, or the name is empty or taken: Gorgonia makes one node of two leaves
// with the same name, type and shape, or of two without a name, and drops the second's value.
func Input(g *gorgonia.ExprGraph, name string, backing any, shape ...int) (*gorgonia.Node, error) {
	n, err := input(g, name, backing, shape)
	return n, errors.Wrapf(err, "input %q", name)
}

func input(g *gorgonia.ExprGraph, name string, backing any, shape []int) (*gorgonia.Node, error) {
	var size int
	switch b := backing.(type) {
	case []int:
		size = len(b)
	case []int32:
		size = len(b)
	case []int64:
		size = len(b)
	case []float32:
		size = len(b)
	case []float64:
		size = len(b)
	default:
		return nil, errors.Errorf("want backing of []int, []int32, []int64, []float32 or []float64, got %T", backing)
	}
	if len(shape) == 0 {
		shape = []int{size}
	}
	if err := checkName(g, name); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(shape, func(n int) bool { return n < 0 }) {
		return nil, errors.Errorf("the shape %v has a negative size", tensor.Shape(shape))
	}
	if want := tensor.Shape(shape).TotalSize(); size != want {
		return nil, errors.Errorf("backing of %d elements does not fill the shape %v: want %d", size, tensor.Shape(shape), want)
	}
	return newLeaf(g, name, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing)))
}
