package optim

import (
	"math"
	"os"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/sparse"
)

// The example of docs/adding-an-optimizer.md is lion_rule_test.go.
func TestPageShowsLion(t *testing.T) {
	page, err := os.ReadFile("../docs/adding-an-optimizer.md")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("lion_rule_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```go\n"+string(file)+"```\n") {
		t.Error("the page does not show lion_rule_test.go as it is")
	}
}

type lionParam struct{ value, grad gorgonia.Value }

func (lionParam) Name() string                    { return "w" }
func (p lionParam) Value() gorgonia.Value         { return p.value }
func (p lionParam) Grad() (gorgonia.Value, error) { return p.grad, nil }

// Three steps from 1 with the gradients 2, −1 and 4, a rate of 0.1, a decay of 0.5 and betas of 0.9 and 0.5, by hand:
// m is 1, 0 and 2; 0.9m + 0.1g is 0.2, 0.8 and 0.4, each time positive; w is 0.95w − 0.1. A row without a gradient
// decays if the gradient is dense, and stays if it is sparse.
func TestLion(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		s, err := New(Lion{Beta2: 0.5}, Config{LearningRate: 0.1, WeightDecay: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		w := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, -1, 1, 1}))
		for _, g := range []float32{2, -1, 4} {
			var grad gorgonia.Value = tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{g, -g, 0, 0}))
			if isSparse {
				if grad, err = sparse.New(2, 2, []int{0}, []float32{g, -g}); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Step([]gorgonia.ValueGrad{lionParam{w, grad}}); err != nil {
				t.Fatal(err)
			}
		}
		want := []float64{0.572125, -0.572125, 0.857375, 0.857375}
		if isSparse {
			want[2], want[3] = 1, 1
		}
		for i, got := range w.Float32s() {
			if math.Abs(float64(got)-want[i]) > 1e-6 {
				t.Errorf("sparse %t: got %v, want %v", isSparse, w.Float32s(), want)
				break
			}
		}
	}
	w := tensor.New(tensor.WithBacking([]float64{1, 1}))
	s, err := New(Lion{}, Config{AllowNonFinite: true})
	if err == nil {
		err = s.Step([]gorgonia.ValueGrad{lionParam{w, tensor.New(tensor.WithBacking([]float64{math.NaN(), -1}))}})
	}
	if got := w.Float64s(); err != nil || !math.IsNaN(got[0]) || got[1] != 1.0003 {
		t.Errorf("a gradient of NaN gives %v, %v", got, err)
	}
}
