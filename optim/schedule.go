package optim

import (
	"cmp"
	"math"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/choice"
)

// Schedule gives the factor of the learning rate at a step, counted from 0: finite and at least 0. New reports bad
// arguments of the schedules that this package makes.
type Schedule interface {
	Factor(step int) float64
}

// ScheduleFunc makes a Schedule of a function.
type ScheduleFunc func(step int) float64

// Factor returns f(step).
func (f ScheduleFunc) Factor(step int) float64 { return f(step) }

// checked is a Schedule with what is wrong with the arguments that it was made of.
type checked struct {
	ScheduleFunc
	err error
}

// Constant returns a factor of 1.
func Constant() Schedule { return ScheduleFunc(func(int) float64 { return 1 }) }

// Linear rises in equal steps to 1 at step warmup−1, and falls in equal steps from 1 at step warmup to 0 at step total.
// It needs 0 ≤ warmup < total.
func Linear(warmup, total int) Schedule {
	return ramp("Linear", warmup, total, 0, func(left float64) float64 { return left })
}

// Cosine rises in equal steps to 1 at step warmup−1, and falls along half a cosine from 1 at step warmup to floor at
// step total (Loshchilov and Hutter, ICLR 2017, formula 5). It needs 0 ≤ warmup < total, and floor in [0, 1].
func Cosine(warmup, total int, floor float64) Schedule {
	return ramp("Cosine", warmup, total, floor, func(left float64) float64 { return (1 - math.Cos(math.Pi*left)) / 2 })
}

// ramp is a schedule that falls to floor as fall says, a function of the share of its steps that are left.
func ramp(name string, warmup, total int, floor float64, fall func(left float64) float64) Schedule {
	factor := func(step int) float64 {
		if step < warmup {
			return float64(step+1) / float64(warmup)
		}
		return floor + (1-floor)*fall(float64(max(0, total-step))/float64(total-warmup))
	}
	return checked{factor, cmp.Or(
		want(warmup >= 0, name+"'s warmup", warmup, "at least 0"),
		want(total > warmup, name+"'s total", total, "more than its warmup"),
		want(floor >= 0 && floor <= 1, name+"'s floor", floor, "in [0, 1]"),
	)}
}

// StepDecay multiplies by factor once every so many steps, as torch.optim.lr_scheduler.StepLR. It needs every ≥ 1, and
// factor in (0, 1].
func StepDecay(every int, factor float64) Schedule {
	power := func(step int) float64 { return math.Pow(factor, float64(step/max(1, every))) }
	return checked{power, cmp.Or(
		want(every >= 1, "StepDecay's every", every, "at least 1"),
		want(factor > 0 && factor <= 1, "StepDecay's factor", factor, "in (0, 1]"),
	)}
}

// Course names a Schedule, as plain data, for a training whose number of steps is known later: constant, which an empty
// name means; linear or cosine, which fall to 0 at the end; or step, which falls to a tenth after each third.
type Course struct {
	Name   string  `json:"schedule,omitempty" help:"course of the learning rate over the training"`
	Warmup float64 `json:"warmup,omitempty" help:"share of the steps, in [0, 1), in which a linear or cosine course first rises"`
}

// course is an entry of the one table of courses.
type course struct {
	name  string
	rises bool // whether it has a warmup
	over  func(warmup, steps int) Schedule
}

// Name returns what a Course calls it.
func (c course) Name() string { return c.name }

// courses returns the table; its first entry is what an empty name means.
func courses() choice.Of[course] {
	return choice.Of[course]{
		{"constant", false, func(_, _ int) Schedule { return Constant() }},
		{"linear", true, Linear},
		{"cosine", true, func(warmup, steps int) Schedule { return Cosine(warmup, steps, 0) }},
		{"step", false, func(_, steps int) Schedule { return StepDecay((steps+2)/3, 0.1) }},
	}
}

// Courses returns the names that a Course can have.
func Courses() []string { return courses().Names() }

// Check returns an error that names the field that is not as it should be.
func (c Course) Check() error {
	_, err := c.Over(1)
	return err
}

// Over returns the Schedule for a training of so many steps, of which the Warmup is a share, rounded down. It fails if
// Check does, or if there is no step.
func (c Course) Over(steps int) (Schedule, error) {
	all := courses()
	found, err := all.Find("Course.Name", cmp.Or(c.Name, all[0].name))
	if err = cmp.Or(errors.WithMessage(err, "optim"),
		want(fraction(c.Warmup), "Course.Warmup", c.Warmup, "in [0, 1)"),
		want(found.rises || c.Warmup == 0, "Course.Warmup", c.Warmup, "0 for the course "+found.name),
		want(steps >= 1, "the number of steps of a Course", steps, "at least 1"),
	); err != nil {
		return nil, err
	}
	return found.over(int(c.Warmup*float64(steps)), steps), nil
}
