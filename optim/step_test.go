package optim_test

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/sparse"
)

// Nodes that share their weights are one parameter, with one update by the sum of the gradients.
func TestTied(t *testing.T) {
	sum := []float64{10, 20, 1, 2, 300, 400}
	for name, parts := range map[string][]gorgonia.Value{
		"sparse":           {rows(3, 2, []int{0, 2}, []float64{10, 20, 100, 150}), rows(3, 2, []int{2, 1}, []float64{200, 250, 1, 2})},
		"dense":            {testkit.Dense([]float64{10, 20, 0, 0, 100, 150}, 3, 2), testkit.Dense([]float64{0, 0, 1, 2, 200, 250}, 3, 2)},
		"sparse and dense": {rows(3, 2, []int{0, 2}, []float64{10, 20, 100, 150}), testkit.Dense([]float64{0, 0, 1, 2, 200, 250}, 3, 2)},
		"three":            {rows(3, 2, []int{0}, []float64{10, 20}), rows(3, 2, []int{2}, []float64{300, 400}), rows(3, 2, []int{1}, []float64{1, 2})},
	} {
		for ruleName, rule := range rules {
			if ruleName == "adam" {
				continue // Eps is elsewhere for the sparse one
			}
			start := []float64{1, 2, 3, 4, 5, 6}
			backing, alone := slices.Clone(start), &param{name: "w", value: testkit.Dense(start, 3, 2)}
			var tied []*param
			for i, g := range parts {
				tied = append(tied, &param{name: []string{"w", "w#1", "other"}[i], value: testkit.Dense(backing, 3, 2), grad: testkit.Must(gorgonia.CloneValue(g))})
			}
			cfg := optim.Config{LearningRate: 0.125, WeightDecay: 0.5}
			sa, sb := testkit.Must(optim.New(rule, cfg)), testkit.Must(optim.New(rule, cfg))
			for range 2 {
				alone.grad = testkit.Dense(slices.Clone(sum), 3, 2)
				for i, g := range parts {
					tied[i].grad = testkit.Must(gorgonia.CloneValue(g))
				}
				step(t, sa, tied...)
				step(t, sb, alone)
			}
			if !slices.Equal(backing, start) {
				t.Errorf("%s, %s: %v, want %v", name, ruleName, backing, start)
			}
			if !bytes.Equal(saved(t, sa), saved(t, sb)) {
				t.Errorf("%s, %s: the state is not that of one parameter called w", name, ruleName)
			}
			for _, p := range tied {
				if d, ok := p.grad.(*tensor.Dense); ok && slices.Max(d.Float64s()) != 0 {
					t.Errorf("%s: the gradient of %s is left at %v", name, p.name, d)
				}
			}
		}
	}
}

// A name's ending is cut off only if it is one of a tied node.
func TestNames(t *testing.T) {
	for name, want := range map[string]string{"w": "w", "w#1": "w", "w#12": "w", "w#": "w#", "w#a": "w#a", "#1": "#1", "w#1#2": "w#1"} {
		s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1}))
		step(t, s, &param{name: name, value: testkit.Dense([]float64{1, 1}, 2), grad: testkit.Dense([]float64{1, 1}, 2)})
		if !bytes.Contains(saved(t, s), []byte(`"`+want+`.step"`)) {
			t.Errorf("%s: want a parameter called %s in %q", name, want, saved(t, s))
		}
	}
}

// Without BindDualValues the gradients of two parameters can be one node: both are updated by it.
func TestSharedGradient(t *testing.T) {
	grad := testkit.Dense([]float64{2, 4}, 2)
	a := &param{name: "a", value: testkit.Dense([]float64{0, 0}, 2), grad: grad}
	b := &param{name: "b", value: testkit.Dense([]float64{0, 0}, 2), grad: grad}
	step(t, testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1, ClipValue: 3})), a, b)
	want := []float64{-2, -3}
	if !slices.Equal(a.floats(), want) || !slices.Equal(b.floats(), want) || grad.Float64s()[0] != 0 {
		t.Errorf("a %v, b %v, want %v; gradient %v, want 0", a.value, b.value, want, grad)
	}
	// Of tied parameters it counts twice.
	grad.Float64s()[0] = 2
	b.name, b.value = "a#1", a.value
	step(t, testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1})), a, b)
	if a.floats()[0] != -2-2*2 {
		t.Errorf("tied: %v, want -6", a.floats()[0])
	}
}

