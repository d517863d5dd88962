package loss

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// Labels of an example that a CrossEntropy leaves out unless its IgnoreIndex says otherwise, such as one that fills a
// batch up: −1, and PyTorch's.
const (
	Ignored      = kernel.Ignored
	torchIgnored = -100
)

// CrossEntropyConfig describes a CrossEntropy. Its fields are those of torch.nn.CrossEntropyLoss.
type CrossEntropyConfig struct {
	// Weight is a weight for each class, 0 or more; nil means 1 for each. The mean is then divided by the sum of the
	// weights of the labels.
	Weight []float64

	// LabelSmoothing, in [0, 1], is how much of an example's label is spread over all classes, each of which gets as
	// much of it (Szegedy et al., CVPR 2016).
	LabelSmoothing float64

	// IgnoreIndex is the label of examples that do not count: any number, also that of a class. nil means −1, and
	// PyTorch's −100.
	IgnoreIndex *int

	Reduction Reduction // Mean unless set
}

// CrossEntropy is the mean over the examples of −log softmax(logits)[label], as torch.nn.functional.cross_entropy:
// logits (…, classes), labels (…) → scalar.
//
// The label −1 (Ignored), or −100 as in PyTorch, leaves its example out of the sum and of the count; the loss of no
// examples is 0. Any other label outside [0, classes) is an error of the run. CrossEntropy fails if the shapes do not
// fit or labels are not tensor.Int, Int32 or Int64.
func CrossEntropy(logits, labels *gorgonia.Node) (*gorgonia.Node, error) {
	return CrossEntropyWith(logits, labels, CrossEntropyConfig{})
}

// CrossEntropyWith is CrossEntropy as cfg says: logits (…, classes), labels (…) → scalar, or (…) for Reduction None.
// It also fails if a field of cfg is out of its range.
func CrossEntropyWith(logits, labels *gorgonia.Node, cfg CrossEntropyConfig) (*gorgonia.Node, error) {
	loss, err := crossEntropy(logits, labels, cfg)
	return loss, errors.Wrap(err, "cross-entropy")
}

// crossEntropy adds softmax, logarithm, choice of the label's class and mean as one op:
//
//	crossEntropy :: Tensor-(n+1) a → Tensor-n int → a
//
// or → Tensor-n a for None.
func crossEntropy(logits, labels *gorgonia.Node, cfg CrossEntropyConfig) (*gorgonia.Node, error) {
	in := []graphop.Input{graphop.Floats("logits", logits), graphop.Ints("labels", labels)}
	if err := graphop.Check(in...); err != nil {
		return nil, err
	}
	n := labels.Dims()
	if logits.Dims() != n+1 || !slices.Equal(logits.Shape()[:n], labels.Shape()) || logits.Shape()[n] < 1 {
		return nil, errors.Errorf("want logits of shape (…, classes) and labels of shape (…), got %v and %v", logits.Shape(), labels.Shape())
	}
	classes := logits.Shape()[n]
	if err := cfg.check(classes); err != nil {
		return nil, err
	}
	l := labelReader{classes: classes, shape: labels.Shape(), ignore: cfg.IgnoreIndex}
	f32, f64 := newSoftmaxLoss[float32](cfg, l), newSoftmaxLoss[float64](cfg, l)
	return graphop.Apply(graphop.Op{
		Name: "crossEntropy" + cfg.identity(), Layer: "cross-entropy", Shape: cfg.Reduction.shape(labels.Shape()),
		Run: graphop.Kernels{F32: f32.run, F64: f64.run},
		Grads: []*graphop.Grad{{
			Needs: []int{0, 1, graphop.Out}, // the gradient reads what the op keeps, and has to run after it
			Add:   graphop.Kernels{F32: f32.add, F64: f64.add},
			Make:  &graphop.Makers{F32: f32.make, F64: f64.make},
			Drawn: func(_, _ *gorgonia.Node) error {
				f32.keeps, f64.keeps = true, true
				return nil
			},
		}},
	}, in...)
}

func (cfg CrossEntropyConfig) check(classes int) error {
	if cfg.Weight != nil && len(cfg.Weight) != classes {
		return errors.Errorf("Weight must have an element for each of the %d classes, or be nil, got %d", classes, len(cfg.Weight))
	}
	if err := checkWeights("Weight", cfg.Weight); err != nil {
		return err
	}
	if !(cfg.LabelSmoothing >= 0 && cfg.LabelSmoothing <= 1) {
		return errors.Errorf("LabelSmoothing must be in [0, 1], got %v", cfg.LabelSmoothing)
	}
	return cfg.Reduction.check()
}

// identity returns all of cfg that makes a difference to the result.
func (cfg CrossEntropyConfig) identity() string {
	return fmt.Sprintf("{%s smoothing=%v ignored=%s %v}", weightsName(cfg.Weight), cfg.LabelSmoothing, ignoredName(cfg.IgnoreIndex), cfg.Reduction)
}

// labelReader checks labels, of 0 to classes−1.
type labelReader struct {
	classes int
	shape   tensor.Shape
	ignore  *int

	labels []int // result of read
}

// read returns labels, with Ignored for those that do not count.
func (r *labelReader) read(labels []int) ([]int, error) {
	r.labels = append(r.labels[:0], labels...)
	for i, label := range labels {
		switch {
		case r.ignored(label):
			r.labels[i] = Ignored
		case uint(label) >= uint(r.classes):
			also := "−1 or −100, which are ignored: set IgnoreIndex to ignore another one"
			if r.ignore != nil {
				also = fmt.Sprintf("IgnoreIndex, which is %d", *r.ignore)
			}
			return nil, errors.Errorf("cross-entropy: label %d at position %d (of shape %v) is neither in [0, %d) nor %s", label, i, r.shape, r.classes, also)
		}
	}
	return r.labels, nil
}

func (r *labelReader) ignored(label int) bool {
	if r.ignore != nil {
		return label == *r.ignore
	}
	return label == Ignored || label == torchIgnored
}
