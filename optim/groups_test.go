package optim_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// two returns parameters called words.weight and out.bias, with gradients.
func two() []*param {
	return []*param{
		{name: "words.weight", value: testkit.Dense([]float64{1, 1}, 1, 2), grad: rows(1, 2, []int{0}, []float64{1, 1})},
		{name: "out.bias", value: testkit.Dense([]float64{1, 1}, 2), grad: testkit.Dense([]float64{1, 1}, 2)},
	}
}

// A Group that is for nothing is a mistake, which the first step reports, and which then has changed nothing.
func TestGroupWithoutAParameter(t *testing.T) {
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{Groups: []optim.Group{{Match: "*.bias"}, {Match: "word.weight"}}}))
	params := two()
	want := `optim: Groups[1].Match "word.weight" matches no parameter: there are "out.bias", "words.weight"`
	for range 2 {
		if err := s.Step(grads(params...)); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %v", err, want)
		}
	}
	if s.Steps() != 0 || params[0].floats()[0] != 1 || params[1].floats()[0] != 1 || params[1].grad.Data().([]float64)[0] != 1 {
		t.Errorf("after an error: %d steps, %v, %v", s.Steps(), params[0].value, params[1].value)
	}
	params[0].name = "word.weight"
	step(t, s, params...)
}

// The first step counts: later ones may be of other parameters, and do not look again, which would make memory.
func TestGroupsOfLaterSteps(t *testing.T) {
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{Groups: []optim.Group{{Match: "words.*"}, {Match: "*.bias"}, {Match: "old", Frozen: true}}}))
	params := two()
	step(t, s, append(params, &param{name: "old", value: testkit.Dense([]float64{1}, 1)})...) // frozen, and without a gradient
	step(t, s, params[1])
	step(t, s, params[0])
	all := grads(params...)
	if allocs := testing.AllocsPerRun(10, func() { _ = s.Step(all) }); allocs > 1 { // the shape of the sparse gradient
		t.Errorf("%v allocations a step", allocs)
	}
}

// After Load the first step is one of many: what was loaded counts too.
func TestGroupsOfLoadedParameters(t *testing.T) {
	cfg, params := optim.Config{Groups: []optim.Group{{Match: "words.*"}}}, two()
	s := testkit.Must(optim.New(optim.SGD{}, cfg))
	step(t, s, params...)
	next := testkit.Must(optim.New(optim.SGD{}, cfg))
	if err := next.Load(bytes.NewReader(saved(t, s))); err != nil {
		t.Fatal(err)
	}
	step(t, next, params[1])
	other := testkit.Must(optim.New(optim.SGD{}, optim.Config{Groups: []optim.Group{{Match: "in"}}}))
	if err := other.Load(bytes.NewReader(saved(t, s))); err != nil {
		t.Fatal(err)
	}
	want := `optim: Groups[0].Match "in" matches no parameter: there are "out.bias", "words.weight"`
	if err := other.Step(grads(params[1])); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
}

// Only the first of the names of shared weights is a parameter's.
func TestGroupOfASecondName(t *testing.T) {
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{Groups: []optim.Group{{Match: "head"}}}))
	w := &param{name: "w", value: testkit.Dense([]float64{1, 1}, 2), grad: testkit.Dense([]float64{1, 1}, 2)}
	head := &param{name: "head", value: w.value, grad: testkit.Dense([]float64{1, 1}, 2)}
	want := `optim: Groups[0].Match "head" matches no parameter: there are "w"`
	if err := s.Step(grads(w, head)); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
}

// Nodes of a graph: the parameters of all of them count, those without a gradient too.
func TestGroupsOfStepNodes(t *testing.T) {
	vector := func(g *gorgonia.ExprGraph, name string) *gorgonia.Node {
		return gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName(name), gorgonia.WithShape(1), gorgonia.WithValue(testkit.Dense([]float64{1}, 1)))
	}
	for match, want := range map[string]string{
		"a":   "",
		"b":   "",
		"old": "",
		"c":   `optim: Groups[1].Match "c" matches no parameter: there are "a", "b", "old"`,
	} {
		g := gorgonia.NewGraph()
		a, b, old := vector(g, "a"), vector(g, "b"), vector(g, "old")
		loss := testkit.Must(gorgonia.Sum(testkit.Must(gorgonia.Add(testkit.Must(gorgonia.Square(a)), testkit.Must(gorgonia.Square(b))))))
		testkit.Must(gorgonia.Grad(loss, a, b))
		s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 0.25, Groups: []optim.Group{{Match: "old", Frozen: true}, {Match: match}}}))
		testkit.Must(s.StepNode(a, old))
		testkit.Must(s.StepNode(b))
		vm := gorgonia.NewTapeMachine(g)
		err := vm.RunAll()
		vm.Close()
		all := slices.Concat(a.Value().Data().([]float64), b.Value().Data().([]float64))
		switch {
		case want == "" && (err != nil || !slices.Equal(all, []float64{0.5, 0.5})):
			t.Errorf("%s: %v, weights %v", match, err, all)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !slices.Equal(all, []float64{1, 1})):
			t.Errorf("got  %v\nwant %v; weights %v", err, want, all)
		}
	}
}
