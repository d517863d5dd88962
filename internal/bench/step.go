package bench

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/machine"
	"gorgonia-embedding/optim"
)

// A Step trains the model of the step, table → mean of a text's rows → linear → cross-entropy, on one batch and
// returns the loss before it.
type Step func(ids, labels []int) (loss float32, err error)

// Sparse returns the Step that this module makes on a table of vocab rows: an EmbeddingBag with a sparse gradient, and
// a solver of package optim that makes its step in the graph. It returns an error for a solver that is not of Solvers.
func Sparse(vocab int, solver string) (Step, error) {
	m, err := newSparseModel(vocab, solver)
	if err != nil {
		return nil, err
	}
	m.compile()
	return m.step(nil), nil
}

// Direct returns the Step of Sparse on a machine.Machine, where Sparse has a TapeMachine.
func Direct(vocab int, solver string) (Step, error) {
	m, err := newSparseModel(vocab, solver)
	if err != nil {
		return nil, err
	}
	m.vm, err = machine.New(m.g)
	return m.step(nil), err
}

// newSparseModel returns a model of which a run makes a step.
func newSparseModel(vocab int, solver string) (*graphModel, error) {
	s, err := newSolver(solver)
	if err != nil {
		return nil, err
	}
	m, err := newBagModel(vocab, true)
	if err != nil {
		return nil, err
	}
	_, err = s.StepNode(m.params...)
	return m, err
}

func newSolver(name string) (*optim.Solver, error) {
	switch name {
	case "sgd":
		return optim.New(optim.SGD{}, optim.Config{LearningRate: rateSGD})
	case "adam":
		return optim.New(optim.Adam{}, optim.Config{LearningRate: rateAdam})
	}
	return nil, errors.Errorf("the solver must be one of %v, got %q", Solvers(), name)
}

// graphModel is a model in a Gorgonia graph.
type graphModel struct {
	g      *gorgonia.ExprGraph
	ids    []int       // memory of the input
	labels func([]int) // function that sets the labels
	params gorgonia.Nodes
	loss   gorgonia.Value
	vm     gorgonia.VM
}

func newBagModel(vocab int, sparse bool) (*graphModel, error) {
	g := gorgonia.NewGraph()
	m := &graphModel{g: g, ids: make([]int, Batch*Time)}
	words, err := layers.NewEmbeddingBag(g, "words", layers.EmbeddingBagConfig{
		NumEmbeddings: vocab, EmbeddingDim: Dim, IDs: layers.IDRules{Sparse: sparse}, Init: layers.From(initial(vocab*Dim, 0))})
	if err != nil {
		return nil, err
	}
	out, err := layers.NewLinear(g, "out", layers.LinearConfig{
		InFeatures: Dim, OutFeatures: Classes, Init: layers.From(initial(Classes*Dim, linearAt))})
	if err != nil {
		return nil, err
	}
	offsets, labels := make([]int, Batch+1), make([]int, Batch)
	for i := range offsets {
		offsets[i] = i * Time
	}
	m.labels = func(from []int) { copy(labels, from) }
	pooled, err := words.ForwardTexts(layers.Texts{
		IDs: leaf(g, "ids", m.ids, Batch*Time), Offsets: leaf(g, "offsets", offsets, Batch+1)})
	if err != nil {
		return nil, err
	}
	logits, err := out.Forward(pooled)
	if err != nil {
		return nil, err
	}
	cost, err := loss.CrossEntropy(logits, leaf(g, "labels", labels, Batch))
	if err != nil {
		return nil, err
	}
	m.params = append(words.Learnables(), out.Learnables()...)
	return m, m.differentiate(cost)
}

// differentiate adds the gradients of loss.
func (m *graphModel) differentiate(loss *gorgonia.Node) error {
	gorgonia.Read(loss, &m.loss)
	_, err := gorgonia.Grad(loss, m.params...)
	return err
}

// compile makes the machine, when all nodes are there.
func (m *graphModel) compile(opts ...gorgonia.VMOpt) { m.vm = gorgonia.NewTapeMachine(m.g, opts...) }

// step returns a Step that runs the machine and then, unless it is nil, the solver.
func (m *graphModel) step(solver gorgonia.Solver) Step {
	params := gorgonia.NodesToValueGrads(m.params)
	return func(ids, labels []int) (float32, error) {
		copy(m.ids, ids)
		m.labels(labels)
		if err := m.vm.RunAll(); err != nil {
			return 0, err
		}
		if solver != nil {
			if err := solver.Step(params); err != nil {
				return 0, err
			}
		}
		m.vm.Reset()
		loss, ok := m.loss.Data().(float32)
		if !ok {
			return 0, errors.Errorf("want a loss of float32, got %v", m.loss)
		}
		return loss, nil
	}
}

// leaf adds an input whose value is memory, a slice. The names are this package's own.
func leaf(g *gorgonia.ExprGraph, name string, memory any, shape ...int) *gorgonia.Node {
	return gorgonia.Must(layers.Input(g, name, memory, shape...))
}
