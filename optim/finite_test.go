package optim_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// The place of what is not finite is named, and nothing has moved: not the parameter before it either.
func TestGradientThatIsNotFinite(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tt := range []struct {
		what string
		w, g gorgonia.Value
		want string
	}{
		{"sparse", testkit.Dense(make([]float64, 8), 4, 2), rows(4, 2, []int{3, 1}, []float64{1, 1, 1, nan}), "its gradient is NaN in row 1, element 1"},
		{"float32", testkit.Dense(make([]float32, 80), 2, 40), testkit.Dense(append(make([]float32, 79), float32(-inf)), 2, 40), "its gradient is -Inf in row 1, element 39"},
		{"matrix", testkit.Dense(make([]float64, 6), 3, 2), testkit.Dense([]float64{1, 1, 1, 1, inf, nan}, 3, 2), "its gradient is +Inf in row 2, element 0"},
		{"cube", testkit.Dense(make([]float64, 8), 2, 2, 2), testkit.Dense([]float64{1, 1, 1, 1, 1, 1, 1, nan}, 2, 2, 2), "its gradient is NaN in row 1, element 3"},
		{"vector", testkit.Dense(make([]float64, 3), 3), testkit.Dense([]float64{1, 1, inf}, 3), "its gradient is +Inf at element 2"},
		{"scalar", gorgonia.NewF64(0), gorgonia.NewF64(nan), "its gradient is NaN"},
	} {
		for name, cfg := range map[string]optim.Config{"": {}, "norm": {ClipNorm: 1}, "value": {ClipValue: 1}, "both": {ClipNorm: 1, ClipValue: 1}} {
			s := testkit.Must(optim.New(optim.Adam{}, cfg))
			first := &param{name: "first", value: testkit.Dense([]float64{1}, 1), grad: testkit.Dense([]float64{1}, 1)}
			w := &param{name: "w", value: tt.w, grad: tt.g}
			want := `optim: parameter "w": ` + tt.want + ": lower the learning rate, or look for a division by 0 or a logarithm of 0 in the loss"
			for _, call := range []func([]gorgonia.ValueGrad) error{s.Step, s.Accumulate} {
				if err := call(grads(first, w)); err == nil || err.Error() != want {
					t.Errorf("%s %s: got  %v\nwant %v", tt.what, name, err, want)
				}
			}
			if first.floats()[0] != 1 || elems(first.grad)[0] != 1 || slices.Max(elems(w.value)) != 0 || s.Steps() != 0 {
				t.Errorf("%s %s: something has moved", tt.what, name)
			}
			if empty := testkit.Must(optim.New(optim.Adam{}, cfg)); !bytes.Equal(saved(t, s), saved(t, empty)) {
				t.Errorf("%s %s: there is a state", tt.what, name)
			}
		}
	}
}

// Of a dense gradient that has few rows of a table those are looked at; numbers whose sum is too large are no reason to
// fail.
func TestGradientOfATableThatIsNotFinite(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		for _, bind := range []bool{false, true} {
			table := []float64{0, 0, 3e307, 0, 6e307, 0, math.NaN(), 1}
			m := newWords(t, isSparse, table, []float64{1, 1}, bind)
			s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1e-300}))
			for _, tt := range []struct {
				id   int
				want string
			}{
				{2, ""},
				{3, `optim: parameter "words.weight": its gradient is NaN in row 3, element 0: lower the learning rate, or look for a division by 0 or a logarithm of 0 in the loss`},
			} {
				if err := m.run(1, tt.id, 1); err != nil {
					t.Fatal(err)
				}
				if err := s.Step(m.grads()[:1]); (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
					t.Errorf("sparse %t, bound %t: got  %v\nwant %v", isSparse, bind, err, tt.want)
				}
			}
		}
	}
}

// Gradients that are finite may have a sum that is not.
func TestSumThatIsNotFinite(t *testing.T) {
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{}))
	w := &param{name: "w", value: testkit.Dense([]float64{0, 0}, 1, 2), grad: rows(1, 2, []int{0}, []float64{1, math.MaxFloat64})}
	tied := &param{name: "w#1", value: w.value, grad: w.grad}
	want := `optim: parameter "w": its gradient is +Inf in row 0, element 1: lower the learning rate, or look for a division by 0 or a logarithm of 0 in the loss`
	if err := s.Step(grads(w, tied)); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
}

func TestAllowNonFinite(t *testing.T) {
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{AllowNonFinite: true}))
	w := &param{name: "w", value: testkit.Dense([]float64{0, 0}, 2), grad: testkit.Dense([]float64{math.NaN(), math.Inf(1)}, 2)}
	step(t, s, w)
	if got := w.floats(); !math.IsNaN(got[0]) || !math.IsInf(got[1], -1) {
		t.Errorf("got %v", got)
	}
}

// Nobody looks at the gradient of what is frozen.
func TestFrozenGradientThatIsNotFinite(t *testing.T) {
	s := testkit.Must(optim.New(optim.SGD{}, optim.Config{Groups: []optim.Group{{Match: "old", Frozen: true}}}))
	old := &param{name: "old", value: testkit.Dense([]float64{1}, 1), grad: testkit.Dense([]float64{math.NaN()}, 1)}
	w := &param{name: "w", value: testkit.Dense([]float64{1}, 1), grad: testkit.Dense([]float64{1}, 1)}
	step(t, s, old, w)
	if old.floats()[0] != 1 || w.floats()[0] != 0 {
		t.Errorf("old %v, w %v", old.value, w.value)
	}
}
