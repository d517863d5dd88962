package optim

import "gorgonia-embedding/internal/kernel"

// AdamW is Adam with decoupled decay (Loshchilov and Hutter, ICLR 2019, algorithm 2), as torch.optim.AdamW: d is the
// gradient alone, and the weight is first multiplied by 1 − LearningRate·WeightDecay. PyTorch's default of
// WeightDecay is 0.01; here it is the Config's. The divisor for a sparse gradient is that for a dense one.
type AdamW Adam

func (r AdamW) Name() string         { return "adamw" }
func (r AdamW) defaultRate() float64 { return 0.003 }
func (r AdamW) check() error         { return Adam(r).checkAs("AdamW") }
func (r AdamW) slots() []slot        { return Adam(r).slots() }

func (r AdamW) update(m memory, a amounts) { apply(r, m, a, adamWStep[float32], adamWStep[float64]) }

func adamWStep[T kernel.Float](r AdamW, a amounts) kernel.AdamStep[T] {
	keep := T(1 - a.rate*a.decay)
	a.decay, a.sparse = 0, false
	c := adamStep[T](Adam(r), a)
	c.Keep = keep
	return c
}
