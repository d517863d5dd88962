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
// Sums run in a fixed order; coefficients are computed in float64 and rounded once. A Solver is not for concurrent use,
// and a step writes the weights: graphs over the same weights must not run meanwhile.
package optim

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/sparse"
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
	return &Solver{rule: rule, cfg: cfg, params: map[string]*param{}, byAddr: map[uintptr]*param{}}, nil
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

// Step updates the weights of params, tensors or scalars of float32 or float64, by their gradients. It then clears the
// gradients to which Gorgonia would add those of the next run, such as those bound by BindDualValues. ClipValue
// changes gradients in place. Call Step once after each run: a sparse gradient is that of the last run only.
//
// The name of a parameter is what its Name method returns, without an ending #1, #2, … Nodes whose values share their
// memory are one parameter with the name of the first, and their gradients are summed: a table that is looked up
// twice, as "words.weight" and "words.weight#1", gets one update.
//
// Step fails, and has then changed nothing, if a parameter has no name or that of another one, no value, no gradient,
// a gradient of another shape or type, or one with ids outside the table; if a gradient is not finite and there is a
// ClipNorm; if the state that was loaded is that of other parameters; and, at the first step, if a Group matches no
// parameter.
func (s *Solver) Step(params []gorgonia.ValueGrad) error {
	if s.inGraph != nil {
		return errors.New("optim: a node of a graph makes the steps (StepNode): run it, and do not call Step")
	}
	return s.step(params)
}

func (s *Solver) step(params []gorgonia.ValueGrad) error {
	factor := s.cfg.Schedule.Factor(s.steps)
	if !(factor >= 0) || math.IsInf(factor, 0) {
		return errors.Errorf("optim: the schedule's factor at step %d is %v: want a finite number of at least 0", s.steps, factor)
	}
	scale, err := s.read(params)
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
	for _, p := range s.now { // after all updates: two parameters may share a gradient's memory
		p.zero(p.added)
	}
	s.steps++
	return nil
}

// read checks the parameters of a step, collects them in s.now with their gradients summed, and returns the factor of
// the gradients that ClipNorm asks for.
func (s *Solver) read(params []gorgonia.ValueGrad) (scale float64, err error) {
	s.turn++
	s.now = s.now[:0]
	clear(s.byAddr)
	for i, vg := range params {
		if err := s.readOne(i, vg); err != nil {
			return 0, err
		}
	}
	if err := cmp.Or(s.checkGroups(), s.checkResumed()); err != nil {
		return 0, err
	}
	for _, p := range s.now {
		if !p.Frozen {
			p.sum(p.grads)
		}
	}
	return s.clipScale()
}

// readOne adds the i-th of a step's params to s.now, or its gradient to a parameter that shares its memory.
func (s *Solver) readOne(i int, vg gorgonia.ValueGrad) error {
	name := nameOf(vg)
	switch {
	case name == "":
		return errors.Errorf("optim: the parameter at position %d has no name: give its node one, for state is kept by name", i)
	case !utf8.ValidString(name):
		return errors.Errorf("optim: the parameter at position %d has a name that is not UTF-8, %q: rename its node, for state is saved by name", i, name)
	}
	weights := vg.Value()
	if err := checkWeights(weights); err != nil {
		return errors.WithMessagef(err, "optim: parameter %q", name)
	}
	addr := weights.Uintptr()
	p, ok := s.byAddr[addr]
	if !ok {
		var err error
		if p, err = s.param(sparse.BaseName(name), weights); err != nil {
			return err
		}
		s.byAddr[addr] = p
		s.now = append(s.now, p)
	}
	if err := p.add(name, weights, vg); err != nil {
		return errors.WithMessagef(err, "optim: parameter %q", name)
	}
	return nil
}

// param returns the parameter of this name, a new one if there is none, with weights as its own.
func (s *Solver) param(name string, weights gorgonia.Value) (*param, error) {
	p := s.params[name]
	switch {
	case p == nil:
		p = &param{name: name, Group: s.cfg.of(name)}
		s.params[name] = p
	case p.turn == s.turn:
		return nil, errors.Errorf("optim: two parameters are called %q, an ending #1, #2, … apart: rename one, for state is kept by name", name)
	}
	p.turn = s.turn
	p.nodes, p.grads, p.added = p.nodes[:0], p.grads[:0], p.added[:0]
	return p, p.bind(weights)
}