// Weights of every kind: tensors of rank 0 to 3, gorgonia's scalars, a view of some rows; both types.
func TestShapes(t *testing.T) {
	view := testkit.Must(testkit.Dense([]float64{9, 9, 1, 1, 1, 1, 9, 9}, 4, 2).Slice(gorgonia.S(1, 3))).(*tensor.Dense)
	all := []*param{
		{name: "cube", value: testkit.Dense([]float64{1, 1}, 1, 2, 1), grad: testkit.Dense([]float64{2, 2}, 1, 2, 1)},
		{name: "column", value: testkit.Dense([]float32{1, 1}, 2, 1), grad: testkit.Dense([]float32{2, 2}, 2)},
		{name: "scalar", value: gorgonia.NewF64(1), grad: gorgonia.NewF64(2)},
		{name: "scalar32", value: gorgonia.NewF32(1), grad: gorgonia.NewF32(2)},
		{name: "scalar tensor", value: tensor.New(tensor.FromScalar(1.0)), grad: tensor.New(tensor.FromScalar(2.0))},
		{name: "mixed", value: gorgonia.NewF64(1), grad: tensor.New(tensor.FromScalar(2.0))},
		{name: "view", value: view, grad: testkit.Dense([]float64{2, 2, 2, 2}, 2, 2)},
		{name: "no rows", value: testkit.Dense([]float64{0.5, 0.5}, 1, 2), grad: rows(1, 2, nil, []float64{})},
	}
	step(t, testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.25})), all...)
	for _, p := range all {
		for _, x := range elems(p.value) {
			if x != 0.5 {
				t.Errorf("%s is %v, want 0.5", p.name, p.value)
			}
		}
		for _, x := range elems(p.grad) {
			if x != 0 {
				t.Errorf("the gradient of %s is left at %v", p.name, p.grad)
			}
		}
	}
}

func elems(v gorgonia.Value) []float64 {
	switch data := v.Data().(type) {
	case []float64:
		return data
	case float64:
		return []float64{data}
	case float32:
		return []float64{float64(data)}
	case []float32:
		var wide []float64
		for _, x := range data {
			wide = append(wide, float64(x))
		}
		return wide
	}
	return nil
}

