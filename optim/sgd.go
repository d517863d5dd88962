package optim

import (
	"cmp"

	"gorgonia-embedding/internal/kernel"
)

// SGD is stochastic gradient descent, as torch.optim.SGD: with d = gradient + WeightDecay·weight,
//
//	velocity = Momentum·velocity + (1−Dampening)·d, and d at a parameter's first step
//	weight   = weight − LearningRate·velocity
//
// Without Momentum it is weight = weight − LearningRate·d.
type SGD struct {
	Momentum  float64 `json:"momentum,omitempty" help:"share of the velocity that stays, in [0, 1); 0: no velocity"`
	Dampening float64 `json:"dampening,omitempty" help:"share of the gradient that the velocity does not take, in [0, 1]"`
	Nesterov  bool    `json:"nesterov,omitempty" help:"a step along d + momentum·velocity; needs a momentum, and no dampening"`
}

func (r SGD) Name() string         { return "sgd" }
func (r SGD) defaultRate() float64 { return 1 }

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

func (r SGD) update(m memory, a amounts) {
	switch {
	case r.Momentum > 0:
		apply(r, m, a, momentumStep[float32], momentumStep[float64])
	case a.decay > 0:
		apply(r, m, a, sgdDecayStep[float32], sgdDecayStep[float64])
	default:
		apply(r, m, a, sgdStep[float32], sgdStep[float64])
	}
}

func sgdStep[T kernel.Float](_ SGD, a amounts) kernel.AddStep[T] {
	return kernel.AddStep[T]{A: T(-a.rate * a.scale)}
}

func sgdDecayStep[T kernel.Float](_ SGD, a amounts) kernel.DecayStep[T] {
	return kernel.DecayStep[T]{Rate: T(a.rate * a.scale), Keep: T(1 - a.rate*a.decay)}
}

func momentumStep[T kernel.Float](r SGD, a amounts) kernel.MomentumStep[T] {
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
	return c
}
