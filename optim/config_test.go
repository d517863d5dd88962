package optim_test

import (
	"math"
	"testing"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

func TestNewErrors(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	ok := optim.Config{LearningRate: 0.1}
	group := func(g optim.Group) optim.Config {
		return optim.Config{LearningRate: 0.1, Groups: []optim.Group{{Match: "*"}, g}}
	}
	scheduled := func(s optim.Schedule) optim.Config { return optim.Config{LearningRate: 0.1, Schedule: s} }
	for _, tt := range []struct {
		rule optim.Rule
		cfg  optim.Config
		want string
	}{
		{nil, ok, "want a rule by value, such as optim.Adam{}, got <nil>"},
		{&optim.Adam{}, ok, "want a rule by value, such as optim.Adam{}, got *optim.Adam"},
		{(*optim.SGD)(nil), ok, "want a rule by value, such as optim.Adam{}, got *optim.SGD"},
		{optim.SGD{}, optim.Config{LearningRate: -1}, "LearningRate must be positive and finite, or 0 for the rule's default, got -1"},
		{optim.SGD{}, optim.Config{LearningRate: inf}, "LearningRate must be positive and finite, or 0 for the rule's default, got +Inf"},
		{optim.SGD{}, optim.Config{LearningRate: nan}, "LearningRate must be positive and finite, or 0 for the rule's default, got NaN"},
		{optim.SGD{}, optim.Config{LearningRate: 1, WeightDecay: -1}, "WeightDecay must be finite and at least 0, got -1"},
		{optim.SGD{}, optim.Config{LearningRate: 1, ClipValue: -1}, "ClipValue must be finite and at least 0, got -1"},
		{optim.SGD{}, optim.Config{LearningRate: 1, ClipNorm: nan}, "ClipNorm must be finite and at least 0, got NaN"},
		{optim.SGD{}, group(optim.Group{}), `Groups[1].Match must be a pattern of path.Match, got ""`},
		{optim.SGD{}, group(optim.Group{Match: "[w"}), `Groups[1].Match must be a pattern of path.Match, got "[w"`},
		{optim.SGD{}, group(optim.Group{Match: "w", LearningRate: new(0.0)}), `Groups[1].LearningRate must be positive and finite (Frozen stops updates), got 0`},
		{optim.SGD{}, group(optim.Group{Match: "w", WeightDecay: new(-0.5)}), `Groups[1].WeightDecay must be finite and at least 0, got -0.5`},
		{optim.SGD{}, group(optim.Group{Match: "w", FrozenRows: []int{2, -1}}), `Groups[1].FrozenRows[1] must be a row, from 0, got -1`},
		{optim.SGD{}, group(optim.Group{Match: "w", Constraint: optim.Constraint{MaxNorm: -1}}), `Groups[1].Constraint.MaxNorm must be positive and finite, or 0 for no limit, got -1`},
		{optim.SGD{}, group(optim.Group{Match: "w", Constraint: optim.Constraint{L2Ball: inf}}), `Groups[1].Constraint.L2Ball must be positive and finite, or 0 for no limit, got +Inf`},
		{optim.SGD{}, group(optim.Group{Match: "w", Constraint: optim.Constraint{MaxNorm: 1, UnitNorm: true}}), `Groups[1].Constraint must be one of MaxNorm, UnitNorm and L2Ball, got {MaxNorm:1 UnitNorm:true L2Ball:0}`},
		{optim.SGD{Momentum: 1}, ok, "SGD.Momentum must be in [0, 1), got 1"},
		{optim.SGD{Momentum: 0.5, Dampening: 2}, ok, "SGD.Dampening must be in [0, 1], got 2"},
		{optim.SGD{Dampening: 0.5}, ok, "SGD.Dampening must be 0 without Momentum, got 0.5"},
		{optim.SGD{Nesterov: true}, ok, "SGD.Momentum must be positive with Nesterov, got 0"},
		{optim.SGD{Momentum: 0.5, Dampening: 0.5, Nesterov: true}, ok, "SGD.Dampening must be 0 with Nesterov, got 0.5"},
		{optim.Adagrad{LRDecay: -1}, ok, "Adagrad.LRDecay must be finite and at least 0, got -1"},
		{optim.Adagrad{InitialAccumulator: -1}, ok, "Adagrad.InitialAccumulator must be finite and at least 0, got -1"},
		{optim.Adagrad{Eps: 1e-40}, ok, "Adagrad.Eps must be 0 for the default, or finite and at least 1e-30, got 1e-40"},
		{optim.RMSProp{Alpha: 1}, ok, "RMSProp.Alpha must be in (0, 1), or 0 for the default, got 1"},
		{optim.RMSProp{Momentum: -1}, ok, "RMSProp.Momentum must be in [0, 1), got -1"},
		{optim.RMSProp{Eps: -1}, ok, "RMSProp.Eps must be 0 for the default, or finite and at least 1e-30, got -1"},
		{optim.Adam{Beta1: 1}, ok, "Adam.Beta1 must be in (0, 1), or 0 for the default, got 1"},
		{optim.Adam{Beta2: nan}, ok, "Adam.Beta2 must be in (0, 1), or 0 for the default, got NaN"},
		{optim.AdamW{Beta2: -1}, ok, "AdamW.Beta2 must be in (0, 1), or 0 for the default, got -1"},
		{optim.AdamW{Eps: inf}, ok, "AdamW.Eps must be 0 for the default, or finite and at least 1e-30, got +Inf"},
		{optim.SGD{}, scheduled(optim.Linear(-1, 5)), "Linear's warmup must be at least 0, got -1"},
		{optim.SGD{}, scheduled(optim.Linear(5, 5)), "Linear's total must be more than its warmup, got 5"},
		{optim.SGD{}, scheduled(optim.Cosine(0, 0, 0)), "Cosine's total must be more than its warmup, got 0"},
		{optim.SGD{}, scheduled(optim.Cosine(0, 1, 2)), "Cosine's floor must be in [0, 1], got 2"},
		{optim.SGD{}, scheduled(optim.StepDecay(0, 0.1)), "StepDecay's every must be at least 1, got 0"},
		{optim.SGD{}, scheduled(optim.StepDecay(1, 10)), "StepDecay's factor must be in (0, 1], got 10"},
	} {
		if _, err := optim.New(tt.rule, tt.cfg); err == nil || err.Error() != "optim: "+tt.want {
			t.Errorf("got  %v\nwant optim: %v", err, tt.want)
		}
	}
}

func TestGroups(t *testing.T) {
	groups := []optim.Group{
		{Match: "*.bias", WeightDecay: new(0.0)},
		{Match: "words.*", LearningRate: new(0.25)},
		{Match: "old.*", Frozen: true},
		{Match: "words.weight", Frozen: true}, // comes too late
	}
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.5, WeightDecay: 1, Schedule: optim.StepDecay(1, 0.5), Groups: groups}))
	groups[2].Match = "old"                    // has no effect any more
	for _, want := range []map[string]float64{ // the weight is 1, and so is the gradient
		{"out.weight": 1 - 0.5*2, "out.bias": 1 - 0.5, "words.weight": 1 - 0.25*2, "old.weight": 1},
		{"out.weight": 1 - 0.25*2, "out.bias": 1 - 0.25, "words.weight": 1 - 0.125*2, "old.weight": 1},
	} {
		var params []*param
		for name := range want {
			params = append(params, &param{name: name, value: testkit.Dense([]float64{1, 1}, 2), grad: testkit.Dense([]float64{1, 1}, 2)})
		}
		step(t, s, params...)
		for _, p := range params {
			if got := p.floats()[0]; got != want[p.name] {
				t.Errorf("%s is %v, want %v", p.name, got, want[p.name])
			}
			if g := p.grad.Data().([]float64); g[0] != 0 {
				t.Errorf("%s: the gradient is left at %v", p.name, g)
			}
		}
	}
	// A frozen parameter needs no gradient.
	step(t, s, &param{name: "old.weight", value: testkit.Dense([]float64{1, 1}, 2)})
}
