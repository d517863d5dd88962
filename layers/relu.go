package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

var _ Layer = ReLU{}

// ReLU is max(x, 0), element by element, as torch.nn.ReLU: its gradient is 0 at 0, and a NaN stays one. It is one op
// where Gorgonia's Rectify, which makes NaN of −∞ too, is two.
type ReLU struct{}

// Forward maps x of any shape to the same shape.
func (r ReLU) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := r.forward(x)
	return y, errors.Wrap(err, "relu")
}

// forward adds the op
//
//	relu :: Tensor-n a → Tensor-n a
func (ReLU) forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	in := graphop.Floats("x", x)
	if err := graphop.Check(in); err != nil {
		return nil, err
	}
	return graphop.Apply(graphop.Op{
		Name: "relu", Layer: "relu", Shape: x.Shape(),
		Run:   graphop.Kernels{F32: relu[float32], F64: relu[float64]},
		Grads: []*graphop.Grad{{Needs: []int{0}, Set: graphop.Kernels{F32: reluGrad[float32], F64: reluGrad[float64]}}},
	}, in)
}

// Learnables returns nil.
func (ReLU) Learnables() gorgonia.Nodes { return nil }

// String returns "ReLU".
func (ReLU) String() string { return "ReLU" }

func relu[T kernel.Float](dst []T, in *graphop.Values[T]) error {
	kernel.ReLU(dst, in.Floats(0))
	return nil
}

func reluGrad[T kernel.Float](dst []T, in *graphop.Values[T]) error {
	kernel.ReLUGrad(dst, in.Floats(0), in.Last())
	return nil
}
