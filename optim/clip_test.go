package optim_test

import (
	"math"
	"slices"
	"testing"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/optim"
)

// SGD with a learning rate of 1 takes the clipped gradient from weights of 0.
func TestClip(t *testing.T) {
	for _, tt := range []struct {
		value, norm float64
		want        []float64 // of the gradient 3, 0, 0, −4 (sparse: row 0 alone has 3, 0), and 12
	}{
		{0, 0, []float64{3, 0, 0, -4, 12}},
		{3.5, 0, []float64{3, 0, 0, -3.5, 3.5}},
		{0, 13, []float64{3 * c(13, 13), 0, 0, -4 * c(13, 13), 12 * c(13, 13)}},
		{0, 6.5, []float64{3 * c(6.5, 13), 0, 0, -4 * c(6.5, 13), 12 * c(6.5, 13)}},
		{0, 20, []float64{3, 0, 0, -4, 12}},
		{4, 1, []float64{3 * c(1, math.Sqrt(41)), 0, 0, -4 * c(1, math.Sqrt(41)), 4 * c(1, math.Sqrt(41))}},
	} {
		words := &param{name: "words", value: testkit.Dense(make([]float64, 4), 2, 2), grad: rows(2, 2, []int{1, 0}, []float64{0, -4, 3, 0})}
		bias := &param{name: "bias", value: testkit.Dense(make([]float64, 2), 2), grad: testkit.Dense([]float64{12, 0}, 2)}
		// Frozen gradients do not count.
		frozen := &param{name: "frozen", value: testkit.Dense(make([]float64, 2), 2), grad: testkit.Dense([]float64{1000, math.NaN()}, 2)}
		s := testkit.Must(optim.New(optim.SGD{}, optim.Config{LearningRate: 1, ClipValue: tt.value, ClipNorm: tt.norm,
			Groups: []optim.Group{{Match: "frozen", Frozen: true}}}))
		step(t, s, frozen, words, bias)
		got := append(slices.Clone(words.floats()), bias.floats()[0])
		for i := range got {
			if math.Abs(-got[i]-tt.want[i]) > 1e-15*13 {
				t.Errorf("ClipValue %v, ClipNorm %v: %v, want −%v", tt.value, tt.norm, got, tt.want)
				break
			}
		}
	}
}

// c is PyTorch's factor for a norm above the limit.
func c(limit, norm float64) float64 { return limit / (norm + 1e-6) }

// Each rule takes the factor of ClipNorm as if the gradient had been multiplied by it.
func TestClipNormScalesTheGradient(t *testing.T) {
	for name, rule := range rules {
		a := &param{name: "w", value: testkit.Dense([]float64{1, -2}, 1, 2)}
		b := &param{name: "w", value: testkit.Dense([]float64{1, -2}, 1, 2)}
		sa := testkit.Must(optim.New(rule, optim.Config{LearningRate: 0.1, WeightDecay: 0.01, ClipNorm: 2.5}))
		sb := testkit.Must(optim.New(rule, optim.Config{LearningRate: 0.1, WeightDecay: 0.01}))
		for range 3 {
			a.grad = rows(1, 2, []int{0}, []float64{3, 4})
			b.grad = rows(1, 2, []int{0}, []float64{3 * c(2.5, 5), 4 * c(2.5, 5)})
			step(t, sa, a)
			step(t, sb, b)
		}
		for i := range a.floats() {
			if math.Abs(a.floats()[i]-b.floats()[i]) > 1e-14 {
				t.Errorf("%s: %v, want %v", name, a.floats(), b.floats())
			}
		}
	}
}
