package optim

import (
	"cmp"
	"math"

	"gorgonia-embedding/internal/kernel"
)

// Adam divides a running mean of the gradient by the root of one of its square (Kingma and Ba, ICLR 2015,
// algorithm 1), as torch.optim.Adam: with d = gradient + WeightDecay·weight, at step t, from 1,
//
//	m      = Beta1·m + (1−Beta1)·d
//	v      = Beta2·v + (1−Beta2)·d²
//	weight = weight − LearningRate · m/(1−Beta1ᵗ) / (√(v/(1−Beta2ᵗ)) + Eps)
//
// For a sparse gradient it is torch.optim.SparseAdam: the divisor is (√v + Eps)/√(1−Beta2ᵗ).
type Adam struct {
	Beta1 float64 `json:"beta1,omitempty" help:"share of the mean of gradients that stays, in (0, 1); 0: 0.9"`
	Beta2 float64 `json:"beta2,omitempty" help:"share of the mean of squares that stays, in (0, 1); 0: 0.999"`
	Eps   float64 `json:"eps,omitempty" help:"term of the divisor, at least 1e-30; 0: 1e-8"`
}

func (r Adam) Name() string         { return "adam" }
func (r Adam) defaultRate() float64 { return 0.003 }
func (r Adam) check() error         { return r.checkAs("Adam") }

func (r Adam) checkAs(name string) error {
	return cmp.Or(
		want(fraction(r.Beta1), name+".Beta1", r.Beta1, "in (0, 1), or 0 for the default"),
		want(fraction(r.Beta2), name+".Beta2", r.Beta2, "in (0, 1), or 0 for the default"),
		checkEps(name+".Eps", r.Eps),
	)
}

func (r Adam) slots() []slot              { return []slot{{name: "exp_avg"}, {name: "exp_avg_sq"}} }
func (r Adam) update(m memory, a amounts) { apply(r, m, a, adamStep[float32], adamStep[float64]) }

// adamStep takes the root of the bias correction out of the divisor: into the rate and, for a dense gradient, Eps.
func adamStep[T kernel.Float](r Adam, a amounts) kernel.AdamStep[T] {
	beta1, beta2, eps := cmp.Or(r.Beta1, 0.9), cmp.Or(r.Beta2, 0.999), cmp.Or(r.Eps, 1e-8)
	correction1 := 1 - math.Pow(beta1, float64(a.step))
	correction2 := math.Sqrt(1 - math.Pow(beta2, float64(a.step)))
	if !a.sparse {
		eps *= correction2
	}
	return kernel.AdamStep[T]{
		Rate:  T(a.rate * correction2 / correction1),
		Scale: T(a.scale), Decay: T(a.decay), Keep: 1,
		Beta1: T(beta1), Enter1: T(1 - beta1), Beta2: T(beta2), Enter2: T(1 - beta2), Eps: T(eps),
	}
}