// An error leaves everything as it was, also what came before it in the list.
func TestStepErrors(t *testing.T) {
	matrix := func() *tensor.Dense { return testkit.Dense([]float64{1, 2, 3, 4}, 2, 2) }
	columns := tensor.New(tensor.WithShape(2, 2), tensor.AsFortran([]float64{1, 2, 3, 4}))
	transposed := matrix()
	if err := transposed.T(); err != nil {
		t.Fatal(err)
	}
	outside := testkit.Must(sparse.Wrap(2, 2, []int{1, 2}, make([]float64, 4)))
	shared := []float64{1, 2, 3, 4}
	twice := &param{name: "w", value: matrix(), grad: matrix()}
	frozen := optim.Config{LearningRate: 1, ClipNorm: 1}
	for _, tt := range []struct {
		params []gorgonia.ValueGrad
		want   string
	}{
		{grads(&param{value: matrix()}), "the parameter at position 1 has no name: give its node one, for state is kept by name"},
		{[]gorgonia.ValueGrad{nil}, "the parameter at position 1 has no name: give its node one, for state is kept by name"},
		{[]gorgonia.ValueGrad{(*gorgonia.Node)(nil)}, "the parameter at position 1 has no name: give its node one, for state is kept by name"},
		{grads(&param{name: "w"}), `parameter "w": it has no value: give its node one`},
		{grads(&param{name: "w", value: testkit.Dense([]int{1}, 1)}), `parameter "w": its weights must be float32 or float64, got int`},
		{grads(&param{name: "w", value: rows(2, 2, nil, []float64{})}), `parameter "w": its weights must be a *tensor.Dense or a scalar, got *sparse.Rows`},
		{grads(&param{name: "w", value: testkit.Dense([]float64{}, 0, 2)}), `parameter "w": its weights have no elements, but shape (0, 2)`},
		{grads(&param{name: "w", value: transposed}), `parameter "w": its weights must lie in memory row after row, without gaps: copy the view`},
		{grads(&param{name: "w", value: columns}), `parameter "w": its weights must lie in memory row after row, without gaps: copy the view`},
		{grads(&param{name: "w", value: matrix()}), `parameter "w": it has no gradient: run the machine before each Step`},
		{grads(&param{name: "w", value: matrix(), grad: transposed}), `parameter "w": its gradient must lie in memory row after row, without gaps: copy the view`},
		{grads(&param{name: "w", value: matrix(), grad: testkit.Dense([]float64{1, 2}, 2)}), `parameter "w": its gradient is (2) of float64: want (2, 2) of float64`},
		{grads(&param{name: "w", value: matrix(), grad: testkit.Dense([]float32{1, 2, 3, 4}, 2, 2)}), `parameter "w": its gradient is (2, 2) of float32: want (2, 2) of float64`},
		{grads(&param{name: "w", value: matrix(), grad: rows(3, 2, nil, []float64{})}), `parameter "w": its gradient is (3, 2) of float64: want (2, 2) of float64`},
		{grads(&param{name: "w", value: testkit.Dense([]float64{1, 2}, 2), grad: rows(1, 2, []int{0}, []float64{1, 2})}), `parameter "w": its gradient is (1, 2) of float64: want (2) of float64`},
		{grads(&param{name: "w", value: matrix(), grad: outside}), `parameter "w": id 2 at position 1 of its sparse gradient is outside [0, 2)`},
		{grads(twice, twice), `parameter "w": it is there twice: give Step each node once`},
		{grads(twice, &param{name: "w#1", value: matrix(), grad: matrix()}), `two parameters are called "w", an ending #1, #2, … apart: rename one, for state is kept by name`},
		{grads(&param{name: "w", value: testkit.Dense(shared, 2, 2), grad: matrix()}, &param{name: "v", value: testkit.Dense(shared, 4), grad: testkit.Dense(shared, 4)}),
			`parameter "v": its weights are (4) of float64, and those of "w", in the same memory, (2, 2) of float64: give both one shape`},
		{grads(&param{name: "first", value: matrix(), grad: matrix()}), `two parameters are called "first", an ending #1, #2, … apart: rename one, for state is kept by name`},
		{grads(&param{name: "w", value: matrix(), grad: testkit.Dense([]float64{1, math.NaN(), 1, 1}, 2, 2)}),
			`parameter "w": its gradient is NaN in row 0, element 1: lower the learning rate, or look for a division by 0 or a logarithm of 0 in the loss`},
		{grads(&param{name: "w", value: matrix(), grad: rows(2, 2, []int{1}, []float64{math.Inf(-1), 1})}),
			`parameter "w": its gradient is -Inf in row 1, element 0: lower the learning rate, or look for a division by 0 or a logarithm of 0 in the loss`},
		{grads(&param{name: "w", value: matrix(), grad: testkit.Dense([]float64{1e200, 1, 1, 1}, 2, 2)}),
			`parameter "w": the norm of its gradient is +Inf: lower the learning rate, or look for a division by 0 or a logarithm of 0 in the loss`},
	} {
		s := testkit.Must(optim.New(optim.Adam{}, frozen))
		first := &param{name: "first", value: matrix(), grad: testkit.Dense([]float64{1, 1, 1, 1}, 2, 2)}
		step(t, s, first)
		first.grad = testkit.Dense([]float64{1, 1, 1, 1}, 2, 2)
		weights, state := slices.Clone(first.floats()), saved(t, s)
		err := s.Step(append(grads(first), tt.params...))
		if err == nil || err.Error() != "optim: "+tt.want {
			t.Errorf("got  %v\nwant optim: %v", err, tt.want)
		}
		if !slices.Equal(first.floats(), weights) || !bytes.Equal(saved(t, s), state) || s.Steps() != 1 || first.grad.Data().([]float64)[0] != 1 {
			t.Errorf("after %q weights, gradient or state are changed", tt.want)
		}
		step(t, s, first) // and the solver is as good as before
	}
}

// A step that failed has not fixed the shape of a new parameter, and a frozen one may change its.
func TestShapeIsFixedByAnUpdate(t *testing.T) {
	s := testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 1, Groups: []optim.Group{{Match: "old", Frozen: true}}}))
	for n := range 3 {
		w := &param{name: "w", value: testkit.Dense(make([]float64, n+2), n+2)}
		old := &param{name: "old", value: testkit.Dense(make([]float64, n+2), n+2)}
		if n == 2 {
			w.grad = testkit.Dense(make([]float64, n+2), n+2)
			step(t, s, w, old)
		} else if err := s.Step(grads(w, old)); err == nil || err.Error() != `optim: parameter "w": it has no gradient: run the machine before each Step` {
			t.Errorf("got %v", err)
		}
	}
	step(t, s, &param{name: "old", value: testkit.Dense([]float32{1}, 1, 1)})
}

