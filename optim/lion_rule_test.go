package optim

import (
	"cmp"

	"gorgonia-embedding/internal/kernel"
)

// Lion moves every weight by LearningRate, against the sign of a mean of gradients (Chen et al., Symbolic Discovery of
// Optimization Algorithms, NeurIPS 2023, algorithm 2), with one array for a parameter where Adam has two:
//
//	weight = (1 − LearningRate·WeightDecay)·weight − LearningRate·sign(Beta1·m + (1−Beta1)·gradient)
//	m      = Beta2·m + (1−Beta2)·gradient
type Lion struct {
	Beta1 float64 `json:"beta1,omitempty" help:"share of the mean in the direction of a step, in (0, 1); 0: 0.9"`
	Beta2 float64 `json:"beta2,omitempty" help:"share of the mean of gradients that stays, in (0, 1); 0: 0.99"`
}

func (r Lion) Name() string         { return "lion" }
func (r Lion) defaultRate() float64 { return 0.0003 }

func (r Lion) check() error {
	return cmp.Or(
		want(fraction(r.Beta1), "Lion.Beta1", r.Beta1, "in (0, 1), or 0 for the default"),
		want(fraction(r.Beta2), "Lion.Beta2", r.Beta2, "in (0, 1), or 0 for the default"),
	)
}

func (r Lion) slots() []slot              { return []slot{{name: "exp_avg"}} }
func (r Lion) update(m memory, a amounts) { apply(r, m, a, newLionStep[float32], newLionStep[float64]) }

func newLionStep[T kernel.Float](r Lion, a amounts) lionStep[T] {
	beta1, beta2 := cmp.Or(r.Beta1, 0.9), cmp.Or(r.Beta2, 0.99)
	return lionStep[T]{
		rate: T(a.rate), scale: T(a.scale), keep: T(1 - a.rate*a.decay),
		beta1: T(beta1), enter1: T(1 - beta1), beta2: T(beta2), enter2: T(1 - beta2),
	}
}

// lionStep is w = keep·w − rate·sign(beta1·m + enter1·d), m = beta2·m + enter2·d, for d = scale·g.
type lionStep[T kernel.Float] struct {
	kernel.NoAssembly[T]
	rate, scale, keep, beta1, enter1, beta2, enter2 T
}

// Row changes w and m.
func (c lionStep[T]) Row(a kernel.Arrays[T], g []T) {
	w, m := a[0][:len(g)], a[1][:len(g)]
	for j := range w {
		d := T(c.scale * g[j])
		w[j] = T(c.keep*w[j]) - T(c.rate*sign(T(c.beta1*m[j])+T(c.enter1*d)))
		m[j] = T(c.beta2*m[j]) + T(c.enter2*d)
	}
}

// sign returns 1 or −1, and what has no sign, 0 or NaN, as it is.
func sign[T kernel.Float](x T) T {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}
