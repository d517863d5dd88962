package optim

import (
	"cmp"
	"math"

	"gorgonia-embedding/internal/kernel"
)

// Adam follows a running mean of the gradient over the root of one of its square (Kingma and Ba, ICLR 2015,
// algorithm 1), as torch.optim.Adam: with d the gradient and WeightDecay times the weight,
// m becomes Beta1·m + (1−Beta1)·d and v becomes Beta2·v + (1−Beta2)·d², and at step t, from 1, the weight
// loses LearningRate · m/(1−Beta1ᵗ) / (√(v/(1−Beta2ᵗ)) + Eps). For a sparse gradient it is
// torch.optim.SparseAdam: the divisor is (√v + Eps)/√(1−Beta2ᵗ).
type Adam struct {
	Beta1 float64 // in (0, 1); 0: 0.9
	Beta2 float64 // in (0, 1); 0: 0.999
	Eps   float64 // at least 1e-30; 0: 1e-8
}

// AdamW is Adam with decoupled decay (Loshchilov and Hutter, ICLR 2019, algorithm 2), as torch.optim.AdamW:
// d is the gradient alone, and the weight is first multiplied by 1 − LearningRate·WeightDecay. PyTorch's
// default of WeightDecay is 0.01, here it is the Config's. For a sparse gradient the divisor is the same as
// for a dense one.
type AdamW struct {
	Beta1 float64 // in (0, 1); 0: 0.9
	Beta2 float64 // in (0, 1); 0: 0.999
	Eps   float64 // at least 1e-30; 0: 1e-8
}

func (r Adam) name() string  { return "Adam" }
func (r AdamW) name() string { return "AdamW" }

func (r Adam) check() error  { return r.checkAs("Adam") }
func (r AdamW) check() error { return Adam(r).checkAs("AdamW") }

func (r Adam) checkAs(name string) error {
	return cmp.Or(
		want(fraction(r.Beta1), name+".Beta1", r.Beta1, "in (0, 1), or 0 for the default"),
		want(fraction(r.Beta2), name+".Beta2", r.Beta2, "in (0, 1), or 0 for the default"),
		checkEps(name+".Eps", r.Eps),
	)
}

func (r Adam) slots() []slot  { return []slot{{name: "exp_avg"}, {name: "exp_avg_sq"}} }
func (r AdamW) slots() []slot { return Adam(r).slots() }

func (r Adam) update32(t *table[float32], a amounts) { adam(r, t, a, a.decay, 1, a.sparse) }
func (r Adam) update64(t *table[float64], a amounts) { adam(r, t, a, a.decay, 1, a.sparse) }
func (r AdamW) update32(t *table[float32], a amounts) {
	adam(Adam(r), t, a, 0, 1-a.rate*a.decay, false)
}
func (r AdamW) update64(t *table[float64], a amounts) {
	adam(Adam(r), t, a, 0, 1-a.rate*a.decay, false)
}

// adam multiplies the weights by keep and adds decay times them to the gradient. The root of the bias
// correction, taken out of the divisor, goes to the rate and, unless epsFirst, to Eps.
func adam[T kernel.Float](r Adam, t *table[T], a amounts, decay, keep float64, epsFirst bool) {
	beta1, beta2, eps := cmp.Or(r.Beta1, 0.9), cmp.Or(r.Beta2, 0.999), cmp.Or(r.Eps, 1e-8)
	correction1 := 1 - math.Pow(beta1, float64(a.step))
	correction2 := math.Sqrt(1 - math.Pow(beta2, float64(a.step)))
	if !epsFirst {
		eps *= correction2
	}
	kernel.AdamRows(t.weights, t.state[0], t.state[1], t.grad, t.ids, t.dim, kernel.AdamStep[T]{
		Rate:  T(a.rate * correction2 / correction1),
		Scale: T(a.scale), Decay: T(decay), Keep: T(keep),
		Beta1: T(beta1), Enter1: T(1 - beta1), Beta2: T(beta2), Enter2: T(1 - beta2), Eps: T(eps),
	})
}
