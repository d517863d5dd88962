package loss

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// MeanSquaredError is the mean of (predictions − targets)², as torch.nn.functional.mse_loss: two nodes of one shape →
// scalar. Both have gradients. It fails if the shapes or types differ.
func MeanSquaredError(predictions, targets *gorgonia.Node) (*gorgonia.Node, error) {
	return MeanSquaredErrorWith(predictions, targets, Mean)
}

// MeanSquaredErrorWith is MeanSquaredError with a reduction: two nodes of one shape → scalar, or that shape for None.
func MeanSquaredErrorWith(predictions, targets *gorgonia.Node, r Reduction) (*gorgonia.Node, error) {
	p := pairs{
		layer: "squared error", name: fmt.Sprintf("squaredError{%v}", r), symmetric: true, reduction: r,
		of: func(x, y float64, _ int) (loss, slope float64) { return kernel.SquaredError(x, y) },
	}
	cost, err := p.apply(graphop.Floats("predictions", predictions), graphop.Floats("targets", targets))
	return cost, errors.Wrap(err, p.layer)
}
