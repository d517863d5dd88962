package optim_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	gonum "gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// A frozen row moves in no step: not by gradients, decay, velocity or a constraint, sparse or dense; the others
// move as they would without it.
func TestFrozenRows(t *testing.T) {
	frozen := []int{5, 0, 2}
	for name, rule := range rules {
		for _, isSparse := range []bool{false, true} {
			train := func(group optim.Group) []float64 {
				group.Match = "w"
				rnd := testkit.NewRand(3)
				w := &param{name: "w", value: testkit.Dense(testkit.Randoms[float64](rnd, vocab*dim), vocab, dim)}
				s := testkit.Must(optim.New(rule, optim.Config{LearningRate: 0.1, WeightDecay: 0.1, Groups: []optim.Group{group}}))
				for range 10 {
					ids, g := rnd.Perm(vocab)[:4], testkit.Randoms[float64](rnd, 4*dim)
					if isSparse {
						w.grad = rows(vocab, dim, ids, g)
					} else {
						full := make([]float64, vocab*dim)
						kernel.ScatterAdd(full, g, ids, dim, kernel.NoRow)
						w.grad = testkit.Dense(full, vocab, dim)
					}
					step(t, s, w)
				}
				return w.floats()
			}
			start := testkit.Randoms[float64](testkit.NewRand(3), vocab*dim)
			free, some := train(optim.Group{Constraint: optim.Constraint{MaxNorm: 1}}), train(optim.Group{Constraint: optim.Constraint{MaxNorm: 1}, FrozenRows: frozen})
			for id := range vocab {
				got, want := some[id*dim:(id+1)*dim], free[id*dim:(id+1)*dim]
				if slices.Contains(frozen, id) {
					want = start[id*dim : (id+1)*dim]
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, sparse %t: row %d is %v, want %v", name, isSparse, id, got, want)
				}
			}
		}
	}
}

// A frozen vector's rows are its elements.
func TestFrozenRowsOfVector(t *testing.T) {
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1, Groups: []optim.Group{{Match: "b", FrozenRows: []int{1}}}}))
	b := &param{name: "b", value: testkit.Dense([]float64{1, 2, 3}, 3), grad: testkit.Dense([]float64{1, 1, 1}, 3)}
	step(t, s, b)
	if !slices.Equal(b.floats(), []float64{0, 2, 2}) {
		t.Errorf("got %v", b.floats())
	}
	small := &param{name: "b", value: testkit.Dense([]float64{1}, 1), grad: testkit.Dense([]float64{1}, 1)}
	err := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1, Groups: []optim.Group{{Match: "b", FrozenRows: []int{0, 1}}}})).Step(grads(small))
	if want := `optim: parameter "b": row 1 of FrozenRows is outside [0, 1)`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
}

func TestConstraints(t *testing.T) {
	for _, tt := range []struct {
		c      optim.Constraint
		sparse bool
		want   []float64
	}{
		{optim.Constraint{MaxNorm: 1}, false, []float64{0.6, 0.8, 0, 0.5, 0, 0, 1, 0}},
		{optim.Constraint{UnitNorm: true}, false, []float64{0.6, 0.8, 0, 1, 0, 0, 1, 0}},
		{optim.Constraint{L2Ball: 0.5 * math.Sqrt(29.25)}, false, []float64{1.5, 2, 0, 0.25, 0, 0, 1, 0}},
		{optim.Constraint{L2Ball: 6}, false, []float64{3, 4, 0, 0.5, 0, 0, 2, 0}},
		{optim.Constraint{MaxNorm: 1}, true, []float64{0.6, 0.8, 0, 0.5, 0, 0, 2, 0}},
		{optim.Constraint{UnitNorm: true}, true, []float64{0.6, 0.8, 0, 0.5, 0, 0, 2, 0}},
		{optim.Constraint{L2Ball: 0.5 * math.Sqrt(29.25)}, true, []float64{1.5, 2, 0, 0.25, 0, 0, 1, 0}},
	} {
		s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1, Groups: []optim.Group{{Match: "w", Constraint: tt.c}}}))
		w := &param{name: "w", value: testkit.Dense([]float64{3, 4, 0, 0.5, 0, 0, 2, 0}, 4, 2), grad: testkit.Dense(make([]float64, 8), 4, 2)}
		if tt.sparse {
			w.grad = rows(4, 2, []int{0, 2}, make([]float64, 4))
		}
		step(t, s, w)
		if d := gonum.Distance(w.floats(), tt.want, math.Inf(1)); !(d < 1e-15) {
			t.Errorf("%+v, sparse %t: got %v, want %v", tt.c, tt.sparse, w.floats(), tt.want)
		}
	}
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1, Groups: []optim.Group{{Match: "*", Constraint: optim.Constraint{UnitNorm: true}}}}))
	bias := &param{name: "b", value: testkit.Dense([]float32{3, 4}, 2), grad: testkit.Dense([]float32{0, 0}, 2)}
	scale := &param{name: "s", value: gorgonia.NewF64(-3), grad: gorgonia.NewF64(0)}
	step(t, s, bias, scale)
	if got := bias.value.Data().([]float32); !slices.Equal(got, []float32{0.6, 0.8}) || scale.value.Data().(float64) != -1 {
		t.Errorf("a vector and a scalar became %v and %v", got, scale.value)
	}
}

