package loss

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// softmaxLoss is the kernels of a cross-entropy, and what the loss keeps for its gradient: sums of exponentials and,
// in a graph with gradients, the exponentials, whose memory becomes that of the gradient.
type softmaxLoss[T kernel.Float] struct {
	kernel.CrossEntropy[T]
	labels    labelReader
	reduction Reduction

	keeps  bool           // because there is a gradient
	kept   []T            // exponentials of the last run; nil when they have become a gradient
	memory graphop.Memory // of kept
	losses []float64      // of the last run
}

func newSoftmaxLoss[T kernel.Float](cfg CrossEntropyConfig, labels labelReader) *softmaxLoss[T] {
	l := &softmaxLoss[T]{labels: labels, reduction: cfg.Reduction}
	l.Classes, l.Smoothing = labels.classes, cfg.LabelSmoothing
	for _, w := range cfg.Weight {
		l.Weights = append(l.Weights, T(w))
	}
	return l
}

func (l *softmaxLoss[T]) run(dst []T, in *graphop.Values[T]) error {
	labels, err := l.labels.read(in.Ints(1))
	if err != nil {
		return err
	}
	logits := in.Floats(0)
	if l.kept = nil; l.keeps {
		l.kept = graphop.Next[T](&l.memory, len(logits))
	}
	l.losses = slices.Grow(l.losses[:0], len(labels))[:len(labels)]
	l.Forward(l.losses, l.kept, logits, labels)
	reduce(l.reduction, dst, l.losses, l.count(labels))
	return nil
}

// count returns what the mean divides the sum by.
func (l *softmaxLoss[T]) count(labels []int) (sum float64) {
	for _, label := range labels {
		sum += l.Weight(label)
	}
	return sum
}

// make makes the gradient of the last run in the memory of what that kept, or if it has kept nothing, in m.
func (l *softmaxLoss[T]) make(in *graphop.Values[T], m *graphop.Memory) (gorgonia.Value, error) {
	dst, kept := l.kept, l.kept != nil
	if !kept {
		dst = graphop.Next[T](m, len(in.Floats(0)))
	}
	if err := l.grad(dst, in, kept); err != nil {
		return nil, err
	}
	l.kept = nil
	return graphop.Result(m, dst, append(slices.Clone(l.labels.shape), l.Classes)), nil
}

func (l *softmaxLoss[T]) add(dst []T, in *graphop.Values[T]) error {
	grad := make([]T, len(dst))
	err := l.grad(grad, in, false)
	if err == nil {
		kernel.Add(dst, grad)
	}
	return err
}

func (l *softmaxLoss[T]) grad(dst []T, in *graphop.Values[T], kept bool) error {
	labels, err := l.labels.read(in.Ints(1))
	if err != nil {
		return err
	}
	if len(l.losses) != len(labels) {
		return errors.New("there are no sums of exponentials: the loss itself did not run")
	}
	l.Grad(dst, in.Floats(0), labels, scales(l.reduction, in.Last(), l.count(labels)), kept)
	return nil
}
