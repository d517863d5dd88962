package optim

import (
	"cmp"

	"gorgonia-embedding/internal/kernel"
)

// SGD is stochastic gradient descent, as torch.optim.SGD: with d the gradient and WeightDecay times the
// weight, the velocity becomes Momentum·velocity + (1−Dampening)·d, at a parameter's first step d, and the
// weight loses LearningRate times the velocity. Without Momentum it loses LearningRate·d.
type SGD struct {
	Momentum  float64 // in [0, 1); 0: none
	Dampening float64 // in [0, 1]; only with Momentum
	Nesterov  bool    // the weight loses LearningRate·(d + Momentum·velocity); needs Momentum, and no Dampening
}

func (r SGD) name() string { return "SGD" }

func (r SGD) check() error {
	return cmp.Or(
		want(fraction(r.Momentum), "SGD.Momentum", r.Momentum, "in [0, 1)"),
		want(r.Dampening >= 0 && r.Dampening <= 1, "SGD.Dampening", r.Dampening, "in [0, 1]"),
		want(r.Dampening == 0 || r.Momentum > 0, "SGD.Dampening", r.Dampening, "0 without Momentum"),
		want(!r.Nesterov || r.Momentum > 0, "SGD.Momentum", r.Momentum, "positive with Nesterov"),
		want(!r.Nesterov || r.Dampening == 0, "SGD.Dampening", r.Dampening, "0 with Nesterov"),
	)
}

func (r SGD) slots() []slot {
	if r.Momentum == 0 {
		return nil
	}
	return []slot{{name: "momentum_buffer"}}
}

func (r SGD) update32(t *table[float32], a amounts) { sgd(r, t, a) }
func (r SGD) update64(t *table[float64], a amounts) { sgd(r, t, a) }

func sgd[T kernel.Float](r SGD, t *table[T], a amounts) {
	switch {
	case r.Momentum > 0:
		c := kernel.MomentumStep[T]{
			Rate: T(a.rate), Scale: T(a.scale), Decay: T(a.decay),
			Momentum: T(r.Momentum), Enter: T(1 - r.Dampening), Carried: 1,
		}
		if a.step == 1 {
			c.Enter = 1
		}
		if r.Nesterov {
			c.Fresh, c.Carried = 1, T(r.Momentum)
		}
		kernel.MomentumRows(t.weights, t.state[0], t.grad, t.ids, t.dim, c)
	case a.decay > 0:
		kernel.SGDDecayRows(t.weights, t.grad, t.ids, t.dim, T(a.rate*a.scale), T(1-a.rate*a.decay))
	default:
		kernel.SGDRows(t.weights, t.grad, t.ids, t.dim, T(a.rate*a.scale))
	}
}