// A table that grew goes on: old rows as if it had not, new rows from the state that they would have begun with.
func TestGrow(t *testing.T) {
	for name, rule := range rules {
		for _, isSparse := range []bool{false, true} {
			train := func(grow bool) []float64 {
				rnd, n := testkit.NewRand(5), vocab
				w := &param{name: "w", value: testkit.Dense(testkit.Randoms[float64](rnd, vocab*dim), vocab, dim)}
				s := testkit.Must(optim.New(rule, optim.Config{LearningRate: 0.1}))
				for i := range 8 {
					if grow && i == 4 {
						n = vocab + 2
						w.value = testkit.Dense(append(slices.Clone(w.floats()), 1, 2, 3, 4, 5, 6), n, dim)
						if err := s.Grow("w", n); err != nil {
							t.Fatal(err)
						}
					}
					ids, g := rnd.Perm(vocab)[:4], testkit.Randoms[float64](rnd, 4*dim)
					if isSparse {
						w.grad = rows(n, dim, ids, g)
					} else {
						full := make([]float64, n*dim)
						kernel.ScatterAdd(full, g, ids, dim, kernel.NoRow)
						w.grad = testkit.Dense(full, n, dim)
					}
					step(t, s, w)
				}
				return w.floats()
			}
			want := append(train(false), 1, 2, 3, 4, 5, 6)
			if got := train(true); !slices.Equal(got, want) {
				t.Errorf("%s, sparse %t:\n got %v\nwant %v", name, isSparse, got, want)
			}
		}
	}
}

// A state that grew is saved and loaded like any other, and one that was loaded grows.
func TestGrowAndLoad(t *testing.T) {
	for name, rule := range rules {
		cfg := optim.Config{LearningRate: 0.1}
		a, s := &param{name: "w", value: testkit.Dense([]float64{1, 2}, 1, 2), grad: testkit.Dense([]float64{3, 4}, 1, 2)}, testkit.Must(optim.New(rule, cfg))
		step(t, s, a)
		old := saved(t, s)
		grow := func(s *optim.Solver) {
			if err := s.Grow("w", 3); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		grow(s)
		loaded, grown := testkit.Must(optim.New(rule, cfg)), testkit.Must(optim.New(rule, cfg))
		if err := loaded.Load(bytes.NewReader(old)); err != nil {
			t.Fatal(err)
		}
		grow(loaded)
		if err := grown.Load(bytes.NewReader(saved(t, s))); err != nil {
			t.Fatal(err)
		}
		var want []float64
		for _, s := range []*optim.Solver{s, loaded, grown} {
			b := &param{name: "w", value: testkit.Dense(append(slices.Clone(a.floats()), 5, 6, 7, 8), 3, 2), grad: rows(3, 2, []int{2, 0}, []float64{1, 1, 1, 1})}
			step(t, s, b)
			b.grad = testkit.Dense([]float64{1, 2, 3, 4, 5, 6}, 3, 2)
			step(t, s, b)
			if want == nil {
				want = b.floats()
			} else if !slices.Equal(b.floats(), want) {
				t.Errorf("%s: got %v, want %v", name, b.floats(), want)
			}
		}
	}
}

// A table of two nodes, whose gradients the solver adds in memory of its own: new rows get theirs.
func TestGrowTied(t *testing.T) {
	s := testkit.Must(optim.New(optim.SGD{Momentum: 0.5}, optim.Config{LearningRate: 1}))
	a := &param{name: "w", value: testkit.Dense([]float64{0}, 1, 1), grad: testkit.Dense([]float64{1}, 1, 1)}
	b := &param{name: "w#1", value: a.value, grad: rows(1, 1, []int{0}, []float64{1})}
	step(t, s, a, b)
	if err := s.Grow("w", 2); err != nil {
		t.Fatal(err)
	}
	a.value, a.grad = testkit.Dense([]float64{-2, 0}, 2, 1), testkit.Dense([]float64{0, 1}, 2, 1)
	b.value, b.grad = a.value, rows(2, 1, []int{1}, []float64{2})
	step(t, s, a, b)
	if !slices.Equal(a.floats(), []float64{-3, -3}) {
		t.Errorf("got %v", a.floats())
	}
}

// What a new row's first step is.
func TestGrowInitialState(t *testing.T) {
	s := testkit.Must(optim.New(optim.Adagrad{InitialAccumulator: 3}, optim.Config{LearningRate: 1}))
	w := &param{name: "w", value: testkit.Dense([]float64{0}, 1, 1), grad: testkit.Dense([]float64{1}, 1, 1)}
	step(t, s, w)
	if err := s.Grow("w", 2); err != nil {
		t.Fatal(err)
	}
	w.value, w.grad = testkit.Dense([]float64{0, 0}, 2, 1), testkit.Dense([]float64{0, 1}, 2, 1)
	step(t, s, w)
	if got := w.floats()[1]; math.Abs(got+0.5) > 1e-9 {
		t.Errorf("the new row is %v, want −1/√(3+1)", got)
	}
}

func TestGrowErrors(t *testing.T) {
	s := testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 1}))
	step(t, s, &param{name: "w", value: testkit.Dense(make([]float64, 6), 3, 2), grad: testkit.Dense(make([]float64, 6), 3, 2)},
		&param{name: "b", value: testkit.Dense(make([]float64, 3), 3), grad: testkit.Dense(make([]float64, 3), 3)})
	before := string(saved(t, s))
	for _, tt := range []struct {
		name string
		rows int
		want string
	}{
		{"x", 4, `optim: no step has had a parameter "x": there is no state to grow`},
		{"w", 2, `optim: parameter "w" of shape (3, 2) cannot grow to 2 rows: want a table or a vector, and no fewer rows`},
		{"b", 2, `optim: parameter "b" of shape (3) cannot grow to 2 rows: want a table or a vector, and no fewer rows`},
	} {
		if err := s.Grow(tt.name, tt.rows); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
	if string(saved(t, s)) != before {
		t.Error("an error changed the state")
	}
}

