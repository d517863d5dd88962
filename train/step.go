package train

import (
	"cmp"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/machine"
	"gorgonia-embedding/optim"
)

// Model is anything with parameters to train, such as a layers.Layer.
type Model interface{ Learnables() gorgonia.Nodes }

// Step is a graph that trains: the loss that you drew, its gradients and a solver's step. It is for a loop of your own,
// which fills the inputs before each Run; a Trainer has a loop ready.
type Step struct {
	program
	solver *optim.Solver
	eval   program                // program of what was drawn, without gradients and step
	modes  []gorgonia.TrainModeOp // ops that do something else in training
}

// NewStep adds the gradients of loss, a scalar, with respect to the parameters of models, and a step of a new solver to
// the graph, and compiles it. Call it when the graph is complete, and call gorgonia.Read before it for what you want to
// read after a run. It fails if a field of cfg is outside its range or a parameter has no part in the loss.
func NewStep(loss *gorgonia.Node, rule optim.Rule, cfg optim.Config, models ...Model) (*Step, error) {
	solver, err := optim.New(rule, cfg)
	if err != nil {
		return nil, err
	}
	if err := checkLoss(loss); err != nil {
		return nil, errors.WithMessage(err, "train")
	}
	var params gorgonia.Nodes
	for i, m := range models {
		if m == nil {
			return nil, errors.Errorf("train: model %d of %d is nil", i+1, len(models))
		}
		params = append(params, m.Learnables()...)
	}
	if len(params) == 0 {
		return nil, errors.New("train: no models with parameters to train")
	}
	s := &Step{solver: solver}
	gorgonia.Read(loss, &s.eval.loss)
	if s.eval.vm, err = machine.New(loss.Graph().ExactSubgraphRoots(unread(loss.Graph())...)); err != nil {
		return nil, errors.WithMessage(err, "train")
	}
	for _, n := range loss.Graph().AllNodes() {
		if op, ok := n.Op().(gorgonia.TrainModeOp); ok {
			s.modes = append(s.modes, op)
		}
	}
	err = s.compile(loss, tape, func() error {
		if _, err := gorgonia.Grad(loss, params...); err != nil {
			return err
		}
		_, err := solver.StepNode(params...)
		return err
	})
	return s, errors.WithMessage(err, "train")
}

// Use makes vm, a machine of the whole graph such as a machine.Machine, what runs the steps in place of a TapeMachine.
func (s *Step) Use(vm gorgonia.VM) { s.vm = vm }

// Run makes a step on what the inputs hold and returns the loss before the step.
func (s *Step) Run() (loss float64, err error) { return s.run() }

// Evaluate computes what was drawn on what the inputs hold, with dropout off and without a step, and returns the loss.
// What was given to gorgonia.Read before NewStep is then that of the evaluation.
func (s *Step) Evaluate() (loss float64, err error) {
	if err := s.train(false); err != nil {
		return 0, err
	}
	loss, err = s.eval.run()
	return loss, cmp.Or(err, s.train(true))
}

// train tells the ops what the next run is for.
func (s *Step) train(on bool) (err error) {
	for _, op := range s.modes {
		err = cmp.Or(err, op.SetTraining(on))
	}
	return err
}

// unread returns the nodes of g that no other one reads.
func unread(g *gorgonia.ExprGraph) (roots gorgonia.Nodes) {
	for _, n := range g.AllNodes() {
		if !graphop.GraphOf(n).To(n.ID()).Next() {
			roots = append(roots, n)
		}
	}
	return roots
}

// Solver returns the solver, to be saved or looked at: a node of the graph makes its steps.
func (s *Step) Solver() *optim.Solver { return s.solver }

// program is a compiled graph with a loss.
type program struct {
	vm   gorgonia.VM
	loss gorgonia.Value // copy of the loss, valid after a run
}

// compile makes p the program of the graph of loss, to which finish adds what is to be run after it.
func (p *program) compile(loss *gorgonia.Node, kind string, finish func() error) (err error) {
	gorgonia.Read(loss, &p.loss)
	if err := finish(); err != nil {
		return err
	}
	if err := graphop.CheckHashes(loss.Graph()); err != nil {
		return err
	}
	if kind != direct {
		p.vm = gorgonia.NewTapeMachine(loss.Graph())
		return nil
	}
	p.vm, err = machine.New(loss.Graph())
	return err
}

// run runs the graph and returns the loss.
func (p *program) run() (float64, error) {
	p.vm.Reset()
	if err := p.vm.RunAll(); err != nil {
		return 0, err
	}
	if loss, ok := p.loss.Data().(float32); ok {
		return float64(loss), nil
	}
	return p.loss.Data().(float64), nil
}
