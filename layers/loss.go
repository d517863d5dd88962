package layers

import (
	"fmt"
	"hash"
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ gorgonia.SDOp = &crossEntropyOp{}
	_ gorgonia.ADOp = &crossEntropyOp{}
)

// CrossEntropy is the mean over the examples of −log softmax(logits)[label], as
// torch.nn.functional.cross_entropy with ignore_index −1: logits (…, classes), labels (…) → scalar.
//
// A label of −1 leaves its example out of the sum and of the count; the loss of no examples is 0. Any
// other label outside [0, classes) is an error of the run. CrossEntropy fails if the shapes do not fit
// or labels are not tensor.Int, Int32 or Int64. Logits of any finite size are safe.
func CrossEntropy(logits, labels *gorgonia.Node) (*gorgonia.Node, error) {
	loss, err := crossEntropy(logits, labels)
	return loss, errors.Wrap(err, "cross-entropy")
}

func crossEntropy(logits, labels *gorgonia.Node) (*gorgonia.Node, error) {
	if logits == nil || labels == nil {
		return nil, errNoNode
	}
	if err := checkInts("labels", labels); err != nil {
		return nil, err
	}
	n := labels.Dims()
	if logits.Dims() != n+1 || !slices.Equal(logits.Shape()[:n], labels.Shape()) || last(logits.Shape()) < 1 {
		return nil, errors.Errorf("want logits of shape (…, classes) and labels of shape (…), got %v and %v", logits.Shape(), labels.Shape())
	}
	return gorgonia.ApplyOp(&crossEntropyOp{labelType: labels.Dtype(), labelDims: n}, logits, labels)
}

// crossEntropyOp is softmax, logarithm, choice of the label's class and mean in one:
//
//	crossEntropy :: Tensor-(n+1) a → Tensor-n int → a
type crossEntropyOp struct {
	own
	labelType tensor.Dtype
	labelDims int
}

func (op *crossEntropyOp) Arity() int { return 2 }

func (op *crossEntropyOp) Type() hm.Type {
	a := hm.TypeVariable('a')
	return hm.NewFnType(tensorOf(op.labelDims+1, a), tensorOf(op.labelDims, op.labelType), a)
}

func (op *crossEntropyOp) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

func (op *crossEntropyOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if in[0].Dtype() == tensor.Float32 {
		loss, err := doCrossEntropy[float32](in[0], in[1])
		return gorgonia.NewF32(float32(loss)), err
	}
	loss, err := doCrossEntropy[float64](in[0], in[1])
	return gorgonia.NewF64(loss), err
}

func doCrossEntropy[T kernel.Float](logits, labels gorgonia.Value) (float64, error) {
	x, y, classes, err := checkLabels[T](logits, labels)
	if err != nil {
		return 0, err
	}
	return kernel.CrossEntropy(x, y, classes), nil
}

// checkLabels returns the elements of both and the number of classes, which all labels are within.
func checkLabels[T kernel.Float](logits, labels gorgonia.Value) (x []T, y []int, classes int, err error) {
	if y, err = ints(labels); err != nil {
		return nil, nil, 0, err
	}
	classes = last(logits.Shape())
	for i, label := range y {
		if label != kernel.Ignored && uint(label) >= uint(classes) {
			return nil, nil, 0, errors.Errorf("cross-entropy: label %d at position %d (of shape %v) is outside [0, %d) and not −1, which is ignored", label, i, labels.Shape(), classes)
		}
	}
	x, err = floatsOf[T](logits, len(y)*classes)
	return x, y, classes, err
}

func (op *crossEntropyOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *crossEntropyOp) Hashcode() uint32      { return hashcode(op) }
func (op *crossEntropyOp) String() string {
	return fmt.Sprintf("crossEntropy{labels=%d-D %v}", op.labelDims, op.labelType)
}

func (op *crossEntropyOp) DiffWRT(int) []bool { return []bool{true, false} }

func (op *crossEntropyOp) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := gorgonia.ApplyOp(crossEntropyGradOp(op), in[0], in[1], grad)
	return gorgonia.Nodes{dx, nil}, err
}

func (op *crossEntropyOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	return crossEntropyGradOp(op).accumulate(in[0], out, in[0], in[1])
}

// crossEntropyGradOp is grad·(softmax − one-hot)/n:
//
//	∂crossEntropy :: Tensor-(n+1) a → Tensor-n int → a → Tensor-(n+1) a
func crossEntropyGradOp(op *crossEntropyOp) *gradOp {
	return &gradOp{
		name: "∂" + op.String(),
		types: func(a hm.Type) []hm.Type {
			return []hm.Type{tensorOf(op.labelDims+1, a), tensorOf(op.labelDims, op.labelType), a, tensorOf(op.labelDims+1, a)}
		},
		shape: func(in []tensor.Shape) tensor.Shape { return in[0] },
		add32: addCrossEntropyGrad[float32],
		add64: addCrossEntropyGrad[float64],
	}
}

func addCrossEntropyGrad[T kernel.Float](dst []T, in []gorgonia.Value) error {
	x, y, classes, err := checkLabels[T](in[0], in[1])
	if err != nil {
		return err
	}
	grad, err := floatsOf[T](in[2], 1)
	if err != nil {
		return err
	}
	kernel.CrossEntropyGrad(dst, x, y, classes, float64(grad[0]))
	return nil
}
