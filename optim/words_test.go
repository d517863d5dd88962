package optim_test

import (
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// words is a graph whose loss has a table and a matrix as parameters.
type words struct {
	ids    []int
	params gorgonia.Nodes
	vm     gorgonia.VM
}

// newWords returns a graph of Σ(words[ids]·out)², over tables that it shares with graphs of the same memory.
func newWords(t *testing.T, isSparse bool, table, out []float64, bind bool, opts ...gorgonia.VMOpt) *words {
	t.Helper()
	g := gorgonia.NewGraph()
	m := &words{ids: make([]int, 3)}
	e := testkit.Must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
		NumEmbeddings: 4, EmbeddingDim: 2, Dtype: tensor.Float64, IDs: layers.IDRules{Sparse: isSparse}, Init: layers.From(table)}))
	w := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("out"), gorgonia.WithShape(2, 1), gorgonia.WithValue(testkit.Dense(out, 2, 1)))
	x := testkit.Must(e.Forward(testkit.Must(layers.Input(g, "ids", m.ids, 3))))
	loss := testkit.Must(gorgonia.Sum(testkit.Must(gorgonia.Square(testkit.Must(gorgonia.Mul(x, w))))))
	m.params = append(e.Learnables(), w)
	testkit.Must(gorgonia.Grad(loss, m.params...))
	if bind && isSparse {
		opts = append(opts, gorgonia.BindDualValues(w))
	} else if bind {
		opts = append(opts, gorgonia.BindDualValues(m.params...))
	}
	m.vm = gorgonia.NewTapeMachine(g, opts...)
	return m
}

func (m *words) run(ids ...int) error {
	copy(m.ids, ids)
	m.vm.Reset()
	return m.vm.RunAll()
}

func (m *words) grads() []gorgonia.ValueGrad { return gorgonia.NodesToValueGrads(m.params) }
