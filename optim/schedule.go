package optim

import (
	"cmp"
	"math"
)

// Schedule gives the factor of the learning rate at a step, counted from 0: finite and at least 0. New
// reports the bad arguments of those that this package makes.
type Schedule interface {
	Factor(step int) float64
}

// ScheduleFunc makes a Schedule of a function.
type ScheduleFunc func(step int) float64

// Factor returns f(step).
func (f ScheduleFunc) Factor(step int) float64 { return f(step) }

// Constant returns a factor of 1.
func Constant() Schedule { return ScheduleFunc(func(int) float64 { return 1 }) }

// Linear rises in equal steps to 1 at step warmup−1, and falls in equal steps from 1 at step warmup to 0 at
// step total. It needs 0 ≤ warmup < total.
func Linear(warmup, total int) Schedule { return ramp{name: "Linear", warmup: warmup, total: total} }

// Cosine rises in equal steps to 1 at step warmup−1, and falls along half a cosine from 1 at step warmup to
// floor at step total (Loshchilov and Hutter, ICLR 2017, formula 5). It needs 0 ≤ warmup < total, and floor
// in [0, 1].
func Cosine(warmup, total int, floor float64) Schedule {
	return ramp{name: "Cosine", warmup: warmup, total: total, floor: floor, cosine: true}
}

// ramp is Linear and Cosine.
type ramp struct {
	name          string
	warmup, total int
	floor         float64
	cosine        bool
}

func (r ramp) check() error {
	return cmp.Or(
		want(r.warmup >= 0, r.name+"'s warmup", r.warmup, "at least 0"),
		want(r.total > r.warmup, r.name+"'s total", r.total, "more than its warmup"),
		want(r.floor >= 0 && r.floor <= 1, r.name+"'s floor", r.floor, "in [0, 1]"),
	)
}

// Factor returns the factor at a step.
func (r ramp) Factor(step int) float64 {
	if step < r.warmup {
		return float64(step+1) / float64(r.warmup)
	}
	left := float64(max(0, r.total-step)) / float64(r.total-r.warmup)
	if r.cosine {
		left = (1 - math.Cos(math.Pi*left)) / 2
	}
	return r.floor + (1-r.floor)*left
}

// StepDecay multiplies by factor once every so many steps, as torch.optim.lr_scheduler.StepLR. It needs
// every ≥ 1, and factor in (0, 1].
func StepDecay(every int, factor float64) Schedule { return stairs{every, factor} }

type stairs struct {
	every  int
	factor float64
}

func (s stairs) check() error {
	return cmp.Or(
		want(s.every >= 1, "StepDecay's every", s.every, "at least 1"),
		want(s.factor > 0 && s.factor <= 1, "StepDecay's factor", s.factor, "in (0, 1]"),
	)
}

// Factor returns the factor at a step.
func (s stairs) Factor(step int) float64 { return math.Pow(s.factor, float64(step/max(1, s.every))) }
