package optim_test

import (
	"math"
	"testing"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// What the goldens do not have, by hand: three steps of one weight, from 1, with the gradients 2, −1 and 4,
// a learning rate of 0.1 and a decay of 0.5. The formulas are those of the pages of torch.optim.
func TestRulesByHand(t *testing.T) {
	for name, tt := range map[string]struct {
		rule optim.Rule
		next func(step int, w, g float64) float64 // the weight after a step, counted from 0
	}{
		"sgd with decay": {optim.SGD{}, func(_ int, w, g float64) float64 { return w - 0.1*(g+0.5*w) }},
		"sgd with dampening": {optim.SGD{Momentum: 0.8, Dampening: 0.25}, func() func(int, float64, float64) float64 {
			var v float64
			return func(step int, w, g float64) float64 {
				if d := g + 0.5*w; step == 0 {
					v = d
				} else {
					v = 0.8*v + 0.75*d
				}
				return w - 0.1*v
			}
		}()},
		"adagrad": {optim.Adagrad{LRDecay: 0.5, InitialAccumulator: 3}, func() func(int, float64, float64) float64 {
			s := 3.0
			return func(step int, w, g float64) float64 {
				d := g + 0.5*w
				s += d * d
				return w - 0.1/(1+0.5*float64(step))*d/(math.Sqrt(s)+1e-10)
			}
		}()},
		"rmsprop": {optim.RMSProp{}, func() func(int, float64, float64) float64 {
			var s float64
			return func(_ int, w, g float64) float64 {
				d := g + 0.5*w
				s = 0.99*s + 0.01*d*d
				return w - 0.1*d/(math.Sqrt(s)+1e-8)
			}
		}()},
		"rmsprop with momentum": {optim.RMSProp{Alpha: 0.9, Momentum: 0.8, Eps: 1e-3}, func() func(int, float64, float64) float64 {
			var s, v float64
			return func(_ int, w, g float64) float64 {
				d := g + 0.5*w
				s = 0.9*s + 0.1*d*d
				v = 0.8*v + d/(math.Sqrt(s)+1e-3)
				return w - 0.1*v
			}
		}()},
	} {
		s := testkit.Must(optim.New(tt.rule, optim.Config{LearningRate: 0.1, WeightDecay: 0.5}))
		p, want := &param{name: "w", value: testkit.Dense([]float64{1, 1}, 2)}, 1.0
		for i, g := range []float64{2, -1, 4} {
			p.grad = testkit.Dense([]float64{g, g}, 2)
			step(t, s, p)
			want = tt.next(i, want, g)
			if got := p.floats()[1]; math.Abs(got-want) > 1e-14 {
				t.Errorf("%s, step %d: %v, want %v", name, i, got, want)
			}
		}
	}
}

// float32 follows float64.
func TestFloat32(t *testing.T) {
	for name, rule := range rules {
		cfg := optim.Config{LearningRate: 0.05, WeightDecay: 0.1, ClipValue: 1, ClipNorm: 2}
		narrow, wide := newModel[float32](), newModel[float64]()
		sn, sw := testkit.Must(optim.New(rule, cfg)), testkit.Must(optim.New(rule, cfg))
		for range 10 {
			narrow.step(t, sn)
			wide.step(t, sw)
		}
		for i, want := range wide.all() {
			if got := float64(narrow.all()[i]); math.Abs(got-want) > 1e-5 {
				t.Errorf("%s: weight %d is %v, want %v", name, i, got, want)
				break
			}
		}
	}
}
