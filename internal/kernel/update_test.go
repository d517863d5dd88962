package kernel

import (
	"math"
	"slices"
	"testing"
)

// Rows 2 and 0 of three take rows 0 and 1 of the gradient; row 1 stays. Numbers worked out by hand.
func TestUpdateRows(t *testing.T) {
	ids, grad := []int{2, 0}, []float64{2, 4, -1, 0}
	for name, tt := range map[string]struct {
		update func(w, a, b []float64)
		want   [3][]float64 // w, a, b
	}{
		"sgd": {func(w, _, _ []float64) { Update(Arrays[float64]{w}, grad, ids, 2, AddStep[float64]{-0.5}) },
			[3][]float64{{1.5, 1, 1, 1, 0, -1}}},
		"a step without assembly": {func(w, _, _ []float64) { Update(Arrays[float64]{w}, grad, ids, 2, signStep[float64]{}) },
			[3][]float64{{2, 1, 1, 1, 0, 0}}},
		"sgd with decay": {func(w, _, _ []float64) { Update(Arrays[float64]{w}, grad, ids, 2, DecayStep[float64]{0.5, 0.75}) },
			[3][]float64{{1.25, 0.75, 1, 1, -0.25, -1.25}}},
		"momentum": { // d = g/2 + w, v = v/2 + 2d, w −= (d/4 + v)/8
			func(w, v, _ []float64) {
				Update(Arrays[float64]{w, v}, grad, ids, 2, MomentumStep[float64]{Rate: 0.125, Scale: 0.5, Decay: 1, Momentum: 0.5, Enter: 2, Fresh: 0.25, Carried: 1})
			},
			[3][]float64{{1 - 2.125/8, 1 - 3.25/8, 1, 1, 1 - 5.5/8, 1 - 7.75/8}, {2, 3, 2, 2, 5, 7}}},
		"adagrad": { // d = g + w = 3, 5, 0, 1
			func(w, s, _ []float64) {
				Update(Arrays[float64]{w, s}, grad, ids, 2, AdagradStep[float64]{Rate: 0.5, Scale: 1, Decay: 1, Eps: 1})
			},
			[3][]float64{{1, 1 - 0.5/(math.Sqrt(3)+1), 1, 1, 1 - 1.5/(math.Sqrt(11)+1), 1 - 2.5/(math.Sqrt(27)+1)}, {2, 3, 2, 2, 11, 27}}},
		"rmsprop": { // s = s/2 + d²/4
			func(w, s, _ []float64) {
				Update(Arrays[float64]{w, s}, grad, ids, 2, RMSPropStep[float64]{Rate: 0.5, Scale: 1, Decay: 1, Alpha: 0.5, Enter: 0.25, Eps: 1})
			},
			[3][]float64{{1, 1 - 0.5/(math.Sqrt(1.25)+1), 1, 1, 1 - 1.5/(math.Sqrt(3.25)+1), 1 - 2.5/(math.Sqrt(7.25)+1)}, {1, 1.25, 2, 2, 3.25, 7.25}}},
		"rmsprop with momentum": { // d = 2g; s = s/2 + d²/4; v = v/2 + d/√s
			func(w, s, v []float64) {
				Update(Arrays[float64]{w, s, v}, grad, ids, 2, RMSPropStep[float64]{Rate: 0.5, Scale: 2, Alpha: 0.5, Enter: 0.25, Momentum: 0.5})
			},
			[3][]float64{{1 + 0.5*(2/math.Sqrt2-2), 0, 1, 1, 1 - 0.5*(2+4/math.Sqrt(5)), 1 - 0.5*(2+8/math.Sqrt(17))},
				{2, 1, 2, 2, 5, 17}, {2 - 2/math.Sqrt2, 2, 4, 4, 2 + 4/math.Sqrt(5), 2 + 8/math.Sqrt(17)}}},
		"adam": { // x = w/2, d = g + 2x = 3, 5, 0, 1; m = m/2 + d; v = v/4 + d²
			func(w, m, v []float64) {
				Update(Arrays[float64]{w, m, v}, grad, ids, 2, AdamStep[float64]{Rate: 0.5, Scale: 1, Decay: 2, Keep: 0.5, Beta1: 0.5, Enter1: 1, Beta2: 0.25, Enter2: 1, Eps: 1})
			},
			[3][]float64{{0.5 - 0.5/2, 0.5 - 1/(math.Sqrt2+1), 1, 1, 0.5 - 2/(math.Sqrt(10)+1), 0.5 - 3/(math.Sqrt(26)+1)},
				{1, 2, 2, 2, 4, 6}, {1, 2, 4, 4, 10, 26}}},
	} {
		got := [3][]float64{{1, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 2}, {4, 4, 4, 4, 4, 4}}
		tt.update(got[0], got[1], got[2])
		for k, want := range tt.want {
			for j := range want {
				if math.Abs(got[k][j]-want[j]) > 1e-15 {
					t.Errorf("%s: array %d is %v, want %v", name, k, got[k], want)
					break
				}
			}
		}
	}
}

// signStep is w −= sign g.
type signStep[T Float] struct{ NoAssembly[T] }

func (signStep[T]) Row(a Arrays[T], g []T) {
	for j, x := range g {
		switch {
		case x > 0:
			a[0][j]--
		case x < 0:
			a[0][j]++
		}
	}
}

func TestClamp(t *testing.T) {
	x := []float32{-3, -2, 0, 1, 5, float32(math.Inf(1))}
	if got := SumSquares(x, 2); got != 4+4+0+1+4+4 {
		t.Errorf("sum of squares %v", got)
	}
	Clamp(x, 2)
	if !slices.Equal(x, []float32{-2, -2, 0, 1, 2, 2}) {
		t.Errorf("clamped: %v", x)
	}
	if nan := []float64{math.NaN()}; !math.IsNaN(SumSquares(nan, 1)) {
		t.Error("NaN got lost")
	}
}
