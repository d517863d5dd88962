package optim_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/floats"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

const vocab, dim = 7, 3

// compare makes 12 steps with sparse gradients of the rows that ids draws, and the same with dense ones, and
// returns both weights.
func compare(t *testing.T, rule optim.Rule, cfg optim.Config, ids func(*rand.Rand) []int) (got, want []float64) {
	rnd := testkit.NewRand(1)
	start := testkit.Randoms[float64](rnd, vocab*dim)
	a := &param{name: "w", value: testkit.Dense(slices.Clone(start), vocab, dim)}
	b := &param{name: "w", value: testkit.Dense(start, vocab, dim)}
	sa, sb := testkit.Must(optim.New(rule, cfg)), testkit.Must(optim.New(rule, cfg))
	for range 12 {
		i := ids(rnd)
		g := testkit.Randoms[float64](rnd, len(i)*dim)
		a.grad = rows(vocab, dim, i, g)
		full := make([]float64, vocab*dim)
		kernel.ScatterAdd(full, g, i, dim, kernel.NoRow)
		b.grad = testkit.Dense(full, vocab, dim)
		step(t, sa, a)
		step(t, sb, b)
	}
	return a.floats(), b.floats()
}

// Where every row is touched at every step, sparse and dense gradients give the same to the bit; for Adam up
// to the place of Eps, so that is made vanish. Norms are summed in another order.
func TestSparseEqualsDenseOfAllRows(t *testing.T) {
	for name, rule := range rules {
		if name == "adam" {
			rule = optim.Adam{Eps: 1e-30}
		}
		for _, tt := range []struct {
			cfg optim.Config
			tol float64
		}{
			{optim.Config{LearningRate: 0.1}, 0},
			{optim.Config{LearningRate: 0.1, WeightDecay: 0.1, ClipValue: 1}, 0},
			{optim.Config{LearningRate: 0.1, WeightDecay: 0.1, ClipNorm: 1, Schedule: optim.Cosine(3, 12, 0)}, 1e-12},
		} {
			got, want := compare(t, rule, tt.cfg, func(r *rand.Rand) []int { return r.Perm(vocab) })
			if name == "adam" {
				tt.tol = 1e-12
			}
			if d := floats.Distance(got, want, math.Inf(1)); !(d <= tt.tol) {
				t.Errorf("%s with %+v: off by %g", name, tt.cfg, d)
			}
		}
	}
}

// Where rows are idle, they miss nothing in these; TestGolden has the rest of the package comment's table.
func TestSparseEqualsDenseOfSomeRows(t *testing.T) {
	for name, rule := range map[string]optim.Rule{"sgd": optim.SGD{}, "adagrad": optim.Adagrad{LRDecay: 0.1, InitialAccumulator: 0.5}} {
		got, want := compare(t, rule, optim.Config{LearningRate: 0.1, ClipValue: 1}, func(r *rand.Rand) []int { return r.Perm(vocab)[:2] })
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", name, got, want)
		}
	}
}

// An idle row keeps its weights and its state, whatever the rule; a touched one that has rested goes on as
// if the idle steps had not been, except for what counts all steps of the table: Adam's bias correction,
// Adagrad's LRDecay.
func TestIdleRows(t *testing.T) {
	for name, rule := range rules {
		cfg := optim.Config{LearningRate: 0.1, WeightDecay: 0.1}
		rested, busy := testkit.Must(optim.New(rule, cfg)), testkit.Must(optim.New(rule, cfg))
		a := &param{name: "w", value: testkit.Dense([]float64{1, 2, 3, 4}, 2, 2)}
		b := &param{name: "w", value: testkit.Dense([]float64{1, 2, 3, 4}, 2, 2)}
		for _, g := range [][]float64{{1, -1}, nil, nil, {0.5, 2}} {
			a.grad = rows(2, 2, []int{1}, []float64{1, 1})
			if g != nil {
				a.grad = rows(2, 2, []int{0}, g)
				b.grad = a.grad
				step(t, busy, b)
			}
			before := slices.Clone(a.floats()[:2])
			step(t, rested, a)
			if g == nil && !slices.Equal(a.floats()[:2], before) {
				t.Errorf("%s: the idle row went from %v to %v", name, before, a.floats()[:2])
			}
		}
		same := slices.Equal(a.floats()[:2], b.floats()[:2])
		if counts := name == "adagrad" || name == "adam" || name == "adamw"; same == counts {
			t.Errorf("%s: %v after a rest, %v without", name, a.floats()[:2], b.floats()[:2])
		}
	}
}

