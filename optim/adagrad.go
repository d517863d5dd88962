package optim

import (
	"cmp"

	"gorgonia-embedding/internal/kernel"
)

// Adagrad divides by the root of the sum of all squared gradients (Duchi, Hazan and Singer, JMLR 12, 2011),
// as torch.optim.Adagrad: with d the gradient and WeightDecay times the weight, sum becomes sum + d², and at
// step t, from 0, the weight loses LearningRate/(1 + t·LRDecay) · d/(√sum + Eps).
type Adagrad struct {
	LRDecay            float64 // at least 0; 0: none
	InitialAccumulator float64 // of the sum: at least 0
	Eps                float64 // at least 1e-30; 0: 1e-10
}

func (r Adagrad) name() string { return "Adagrad" }

func (r Adagrad) check() error {
	return cmp.Or(
		want(notNegative(r.LRDecay), "Adagrad.LRDecay", r.LRDecay, "finite and at least 0"),
		want(notNegative(r.InitialAccumulator), "Adagrad.InitialAccumulator", r.InitialAccumulator, "finite and at least 0"),
		checkEps("Adagrad.Eps", r.Eps),
	)
}

func (r Adagrad) slots() []slot { return []slot{{"sum", r.InitialAccumulator}} }

func (r Adagrad) update32(t *table[float32], a amounts) { adagrad(r, t, a) }
func (r Adagrad) update64(t *table[float64], a amounts) { adagrad(r, t, a) }

func adagrad[T kernel.Float](r Adagrad, t *table[T], a amounts) {
	kernel.AdagradRows(t.weights, t.state[0], t.grad, t.ids, t.dim, kernel.AdagradStep[T]{
		Rate:  T(a.rate / (1 + float64(a.step-1)*r.LRDecay)),
		Scale: T(a.scale), Decay: T(a.decay), Eps: T(cmp.Or(r.Eps, 1e-10)),
	})
}
