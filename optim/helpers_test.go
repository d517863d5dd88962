package optim_test

import (
	"bytes"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/sparse"
)

// param is a gorgonia.ValueGrad with a name.
type param struct {
	name        string
	value, grad gorgonia.Value
}

func (p *param) Name() string                  { return p.name }
func (p *param) Value() gorgonia.Value         { return p.value }
func (p *param) Grad() (gorgonia.Value, error) { return p.grad, nil }

// floats returns the weights of p.
func (p *param) floats() []float64 { return p.value.Data().([]float64) }

// rows returns a sparse gradient of vocab rows.
func rows(vocab, dim int, ids []int, data any) *sparse.Rows {
	return testkit.Must(sparse.New(vocab, dim, ids, data))
}

func grads(params ...*param) []gorgonia.ValueGrad {
	var all []gorgonia.ValueGrad
	for _, p := range params {
		all = append(all, p)
	}
	return all
}

func step(t testing.TB, s *optim.Solver, params ...*param) {
	t.Helper()
	if err := s.Step(grads(params...)); err != nil {
		t.Fatal(err)
	}
}

func saved(t testing.TB, s *optim.Solver) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := s.Save(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// rules are all rules, with all of their parts.
var rules = map[string]optim.Rule{
	"sgd":              optim.SGD{},
	"sgd momentum":     optim.SGD{Momentum: 0.9, Dampening: 0.5},
	"sgd nesterov":     optim.SGD{Momentum: 0.9, Nesterov: true},
	"adagrad":          optim.Adagrad{LRDecay: 0.1, InitialAccumulator: 0.5},
	"rmsprop":          optim.RMSProp{Alpha: 0.9},
	"rmsprop momentum": optim.RMSProp{Momentum: 0.9},
	"adam":             optim.Adam{},
	"adamw":            optim.AdamW{Beta1: 0.8, Beta2: 0.99, Eps: 1e-6},
}
