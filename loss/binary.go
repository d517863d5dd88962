package loss

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// BinaryCrossEntropyConfig describes a BinaryCrossEntropy. Its fields are those of torch.nn.BCEWithLogitsLoss.
type BinaryCrossEntropyConfig struct {
	// PosWeight is how many times a target of 1 counts: a weight for each element of the last axis, or one for all; nil
	// means 1.
	PosWeight []float64

	Reduction Reduction // Mean unless set
}

// BinaryCrossEntropy is the mean of −y·log σ(x) − (1−y)·log(1−σ(x)) over all elements, for x of logits and y of targets,
// as torch.nn.functional.binary_cross_entropy_with_logits: two nodes of one shape → scalar. Targets are numbers in
// [0, 1], of the logits' type, and have no gradient. It fails if the shapes or types differ.
func BinaryCrossEntropy(logits, targets *gorgonia.Node) (*gorgonia.Node, error) {
	return BinaryCrossEntropyWith(logits, targets, BinaryCrossEntropyConfig{})
}

// BinaryCrossEntropyWith is BinaryCrossEntropy as cfg says: two nodes of one shape → scalar, or that shape for None. It
// also fails if a field of cfg is out of its range.
func BinaryCrossEntropyWith(logits, targets *gorgonia.Node, cfg BinaryCrossEntropyConfig) (*gorgonia.Node, error) {
	const layer = "binary cross-entropy"
	x, y := graphop.Floats("logits", logits), graphop.Floats("targets", targets)
	err := graphop.Check(x, y)
	if err == nil {
		err = cfg.check(logits)
	}
	if err != nil {
		return nil, errors.Wrap(err, layer)
	}
	p := pairs{layer: layer, name: fmt.Sprintf("binaryCrossEntropy{%s %v}", weightsName(cfg.PosWeight), cfg.Reduction), reduction: cfg.Reduction, of: cfg.of()}
	cost, err := p.apply(x, y)
	return cost, errors.Wrap(err, layer)
}

func (cfg BinaryCrossEntropyConfig) check(logits *gorgonia.Node) error {
	last := 1
	if n := logits.Dims(); n > 0 {
		last = logits.Shape()[n-1]
	}
	if n := len(cfg.PosWeight); n > 1 && n != last {
		return errors.Errorf("PosWeight must have 1 element, or the %d of the last axis of the logits, or be nil, got %d", last, n)
	}
	return checkWeights("PosWeight", cfg.PosWeight)
}

// of returns the loss of an element.
func (cfg BinaryCrossEntropyConfig) of() func(x, y float64, i int) (loss, slope float64) {
	w := cfg.PosWeight
	if len(w) == 0 {
		w = []float64{1}
	}
	return func(x, y float64, i int) (loss, slope float64) { return kernel.BinaryCrossEntropy(x, y, w[i%len(w)]) }
}