// Constraints hold for rows whose squares, or whose scale, are beyond what a float holds.
func TestConstraintsOfExtremeRows(t *testing.T) {
	for _, tt := range []struct {
		constraint optim.Constraint
		row        []float64
	}{
		{optim.Constraint{UnitNorm: true}, []float64{1e-200, 1e-200}}, {optim.Constraint{UnitNorm: true}, []float64{1e200, 1e200}}, {optim.Constraint{MaxNorm: 1}, []float64{1e200, 1e200}},
	} {
		w := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking(tt.row))
		grad := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{0, 0}))
		s, err := optim.New(optim.SGD{}, optim.Config{LearningRate: 1, Groups: []optim.Group{{Match: "*", Constraint: tt.constraint}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Step([]gorgonia.ValueGrad{named{"w", w, grad}}); err != nil {
			t.Fatal(err)
		}
		for _, x := range tt.row {
			if math.Abs(x-math.Sqrt(0.5)) > 1e-12 {
				t.Errorf("%v: the row became %v", tt.constraint, tt.row)
				break
			}
		}
	}
}

type named struct {
	name        string
	value, grad gorgonia.Value
}

func (n named) Name() string                  { return n.name }
func (n named) Value() gorgonia.Value         { return n.value }
func (n named) Grad() (gorgonia.Value, error) { return n.grad, nil }

// The state of a vector grows as that of a table.
func TestGrowVector(t *testing.T) {
	step := func(s *optim.Solver, bias, grad []float64) []float64 {
		w := tensor.New(tensor.WithBacking(slices.Clone(bias)))
		if err := s.Step([]gorgonia.ValueGrad{named{"bias", w, tensor.New(tensor.WithBacking(slices.Clone(grad)))}}); err != nil {
			t.Fatal(err)
		}
		return w.Data().([]float64)
	}
	s, err := optim.New(optim.SGD{Momentum: 0.5}, optim.Config{LearningRate: 1})
	if err != nil {
		t.Fatal(err)
	}
	bias := step(s, []float64{0, 0}, []float64{1, 2})
	if err := s.Grow("bias", 3); err != nil {
		t.Fatal(err)
	}
	// velocities: 1 and 2, and none; all gradients are zero now
	if got, want := step(s, append(bias, 7), []float64{0, 0, 0}), []float64{-1.5, -3, 7}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
