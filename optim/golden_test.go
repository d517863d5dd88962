package optim_test

import (
	"math"
	"testing"

	gonum "gonum.org/v1/gonum/floats"

	"gorgonia-embedding/internal/golden"
	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// ruleOf returns the rule and the config of a golden case.
func ruleOf(t *testing.T, c golden.Case) (optim.Rule, optim.Config) {
	var name string
	p := struct {
		LR, Momentum, Eps, Alpha float64
		Nesterov                 bool
		Decay                    float64 `json:"weight_decay"`
		LRDecay                  float64 `json:"lr_decay"`
		Initial                  float64 `json:"initial_accumulator_value"`
		Betas                    [2]float64
	}{}
	c.Get(t, "optimizer", &name)
	c.Get(t, "params", &p)
	rules := map[string]optim.Rule{
		"SGD":        optim.SGD{Momentum: p.Momentum, Nesterov: p.Nesterov},
		"Adagrad":    optim.Adagrad{LRDecay: p.LRDecay, InitialAccumulator: p.Initial, Eps: p.Eps},
		"RMSprop":    optim.RMSProp{Alpha: p.Alpha, Eps: p.Eps, Momentum: p.Momentum},
		"Adam":       optim.Adam{Beta1: p.Betas[0], Beta2: p.Betas[1], Eps: p.Eps},
		"AdamW":      optim.AdamW{Beta1: p.Betas[0], Beta2: p.Betas[1], Eps: p.Eps},
		"SparseAdam": optim.Adam{Beta1: p.Betas[0], Beta2: p.Betas[1], Eps: p.Eps},
	}
	return rules[name], optim.Config{LearningRate: p.LR, WeightDecay: p.Decay}
}

// SGD without momentum and Adagrad, both without decay, miss nothing in idle rows: they also run their
// dense cases on sparse gradients, and the other way round.
func TestGolden(t *testing.T) {
	both := map[string]bool{"sgd": true, "sgd sparse": true, "adagrad": true, "adagrad sparse": true, "adagrad decay": true}
	for _, c := range golden.Load(t, golden.PyTorch, "optimizer") {
		var isSparse bool
		c.Get(t, "sparse", &isSparse)
		testGolden(t, c, c.Name, isSparse)
		if both[c.Name] {
			testGolden(t, c, c.Name+", the other gradient", !isSparse)
		}
	}
}

func testGolden(t *testing.T, c golden.Case, name string, isSparse bool) {
	t.Run(name, func(t *testing.T) {
		var steps []struct {
			IDs   []int
			Rows  [][]float64
			After [][]float64 `json:"weight_after"`
		}
		c.Get(t, "steps", &steps)
		w, shape := c.Floats(t, "weight")
		s := testkit.Must(optim.New(ruleOf(t, c)))
		p := &param{name: "w", value: testkit.Dense(w, shape...)}
		for i, st := range steps {
			if isSparse {
				p.grad = rows(shape[0], shape[1], st.IDs, flat(st.Rows))
			} else {
				g := make([]float64, len(w))
				kernel.ScatterAdd(g, flat(st.Rows), st.IDs, shape[1], kernel.NoRow)
				p.grad = testkit.Dense(g, shape...)
			}
			step(t, s, p)
			if d := gonum.Distance(w, flat(st.After), math.Inf(1)); !(d <= 1e-10) {
				t.Fatalf("step %d: off by %.3g", i, d)
			}
		}
	})
}

func flat(rows [][]float64) (elems []float64) {
	for _, r := range rows {
		elems = append(elems, r...)
	}
	return elems
}
