package optim

import (
	"cmp"

	"gorgonia-embedding/internal/kernel"
)

// Adagrad divides by the root of the sum of all squared gradients (Duchi, Hazan and Singer, JMLR 12, 2011), as
// torch.optim.Adagrad: with d = gradient + WeightDecay·weight, at step t, from 0,
//
//	sum    = sum + d²
//	weight = weight − LearningRate/(1 + t·LRDecay) · d/(√sum + Eps)
type Adagrad struct {
	LRDecay            float64 `json:"lr_decay,omitempty" help:"decay of the learning rate from step to step, at least 0"`
	InitialAccumulator float64 `json:"initial_accumulator,omitempty" help:"sum of squares before the first step, at least 0"`
	Eps                float64 `json:"eps,omitempty" help:"term of the divisor, at least 1e-30; 0: 1e-10"`
}

func (r Adagrad) Name() string         { return "adagrad" }
func (r Adagrad) defaultRate() float64 { return 0.1 }

func (r Adagrad) check() error {
	return cmp.Or(
		want(notNegative(r.LRDecay), "Adagrad.LRDecay", r.LRDecay, "finite and at least 0"),
		want(notNegative(r.InitialAccumulator), "Adagrad.InitialAccumulator", r.InitialAccumulator, "finite and at least 0"),
		checkEps("Adagrad.Eps", r.Eps),
	)
}

func (r Adagrad) slots() []slot { return []slot{{"sum", r.InitialAccumulator}} }

func (r Adagrad) update(m memory, a amounts) {
	apply(r, m, a, adagradStep[float32], adagradStep[float64])
}

func adagradStep[T kernel.Float](r Adagrad, a amounts) kernel.AdagradStep[T] {
	return kernel.AdagradStep[T]{
		Rate:  T(a.rate / (1 + float64(a.step-1)*r.LRDecay)),
		Scale: T(a.scale), Decay: T(a.decay), Eps: T(cmp.Or(r.Eps, 1e-10)),
	}
}
