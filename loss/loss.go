// Package loss holds losses: functions of a model's output and of what it should be, each one op of a Gorgonia graph,
// with the formulas of torch.nn.functional.
//
// A loss has a value for each example: for each label, target or centre. It is their mean, a scalar, unless the loss is
// told to give their sum or all of them. The short form of a loss has the defaults of PyTorch; ...With takes a config,
// whose zero value is the same. Logits are what a model gives before a softmax or sigmoid: the loss has that in it, and
// is safe with logits of any finite size.
package loss

import (
	"fmt"
	"hash/fnv"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// Reduction says what becomes of the losses of the examples.
type Reduction int

// What becomes of them.
const (
	Mean Reduction = iota // their mean, a scalar; the default. The mean of no examples is 0
	Sum                   // their sum, a scalar
	None                  // they are the result, of the shape of the labels or targets
)

func (r Reduction) String() string {
	if r >= Mean && r <= None {
		return [...]string{"mean", "sum", "none"}[r]
	}
	return fmt.Sprintf("Reduction(%d)", int(r))
}

func (r Reduction) check() error {
	if r < Mean || r > None {
		return errors.Errorf("Reduction must be Mean, Sum or None, got %d", int(r))
	}
	return nil
}

// checkWeights fails unless the weights of a config's field of that name can be multiplied by.
func checkWeights(name string, weights []float64) error {
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return errors.Errorf("%s[%d] must be finite and not negative, got %v", name, i, w)
		}
	}
	return nil
}

// weightsName returns the part of an op's name that tells weights from others, however many there are.
func weightsName(weights []float64) string {
	h := fnv.New64a()
	fmt.Fprint(h, weights)
	return fmt.Sprintf("weight=%x", h.Sum64())
}

// ignoredName returns the part of an op's name that tells an ignored id from others.
func ignoredName(id *int) string {
	if id == nil {
		return ""
	}
	return fmt.Sprint(*id)
}

// shape returns that of a loss whose examples are of this shape.
func (r Reduction) shape(examples tensor.Shape) tensor.Shape {
	if r == None {
		return examples.Clone()
	}
	return tensor.Shape{}
}

// reduce sets dst to the reduced losses. Their mean is the sum divided by count, unless that is 0.
func reduce[T kernel.Float](r Reduction, dst []T, losses []float64, count float64) {
	if r == None {
		for i, l := range losses {
			dst[i] = T(l)
		}
		return
	}
	var sum float64
	for _, l := range losses {
		sum += l
	}
	dst[0] = T(sum * r.factor(count))
}

// factor returns what the sum of the losses is multiplied by.
func (r Reduction) factor(count float64) float64 {
	switch {
	case r != Mean:
		return 1
	case count == 0:
		return 0
	}
	return 1 / count
}

// scales returns the gradient with respect to each loss, given that with respect to the result of reduce.
func scales[T kernel.Float](r Reduction, upstream []T, count float64) func(i int) float64 {
	if r == None {
		return func(i int) float64 { return float64(upstream[i]) }
	}
	scale := float64(upstream[0]) * r.factor(count)
	return func(int) float64 { return scale }
}
