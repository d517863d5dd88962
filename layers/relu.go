package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// ReLU returns max(x, 0) of each element, as torch.relu: x and the result are of any shape. The gradient at 0 is 0. As a
// layer it is Func(ReLU).
//
// It stands for gorgonia.Rectify, which takes two ops and gives NaN for −∞. It fails if x is not of a float type.
func ReLU(x *gorgonia.Node) (*gorgonia.Node, error) {
	in := graphop.Floats("x", x)
	if err := graphop.Check(in); err != nil {
		return nil, errors.Wrap(err, "relu")
	}
	y, err := graphop.Apply(graphop.Op{
		Name: "relu", Layer: "relu", Shape: x.Shape(),
		Run:   graphop.Kernels{F32: relu[float32], F64: relu[float64]},
		Grads: []*graphop.Grad{{Needs: []int{0}, Add: graphop.Kernels{F32: addReLUGrad[float32], F64: addReLUGrad[float64]}}},
	}, in)
	return y, errors.Wrap(err, "relu")
}

func relu[T kernel.Float](dst []T, in *graphop.Values[T]) error {
	kernel.ReLU(dst, in.Floats(0))
	return nil
}

func addReLUGrad[T kernel.Float](dst []T, in *graphop.Values[T]) error {
	kernel.ReLUGrad(dst, in.Floats(0), in.Last())
	return nil
}