// A parameter keeps its shape from step to step, and the schedule must give a factor.
func TestStepErrorsOfLaterSteps(t *testing.T) {
	factor := 1.0
	s := testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 1, Schedule: optim.ScheduleFunc(func(step int) float64 { return factor })}))
	w := &param{name: "w", value: testkit.Dense([]float64{1, 2}, 1, 2), grad: testkit.Dense([]float64{1, 2}, 1, 2)}
	step(t, s, w)
	grown := &param{name: "w", value: testkit.Dense([]float32{1, 2, 3, 4}, 2, 2), grad: testkit.Dense([]float32{1, 2, 3, 4}, 2, 2)}
	err := s.Step(grads(grown))
	if want := `optim: parameter "w" is (2, 2) of float32, and its state is (1, 2) of float64: use the solver, or what was saved, of this model`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	for _, factor = range []float64{-1, math.NaN(), math.Inf(1)} {
		want := fmt.Sprintf(`optim: the schedule's factor at step 1 is %v: want a finite number of at least 0`, factor)
		if err := s.Step(grads(w)); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %v", err, want)
		}
	}
}

// A real graph: a table, a weight that is used transposed, a bias and a scalar, with gradients bound and not.
// The same steps give the same weights to the bit, for any GOMAXPROCS; the loss falls.
func TestGraph(t *testing.T) {
	train := func(bind bool) (weights []float64, first, last float64) {
		g := gorgonia.NewGraph()
		rnd := testkit.NewRand(1)
		words := testkit.Must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, Dtype: tensor.Float64, Init: layers.Normal(rnd, 1)}))
		out := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithName("out.weight"), gorgonia.WithShape(2, 3), gorgonia.WithValue(testkit.Dense(testkit.Randoms[float64](rnd, 6), 2, 3)))
		bias := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("out.bias"), gorgonia.WithShape(2), gorgonia.WithValue(testkit.Dense([]float64{0, 0}, 2)))
		scale := gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("scale"), gorgonia.WithValue(1.0))
		ids := testkit.Must(layers.Input(g, "ids", []int{4, 0, 4}))
		x := testkit.Must(words.Forward(ids))
		y := testkit.Must(gorgonia.BroadcastAdd(testkit.Must(gorgonia.Mul(x, testkit.Must(gorgonia.Transpose(out, 1, 0)))), bias, nil, []byte{0}))
		target := testkit.Must(layers.Input(g, "target", []float64{1, 2, 3, 4, 5, 6}, 3, 2))
		loss := testkit.Must(gorgonia.Sum(testkit.Must(gorgonia.Square(testkit.Must(gorgonia.Sub(testkit.Must(gorgonia.Mul(y, scale)), target))))))
		nodes := gorgonia.Nodes{words.Weight(), out, bias, scale}
		testkit.Must(gorgonia.Grad(loss, nodes...))
		opts := []gorgonia.VMOpt{}
		if bind {
			opts = append(opts, gorgonia.BindDualValues(nodes...))
		}
		vm := gorgonia.NewTapeMachine(g, opts...)
		defer vm.Close()
		s := testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.05, ClipNorm: 100}))
		for i := range 60 {
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			if last = loss.Value().Data().(float64); i == 0 {
				first = last
			}
			if err := s.Step(gorgonia.NodesToValueGrads(nodes)); err != nil {
				t.Fatal(err)
			}
			vm.Reset()
		}
		for _, n := range nodes {
			weights = append(weights, elems(n.Value())...)
		}
		return weights, first, last
	}
	want, first, last := train(true)
	if last > first/10 {
		t.Errorf("the loss goes from %v to %v", first, last)
	}
	if got, _, _ := train(false); !slices.Equal(got, want) {
		t.Errorf("without BindDualValues:\n got %v\nwant %v", got, want)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if got, _, _ := train(true); !slices.Equal(got, want) {
		t.Errorf("with GOMAXPROCS 1:\n got %v\nwant %v", got, want)
	}
}

func TestSolverPrints(t *testing.T) {
	s := testkit.Must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.01, Schedule: optim.Linear(0, 3)}))
	step(t, s, &param{name: "w", value: testkit.Dense([]float64{1}, 1), grad: testkit.Dense([]float64{1}, 1)})
	if got, want := fmt.Sprint(s), "adam, learning rate 0.006667, step 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
