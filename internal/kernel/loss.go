package kernel

import "math"

// Ignored is the label of an example that does not count.
const Ignored = -1

// expCost is the work of an exponential, in elements read and written (grain).
const expCost = 20

// CrossEntropy is −Σ q·log softmax(logits) for each row of logits, of Classes elements, and its gradient. The row's
// label has q = (1 − Smoothing)·weight, and Smoothing·weight/Classes is added to the q of each class. Rows of the label
// Ignored do not count. The greatest logit of a row is subtracted first, so that none overflows; sums are in float64.
type CrossEntropy[T Float] struct {
	Classes   int
	Weights   []T // of the classes; nil means 1
	Smoothing float64

	rows  []softmaxRow[T] // of the last Forward
	total float64         // of Weights
}

// softmaxRow is what softmax(x) = exp(x − top)/sum needs.
type softmaxRow[T Float] struct {
	top T
	sum float64
}

// Forward sets losses to those of the rows of logits, and keep, unless it is nil, to exp(logits − their row's greatest).
func (c *CrossEntropy[T]) Forward(losses []float64, keep, logits []T, labels []int) {
	c.rows = resize(c.rows, len(labels))
	c.total = float64(c.Classes)
	if c.Weights != nil {
		c.total = 0
		for _, w := range c.Weights {
			c.total += float64(w)
		}
	}
	c.split(len(labels), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			losses[i] = c.forward(i, c.row(keep, i), c.row(logits, i), labels[i])
		}
	})
}

func (c *CrossEntropy[T]) forward(i int, keep, x []T, label int) float64 {
	if label == Ignored {
		return 0
	}
	r := &c.rows[i]
	r.top = Greatest(x)
	r.sum = SumExp(keep, x, r.top)
	log := math.Log(r.sum)
	loss := (1 - c.Smoothing) * c.Weight(label) * (log + float64(r.top) - float64(x[label]))
	if c.Smoothing > 0 {
		loss += c.Smoothing / float64(c.Classes) * (c.total*(log+float64(r.top)) - c.weighted(x))
	}
	return loss
}

// weighted returns the sum of x by weights.
func (c *CrossEntropy[T]) weighted(x []T) (sum float64) {
	if c.Weights == nil {
		for _, v := range x {
			sum += float64(v)
		}
		return sum
	}
	for j, w := range c.Weights {
		if w != 0 { // else a logit of −Inf would not count for nothing
			sum += float64(w) * float64(x[j])
		}
	}
	return sum
}

// Grad sets dst to the gradient of Σ scale(i)·losses[i] of the last Forward, where dst is what that kept, or,
// if kept is false, anything.
func (c *CrossEntropy[T]) Grad(dst, logits []T, labels []int, scale func(i int) float64, kept bool) {
	c.split(len(labels), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			c.grad(i, c.row(dst, i), c.row(logits, i), labels[i], scale(i), kept)
		}
	})
}

func (c *CrossEntropy[T]) grad(i int, dst, x []T, label int, scale float64, kept bool) {
	if label == Ignored {
		clear(dst)
		return
	}
	r, one := c.rows[i], (1-c.Smoothing)*c.Weight(label)
	each := c.Smoothing / float64(c.Classes)
	softmax := scale * (one + each*c.total) / r.sum
	shift := T(0)
	if c.Weights == nil {
		shift = T(-scale * each)
	}
	if !kept {
		SumExp(dst, x, r.top)
	}
	of := softmax*float64(dst[label]) - scale*(one+each*c.Weight(label))
	ScaleAdd(dst, T(softmax), shift)
	if c.Weights != nil && each > 0 {
		AddScaled(dst, T(-scale*each), c.Weights)
	}
	dst[label] = T(of) // in float64: p − 1 of a p near 1 has no digits in float32
}

// Weight returns the weight of a label: 0 if it is ignored.
func (c *CrossEntropy[T]) Weight(label int) float64 {
	switch {
	case label == Ignored:
		return 0
	case c.Weights == nil:
		return 1
	}
	return float64(c.Weights[label])
}

func (c *CrossEntropy[T]) row(of []T, i int) []T {
	if of == nil {
		return nil
	}
	return of[i*c.Classes : (i+1)*c.Classes]
}

func (c *CrossEntropy[T]) split(n int, f func(lo, hi int)) {
	split(parts(n, expCost*c.Classes), n, f)
}