// The documented difference between Adam's gradients, by hand: g = 1, so m = 0.1 and v = 0.001.
func TestAdamEps(t *testing.T) {
	const lr, eps = 0.1, 0.5
	for _, tt := range []struct {
		rule         optim.Rule
		sparse, want float64
	}{
		{optim.Adam{Eps: eps}, 0, lr / (1 + eps)},
		{optim.Adam{Eps: eps}, 1, lr / (1 + eps/math.Sqrt(0.001))},
		{optim.AdamW{Eps: eps}, 0, lr / (1 + eps)},
		{optim.AdamW{Eps: eps}, 1, lr / (1 + eps)},
	} {
		p := &param{name: "w", value: testkit.Dense([]float64{0}, 1, 1), grad: testkit.Dense([]float64{1}, 1, 1)}
		if tt.sparse == 1 {
			p.grad = rows(1, 1, []int{0}, []float64{1})
		}
		step(t, testkit.Must(optim.New(tt.rule, optim.Config{LearningRate: lr})), p)
		if got := p.value.(interface{ Float64s() []float64 }).Float64s()[0]; math.Abs(got+tt.want) > 1e-12 {
			t.Errorf("%#v, sparse %v: %v, want %v", tt.rule, tt.sparse, got, -tt.want)
		}
	}
}

// Steps do not allocate, but for the shapes of sparse gradients: nothing that grows with anything.
func TestStepAllocates(t *testing.T) {
	for name, rule := range rules {
		const vocab, dim = 1000, 8
		sparseParam := &param{name: "w", value: testkit.Dense(make([]float32, vocab*dim), vocab, dim),
			grad: rows(vocab, dim, []int{1, 5, 7}, testkit.Randoms[float32](testkit.NewRand(1), 3*dim))}
		tied := &param{name: "w#1", value: sparseParam.value,
			grad: rows(vocab, dim, []int{5, 9}, testkit.Randoms[float32](testkit.NewRand(2), 2*dim))}
		bias := &param{name: "b", value: testkit.Dense(make([]float32, 5), 5), grad: testkit.Dense(make([]float32, 5), 5)}
		out := &param{name: "out", value: testkit.Dense(make([]float32, 500), 500), grad: testkit.Dense(make([]float32, 500), 500)}
		same := &param{name: "out#1", value: out.value, grad: testkit.Dense(make([]float32, 500), 500)}
		s := testkit.Must(optim.New(rule, optim.Config{LearningRate: 0.1, WeightDecay: 0.1, ClipNorm: 1, ClipValue: 1}))
		params := grads(sparseParam, tied, bias, out, same)
		allocs := testing.AllocsPerRun(100, func() {
			if err := s.Step(params); err != nil {
				t.Fatal(err)
			}
		})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 100 {
			if err := s.Step(params); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		if bytes := (after.TotalAlloc - before.TotalAlloc) / 100; allocs > 6 || bytes > 200 {
			t.Errorf("%s: %v allocations and %d bytes a step, want at most 6 and 200", name, allocs, bytes)
		}
	}
}

// A step of 4 rows takes as long in a large table as in a small one: with 2¹⁴ times the rows, less than 50
// times the time. A step that looks at each row takes thousands of times as long.
func TestStepCostsTouchedRows(t *testing.T) {
	cost := func(vocab int) time.Duration {
		p := &param{name: "w", value: testkit.Dense(make([]float32, vocab*16), vocab, 16),
			grad: rows(vocab, 16, []int{1, 50, 7, 9}, testkit.Randoms[float32](testkit.NewRand(1), 4*16))}
		s := testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1, WeightDecay: 0.1, ClipNorm: 1}))
		best := time.Hour
		for range 50 { // the first makes the state
			start := time.Now()
			step(t, s, p)
			best = min(best, time.Since(start))
		}
		return best
	}
	if small, large := cost(1<<6), cost(1<<20); large > 50*small {
		t.Errorf("a step takes %v in a table of 2²⁰ rows, %v in one of 2⁶", large, small)
	}
}
