package optim

import (
	"cmp"

	"gorgonia-embedding/internal/kernel"
)

// RMSProp divides by the root of a running mean of squared gradients (Hinton, Neural Networks for Machine
// Learning, lecture 6e), as torch.optim.RMSprop: with d the gradient and WeightDecay times the weight, the
// mean becomes Alpha·mean + (1−Alpha)·d², and the weight loses LearningRate·d/(√mean + Eps). With Momentum it
// loses LearningRate times the velocity, which becomes Momentum·velocity + d/(√mean + Eps).
type RMSProp struct {
	Alpha    float64 // in (0, 1); 0: 0.99
	Eps      float64 // at least 1e-30; 0: 1e-8
	Momentum float64 // in [0, 1); 0: none
}

func (r RMSProp) name() string { return "RMSProp" }

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

func (r RMSProp) update32(t *table[float32], a amounts) { rmsProp(r, t, a) }
func (r RMSProp) update64(t *table[float64], a amounts) { rmsProp(r, t, a) }

func rmsProp[T kernel.Float](r RMSProp, t *table[T], a amounts) {
	alpha := cmp.Or(r.Alpha, 0.99)
	c := kernel.RMSPropStep[T]{
		Rate: T(a.rate), Scale: T(a.scale), Decay: T(a.decay),
		Alpha: T(alpha), Enter: T(1 - alpha), Momentum: T(r.Momentum), Eps: T(cmp.Or(r.Eps, 1e-8)),
	}
	if r.Momentum == 0 {
		kernel.RMSPropRows(t.weights, t.state[0], t.grad, t.ids, t.dim, c)
	} else {
		kernel.RMSPropMomentumRows(t.weights, t.state[0], t.state[1], t.grad, t.ids, t.dim, c)
	}
}
