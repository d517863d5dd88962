package bench

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
)

// A Trainer trains the model of the step, table → mean of a text's rows → linear → cross-entropy, on one batch
// and returns the loss before the step.
type Trainer func(ids, labels []int) (loss float32, err error)

// A Maker makes a Trainer of a table of vocab rows by the solver of that name, "sgd" or "adam".
type Maker func(vocab int, solver string) (Trainer, error)

// Learning rates of the step, by solver.
const (
	rateSGD  = 0.5
	rateAdam = 1e-3
)

// linearAt is where in the list of initial weights those of the linear layer begin.
const linearAt = 12345

// Sparse is this module's way: an EmbeddingBag with a sparse gradient, and a solver of package optim that makes its
// step in the graph.
func Sparse(vocab int, solver string) (Trainer, error) { return sparseTrainer(vocab, solver, true) }

// SparseAfter is Sparse with the solver's step after the run, as Gorgonia's own solvers make it.
func SparseAfter(vocab int, solver string) (Trainer, error) {
	return sparseTrainer(vocab, solver, false)
}

func sparseTrainer(vocab int, solver string, inGraph bool) (Trainer, error) {
	rule, cfg := optim.Rule(optim.SGD{}), optim.Config{LearningRate: rateSGD}
	if solver == "adam" {
		rule, cfg.LearningRate = optim.Adam{}, rateAdam
	}
	s, err := optim.New(rule, cfg)
	if err != nil {
		return nil, err
	}
	m, err := newBagModel(vocab, true)
	if err != nil {
		return nil, err
	}
	if !inGraph {
		m.compile()
		return m.trainer(s), nil
	}
	if _, err := s.StepNode(m.params...); err != nil {
		return nil, err
	}
	m.compile()
	return m.trainer(nil), nil
}

// Dense is the same layer with a dense gradient and Gorgonia's solver.
func Dense(vocab int, solver string) (Trainer, error) {
	m, err := newBagModel(vocab, false)
	if err != nil {
		return nil, err
	}
	m.compile(gorgonia.BindDualValues(m.params...))
	return m.trainer(stockSolver(solver)), nil
}

func stockSolver(name string) gorgonia.Solver {
	if name == "adam" {
		return gorgonia.NewAdamSolver(gorgonia.WithLearnRate(rateAdam))
	}
	return gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(rateSGD))
}

// graphModel is a model in a graph of Gorgonia's.
type graphModel struct {
	g      *gorgonia.ExprGraph
	ids    []int // the inputs' memory
	labels func([]int)
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
	offsets := make([]int, Batch+1)
	for i := range offsets {
		offsets[i] = i * Time
	}
	labels := make([]int, Batch)
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

// trainer returns what runs the machine, and then the solver unless that is nil.
func (m *graphModel) trainer(solver gorgonia.Solver) Trainer {
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

// leaf adds a leaf whose value is memory, a slice.
func leaf(g *gorgonia.ExprGraph, name string, memory any, shape ...int) *gorgonia.Node {
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(memory))
	return gorgonia.NewTensor(g, v.Dtype(), len(shape), gorgonia.WithName(name), gorgonia.WithShape(shape...), gorgonia.WithValue(v))
}
