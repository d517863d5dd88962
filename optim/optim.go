// Package optim holds solvers for dense gradients and for those that touch few rows of a table.
//
// A Solver is a Rule, which says how a gradient changes weights, with a Config, which says how fast. It is a
// gorgonia.Solver: Step takes what gorgonia.NodesToValueGrads returns. A gradient that is a *sparse.Rows
// changes the rows that it holds, in time that depends on them and not on the table. Idle rows, weights and
// state, stay as they are, so against the dense gradient, which has zeros there, an idle row misses:
//
//	SGD          nothing
//	 + Momentum  the velocity neither moves it nor fades
//	Adagrad      nothing
//	RMSProp      the mean of squares does not fade, nor does a velocity, which does not move it
//	Adam, AdamW  the means neither move it nor fade; the step of the bias correction is the table's, as in
//	             torch.optim.SparseAdam
//	 WeightDecay the decay, L2 or AdamW's, of the steps that it was idle
//
// Where every row is touched at every step, both give the same, but for one thing: for a sparse gradient
// Adam adds Eps before the bias correction and not after it, because torch.optim.SparseAdam does.
//
// Sums run in a fixed order, and coefficients are computed in float64 and rounded once. A Solver is not for
// concurrent use.
package optim

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/sparse"
)

var _ gorgonia.Solver = &Solver{}

// Solver updates parameters. It keeps state for each by name; New makes one.
type Solver struct {
	rule   Rule
	cfg    Config
	steps  int
	params map[string]*param // all that were ever seen, or loaded

	turn   int                // counts calls of Step
	now    []*param           // those of this call, in order
	byAddr map[uintptr]*param // the same by the address of their weights

	inGraph  bool // a node makes the steps
	resuming bool // some of params were loaded and not seen yet
}

// New returns a solver that follows rule. It fails if a field of rule or cfg is outside its range.
func New(rule Rule, cfg Config) (*Solver, error) {
	if reflect.ValueOf(rule).Kind() != reflect.Struct {
		return nil, errors.Errorf("optim: want a rule by value, such as optim.Adam{}, got %T", rule)
	}
	if err := rule.check(); err != nil {
		return nil, err
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg.Groups = slices.Clone(cfg.Groups)
	for i, g := range cfg.Groups {
		cfg.Groups[i].LearningRate, cfg.Groups[i].WeightDecay = copied(g.LearningRate), copied(g.WeightDecay)
		cfg.Groups[i].FrozenRows = slices.Sorted(slices.Values(g.FrozenRows))
	}
	if cfg.Schedule == nil {
		cfg.Schedule = Constant()
	}
	return &Solver{rule: rule, cfg: cfg, params: map[string]*param{}, byAddr: map[uintptr]*param{}}, nil
}

// copied returns a pointer to a copy of x's value, or nil.
func copied(x *float64) *float64 {
	if x == nil {
		return nil
	}
	return new(*x)
}

// Steps returns how many steps were made, those before a Save and Load included.
func (s *Solver) Steps() int { return s.steps }

// LearningRate returns the learning rate of the next step, for parameters without one in their group.
func (s *Solver) LearningRate() float64 {
	return s.cfg.LearningRate * s.cfg.Schedule.Factor(s.steps)
}

// String returns such as "Adam, learning rate 0.003, step 120": the rate of the next step, and the steps made.
func (s *Solver) String() string {
	return fmt.Sprintf("%s, learning rate %.4g, step %d", s.rule.name(), s.LearningRate(), s.steps)
}

// Step makes one step: it updates the weights of params, tensors or scalars of float32 or float64, by their
// gradients. It sets those to zero to which Gorgonia would add the next run's, such as those bound by
// BindDualValues. Gradients that ClipValue limits are changed in place. Call it once a run: sparse gradients are
// those of the last run, whether or not there were other runs since the last step.
//
// A parameter is called what its Name method says; an ending #1, #2, … is cut off. Nodes whose values
// share their memory are one parameter, called as the first of them: their gradients are summed. So a table
// that is looked up twice, as "words.weight" and "words.weight#1", gets one update.
//
// Step fails, and has then changed nothing, if a parameter has no name, or that of another, no value or no
// gradient, a gradient of another shape or type, or one with ids outside the table; if with ClipNorm a
// gradient is not finite; and if what was loaded is of other parameters.
func (s *Solver) Step(params []gorgonia.ValueGrad) error {
	if s.inGraph {
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
		if p.frozen {
			continue
		}
		p.steps++
		p.resumed = false
		if s.cfg.ClipValue > 0 {
			p.clamp(s.cfg.ClipValue)
		}
		p.step(s.rule, amounts{step: p.steps, rate: p.rate * factor, decay: p.decay, scale: scale, sparse: p.isSparse()})
	}
	for _, p := range s.now { // after all updates: two parameters may share a gradient's memory
		p.zero(p.added)
	}
	s.steps++
	return nil
}

// read collects the parameters of a step in s.now, with their gradients summed, checks them all, and
// returns the factor that clipping by norm puts on them.
func (s *Solver) read(params []gorgonia.ValueGrad) (scale float64, err error) {
	s.turn++
	s.now = s.now[:0]
	clear(s.byAddr)
	for i, vg := range params {
		if err := s.readOne(i, vg); err != nil {
			return 0, err
		}
	}
	if err := s.checkResumed(); err != nil {
		return 0, err
	}
	for _, p := range s.now {
		if !p.frozen {
			p.sum(p.grads)
		}
	}
	return s.clipScale()
}

// readOne adds the i-th of a step's params to s.now, or its gradient to a parameter that shares its memory.
func (s *Solver) readOne(i int, vg gorgonia.ValueGrad) error {
	name := nameOf(vg)
	if !utf8.ValidString(name) {
		return errors.Errorf("optim: the parameter at position %d has a name that is not UTF-8, %q: rename its node, for state is saved by name", i, name)
	}
	if name == "" {
		return errors.Errorf("optim: the parameter at position %d has no name: give its node one, for state is kept by name", i)
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
		p = s.newParam(name)
		s.params[name] = p
	case p.turn == s.turn:
		return nil, errors.Errorf("optim: two parameters are called %q, an ending #1, #2, … apart: rename one, for state is kept by name", name)
	}
	p.turn = s.turn
	p.nodes, p.grads, p.added = p.nodes[:0], p.grads[:0], p.added[:0]
	return p, p.bind(weights)
}

// checkResumed fails if there are loaded parameters that are not in this step, and in this step new ones.
func (s *Solver) checkResumed() error {
	if !s.resuming {
		return nil
	}
	missing := ""
	for name, p := range s.params {
		if p.resumed && p.turn != s.turn && (missing == "" || name < missing) {
			missing = name
		}
	}
	for _, p := range s.now {
		if missing != "" && p.steps == 0 && !p.frozen {
			return errors.Errorf("optim: what was loaded has no parameter %q, but has %q, which the model has not: load the state of this model", p.name, missing)
		}
	}
	s.resuming = missing != ""
	return nil
}
