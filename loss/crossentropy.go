// Package loss holds losses: functions of a model's output and of what it should be, each one op of a Gorgonia graph
// with a scalar result.
package loss

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// Ignored is the label of an example that a loss leaves out, such as those that fill a batch up.
const Ignored = kernel.Ignored

// CrossEntropy is the mean over the examples of −log softmax(logits)[label], as
// torch.nn.functional.cross_entropy with ignore_index −1: logits (…, classes), labels (…) → scalar.
//
// The label Ignored leaves its example out of the sum and of the count; the loss of no examples is 0. Any
// other label outside [0, classes) is an error of the run. CrossEntropy fails if the shapes do not fit
// or labels are not tensor.Int, Int32 or Int64. Logits of any finite size are safe.
func CrossEntropy(logits, labels *gorgonia.Node) (*gorgonia.Node, error) {
	loss, err := crossEntropy(logits, labels)
	return loss, errors.Wrap(err, "cross-entropy")
}

// crossEntropy adds softmax, logarithm, choice of the label's class and mean as one op:
//
//	crossEntropy :: Tensor-(n+1) a → Tensor-n int → a
func crossEntropy(logits, labels *gorgonia.Node) (*gorgonia.Node, error) {
	in := []graphop.Input{graphop.Floats("logits", logits), graphop.Ints("labels", labels)}
	if err := graphop.Check(in...); err != nil {
		return nil, err
	}
	n := labels.Dims()
	if logits.Dims() != n+1 || !slices.Equal(logits.Shape()[:n], labels.Shape()) || logits.Shape()[n] < 1 {
		return nil, errors.Errorf("want logits of shape (…, classes) and labels of shape (…), got %v and %v", logits.Shape(), labels.Shape())
	}
	c := classes{logits.Shape()[n], labels.Shape()}
	return graphop.Apply(graphop.Op{
		Name: "crossEntropy", Layer: "cross-entropy",
		Run:   graphop.Kernels{F32: meanLoss[float32](c), F64: meanLoss[float64](c)},
		Grads: []*graphop.Grad{{Needs: []int{0, 1}, Add: graphop.Kernels{F32: addGrad[float32](c), F64: addGrad[float64](c)}}},
	}, in...)
}

func meanLoss[T kernel.Float](c classes) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		err := c.check(in.Ints(1))
		if err == nil {
			dst[0] = T(kernel.CrossEntropy(in.Floats(0), in.Ints(1), c.n))
		}
		return err
	}
}

func addGrad[T kernel.Float](c classes) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		err := c.check(in.Ints(1))
		if err == nil {
			kernel.CrossEntropyGrad(dst, in.Floats(0), in.Ints(1), c.n, float64(in.Last()[0]))
		}
		return err
	}
}

// classes is what labels of a shape name: 0 to n−1.
type classes struct {
	n     int
	shape tensor.Shape
}

func (c classes) check(labels []int) error {
	for i, label := range labels {
		if label != Ignored && uint(label) >= uint(c.n) {
			return errors.Errorf("cross-entropy: label %d at position %d (of shape %v) is outside [0, %d) and not −1, which is ignored", label, i, c.shape, c.n)
		}
	}
	return nil
}
