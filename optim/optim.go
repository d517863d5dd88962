// Package optim holds solvers for dense gradients and for those that touch few rows of a table.
//
// A Solver is a Rule, which says how a gradient changes weights, and a Config, which says how fast. It is a
// gorgonia.Solver: Step takes what gorgonia.NodesToValueGrads returns. A gradient that is a *sparse.Rows changes the
// rows that it holds, in time that depends on them and not on the table. The weights and the state of all other rows
// stay as they are. Compared with a dense gradient, which has zeros for such an idle row, the row misses:
//
//	SGD             nothing
//	SGD + Momentum  that its velocity moves it, and fades
//	Adagrad         nothing
//	RMSProp         that its mean of squares fades; that its velocity moves it, and fades
//	Adam, AdamW     that its means move it, and fade; the bias correction counts the steps of the whole table, as in
//	                torch.optim.SparseAdam
//	WeightDecay     the decay, L2 or AdamW's, of the steps in which it was idle
//
// If every step touches every row, both kinds of gradient give the same weights, with one exception: for a sparse
// gradient Adam adds Eps before the bias correction and not after it, as torch.optim.SparseAdam does.
//
// A gradient that is NaN or infinite, or that no run has computed since the last step, is an error of the step, which
// has then changed nothing. Accumulate collects the gradients of several runs for one step.
//
// Sums run in a fixed order; coefficients are computed in float64 and rounded once. A Solver is not for concurrent use,
// and a step writes the weights: graphs over the same weights must not run meanwhile.
package optim

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"weak"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

var _ gorgonia.Solver = &Solver{}

// Solver updates parameters, and keeps the state of each under its name. New makes one.
type Solver struct {
	rule   Rule
	cfg    Config
	steps  int
	params map[string]*param // parameters that were in any step, or loaded

	turn   int                // number of calls of Step
	now    []*param           // parameters of this call, in its order
	byAddr map[uintptr]*param // parameters of this call by the address of their weights
	taken  []taken            // gradients of this call that runs of a graph computed

	uses        map[weak.Pointer[gorgonia.Node]]*use // what calls took from nodes of graphs
	accumulated bool                                 // whether some of params have a sum of Accumulate's

	inGraph  []string // names of the parameters that nodes of StepNode have
	grouped  bool     // whether a step has shown that each of the Groups matches a parameter
	resuming bool     // whether some of params were loaded and have been in no step since
}

// New returns a solver that follows rule. It fails if a field of rule or cfg is outside its range.
func New(rule Rule, cfg Config) (*Solver, error) {
	if err := checkRule(rule); err != nil {
		return nil, err
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg.LearningRate = cmp.Or(cfg.LearningRate, rule.defaultRate())
	cfg.Groups = slices.Clone(cfg.Groups)
	for i, g := range cfg.Groups {
		g.LearningRate = new(*cmp.Or(g.LearningRate, &cfg.LearningRate))
		g.WeightDecay = new(*cmp.Or(g.WeightDecay, &cfg.WeightDecay))
		g.FrozenRows = slices.Sorted(slices.Values(g.FrozenRows))
		cfg.Groups[i] = g
	}
	if cfg.Schedule == nil {
		cfg.Schedule = Constant()
	}
	return &Solver{rule: rule, cfg: cfg, params: map[string]*param{}, byAddr: map[uintptr]*param{}, uses: map[weak.Pointer[gorgonia.Node]]*use{}}, nil
}

// Steps returns how many steps were made, those before a Save and Load included.
func (s *Solver) Steps() int { return s.steps }

// LearningRate returns the learning rate of the next step, for parameters without one in their group.
func (s *Solver) LearningRate() float64 {
	return s.cfg.LearningRate * s.cfg.Schedule.Factor(s.steps)
}

// String returns a line such as "adam, learning rate 0.003, step 120", with the rate of the next step.
func (s *Solver) String() string {
	return fmt.Sprintf("%s, learning rate %.4g, step %d", s.rule.Name(), s.LearningRate(), s.steps)
}

// Step updates the weights of params, tensors or scalars of float32 or float64, by their gradients and what Accumulate
// has summed. It then clears the gradients to which Gorgonia would add those of the next run, such as those bound by
// BindDualValues. ClipValue changes gradients in place. Call Step once after each run: a gradient that is not bound is
// that of the last run only.
//
// The name of a parameter is what its Name method returns, without an ending #1, #2, … Nodes whose values share their
// memory are one parameter with the name of the first, and their gradients are summed: a table that is looked up
// twice, as "words.weight" and "words.weight#1", gets one update.
//
// Step fails, and has then changed nothing, if a parameter has no name or that of another one, no value, no gradient, a
// gradient of another shape or type, one that is not finite (unless AllowNonFinite is set), or one with ids outside the
// table; if no run has computed the gradient of a node since the solver took it, because there was none or it failed;
// if the state that was loaded is that of other parameters; if a parameter that was accumulated is missing; and, at the
// first step, if a Group matches no parameter. A gorgonia.ValueGrad of your own, which is no *gorgonia.Node, is taken
// at its word each time.
func (s *Solver) Step(params []gorgonia.ValueGrad) error {
	if err := s.checkNoNode(); err != nil {
		return err
	}
	return s.step(params)
}

func (s *Solver) step(params []gorgonia.ValueGrad) error {
	factor := s.cfg.Schedule.Factor(s.steps)
	if !(factor >= 0) || math.IsInf(factor, 0) {
		return errors.Errorf("optim: the schedule's factor at step %d is %v: want a finite number of at least 0", s.steps, factor)
	}
	if err := s.read(params); err != nil {
		return err
	}
	if err := cmp.Or(s.checkGroups(), s.checkResumed(), s.checkAccumulated(), s.checkRuns(true)); err != nil {
		return err
	}
	scale, err := s.sum()
	if err != nil {
		return err
	}
	for _, p := range s.now { // nothing fails from here on
		if p.Frozen {
			continue
		}
		p.steps++
		p.resumed = false
		if s.cfg.ClipValue > 0 {
			p.clamp(s.cfg.ClipValue)
		}
		p.step(p, s.rule, amounts{p.steps, *p.LearningRate * factor, *p.WeightDecay, scale, p.isSparse()})
	}
	s.ZeroGrad()
	s.finish()
	s.steps++
	return nil
}

// sum adds up the gradients of each parameter and returns the factor of them that ClipNorm asks for.
func (s *Solver) sum() (scale float64, err error) {
	for _, p := range s.now {
		p.sumGrads(false)
	}
	if s.cfg.ClipNorm == 0 || s.cfg.ClipValue > 0 { // else the norm shows it
		if err := s.checkFinite(); err != nil {
			return 0, err
		}
	}
	return s.clipScale()
}

// finish ends a call that has taken the gradients.
func (s *Solver) finish() {
	for _, p := range s.now { // after all updates: two parameters may share a gradient's memory
		p.zero(p.added)
	}
	s.remember()
}

// checkNoNode fails for a solver whose steps are made by a node.
func (s *Solver) checkNoNode() error {
	if s.inGraph != nil {
		return errors.New("optim: a node of a graph makes the steps (StepNode): run it, and do not call Step")
	}
	return nil
}
