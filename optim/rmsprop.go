package optim

import (
	"cmp"

	"gorgonia-embedding/internal/kernel"
)

// RMSProp divides by the root of a running mean of squared gradients (Hinton, Neural Networks for Machine
// Learning, lecture 6e), as torch.optim.RMSprop: with d = gradient + WeightDecay·weight,
//
//	mean   = Alpha·mean + (1−Alpha)·d²
//	weight = weight − LearningRate·d/(√mean + Eps)
//
// With Momentum it is weight = weight − LearningRate·velocity, where velocity = Momentum·velocity + d/(√mean + Eps).
type RMSProp struct {
	Alpha    float64 `json:"alpha,omitempty" help:"share of the mean of squares that stays, in (0, 1); 0: 0.99"`
	Eps      float64 `json:"eps,omitempty" help:"term of the divisor, at least 1e-30; 0: 1e-8"`
	Momentum float64 `json:"momentum,omitempty" help:"share of the velocity that stays, in [0, 1); 0: no velocity"`
}

func (r RMSProp) Name() string         { return "rmsprop" }
func (r RMSProp) defaultRate() float64 { return 0.003 }

func (r RMSProp) check() error {
	return cmp.Or(
		want(fraction(r.Alpha), "RMSProp.Alpha", r.Alpha, "in (0, 1), or 0 for the default"),
		checkEps("RMSProp.Eps", r.Eps),
		want(fraction(r.Momentum), "RMSProp.Momentum", r.Momentum, "in [0, 1)"),
	)
}

func (r RMSProp) slots() []slot {
	if r.Momentum == 0 {
		return []slot{{name: "square_avg"}}
	}
	return []slot{{name: "square_avg"}, {name: "momentum_buffer"}}
}

func (r RMSProp) update(m memory, a amounts) {
	apply(r, m, a, rmsPropStep[float32], rmsPropStep[float64])
}

func rmsPropStep[T kernel.Float](r RMSProp, a amounts) kernel.RMSPropStep[T] {
	alpha := cmp.Or(r.Alpha, 0.99)
	return kernel.RMSPropStep[T]{
		Rate: T(a.rate), Scale: T(a.scale), Decay: T(a.decay),
		Alpha: T(alpha), Enter: T(1 - alpha), Momentum: T(r.Momentum), Eps: T(cmp.Or(r.Eps, 1e-8)),
	}
}
