package bench

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// sparseAfter is Sparse with the solver's step after the run, as Gorgonia's own solvers make it.
func sparseAfter(vocab int, solver string) (Step, error) {
	s, err := newSolver(solver)
	if err != nil {
		return nil, err
	}
	m, err := newBagModel(vocab, true)
	if err != nil {
		return nil, err
	}
	m.compile()
	return m.step(s), nil
}

// dense is the same layer with a dense gradient and Gorgonia's solver.
func dense(vocab int, solver string) (Step, error) {
	m, err := newBagModel(vocab, false)
	if err != nil {
		return nil, err
	}
	m.compile(gorgonia.BindDualValues(m.params...))
	return m.step(stockSolver(solver)), nil
}

func stockSolver(name string) gorgonia.Solver {
	if name == "adam" {
		return gorgonia.NewAdamSolver(gorgonia.WithLearnRate(rateAdam))
	}
	return gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(rateSGD))
}

// stock is the step in Gorgonia's own ops, with its own solver: ByIndices, mean, product, log-softmax.
func stock(vocab int, solver string) (Step, error) {
	g := gorgonia.NewGraph()
	m := &graphModel{g: g, ids: make([]int, Batch*Time)}
	oneHot := make([]float32, Batch*Classes)
	m.labels = func(labels []int) {
		clear(oneHot)
		for i, label := range labels {
			oneHot[i*Classes+label] = 1
		}
	}
	words := leaf(g, "words", initial(vocab*Dim, 0), vocab, Dim)
	weight := leaf(g, "weight", initial(Classes*Dim, linearAt), Classes, Dim)
	bias := leaf(g, "bias", make([]float32, Classes), Classes)
	m.params = gorgonia.Nodes{words, weight, bias}
	logits, err := stockLogits(words, weight, bias, leaf(g, "ids", m.ids, Batch*Time))
	if err != nil {
		return nil, err
	}
	loss, err := stockLoss(logits, leaf(g, "labels", oneHot, Batch, Classes))
	if err != nil {
		return nil, err
	}
	if err := m.differentiate(loss); err != nil {
		return nil, err
	}
	m.compile(gorgonia.BindDualValues(m.params...))
	return m.step(stockSolver(solver)), nil
}

func stockLogits(words, weight, bias, ids *gorgonia.Node) (*gorgonia.Node, error) {
	rows, err := gorgonia.ByIndices(words, ids, 0)
	if err != nil {
		return nil, err
	}
	rows, err = gorgonia.Reshape(rows, tensor.Shape{Batch, Time, Dim})
	if err != nil {
		return nil, err
	}
	pooled, err := gorgonia.Mean(rows, 1)
	if err != nil {
		return nil, err
	}
	transposed, err := gorgonia.Transpose(weight)
	if err != nil {
		return nil, err
	}
	product, err := gorgonia.Mul(pooled, transposed)
	if err != nil {
		return nil, err
	}
	return gorgonia.BroadcastAdd(product, bias, nil, []byte{0})
}

func stockLoss(logits, oneHot *gorgonia.Node) (*gorgonia.Node, error) {
	logs, err := gorgonia.LogSoftMax(logits)
	if err != nil {
		return nil, err
	}
	of, err := gorgonia.HadamardProd(oneHot, logs)
	if err != nil {
		return nil, err
	}
	sums, err := gorgonia.Sum(of, 1)
	if err != nil {
		return nil, err
	}
	mean, err := gorgonia.Mean(sums)
	if err != nil {
		return nil, err
	}
	return gorgonia.Neg(mean)
}
