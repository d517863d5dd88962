package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestFirstOutside(t *testing.T) {
	for _, tt := range []struct {
		ids  []int
		n    int
		want int
	}{
		{nil, 3, -1}, {[]int{0, 1, 2}, 3, -1}, {[]int{0, 3, -1}, 3, 1}, {[]int{0, -1, 3}, 3, 1},
		{[]int{math.MinInt}, 3, 0}, {[]int{math.MaxInt}, 3, 0}, {[]int{0}, 0, 0},
	} {
		if got := FirstOutside(tt.ids, tt.n); got != tt.want {
			t.Errorf("FirstOutside(%v, %d) = %d, want %d", tt.ids, tt.n, got, tt.want)
		}
	}
}

// Each pair is a linear map and its adjoint: ⟨f(x), y⟩ = ⟨x, fᵀ(y)⟩.
func TestAdjoint(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		vocab, dim, rows, time := 1+rnd.IntN(9), 1+rnd.IntN(5), rnd.IntN(5), 1+rnd.IntN(4)
		ids := make([]int, rows*time)
		for i := range ids {
			ids[i] = rnd.IntN(vocab)
		}
		bags := &Bags{Dim: dim}
		for i, id := range ids { // those of rows of which id 0 does not count
			if id != 0 {
				bags.IDs = append(bags.IDs, i)
			}
			if (i+1)%time == 0 {
				bags.Ends = append(bags.Ends, len(bags.IDs))
			}
		}
		for name, f := range map[string]struct {
			x, y          int // sizes
			forward, back func(dst, src []float64)
		}{
			"gather": {vocab * dim, len(ids) * dim,
				func(dst, src []float64) { Gather(dst, src, ids, dim) },
				func(dst, src []float64) { ScatterAdd(dst, src, ids, dim, NoRow) }},
			"mean pool": {len(ids) * dim, rows * dim,
				func(dst, src []float64) { Pool(dst, src, bags) },
				func(dst, src []float64) { PoolGrad(dst, nil, src, bags, make([]float64, dim)) }},
		} {
			x, y, fx, fy := norm(rnd, f.x), norm(rnd, f.y), make([]float64, f.y), make([]float64, f.x)
			f.forward(fx, x)
			f.back(fy, y)
			if a, b := dot(fx, y), dot(x, fy); math.Abs(a-b) > 1e-12 {
				t.Fatalf("%s of ids %v in rows of %d, dim %d: ⟨f(x), y⟩ = %g, ⟨x, fᵀ(y)⟩ = %g", name, ids, time, dim, a, b)
			}
		}
	}
}

func TestMeanPoolOfRepeatsIsTheRow(t *testing.T) {
	src := []float32{1, 2, 1, 2, 1, 2, 9, 9}
	dst := []float32{7, 7}
	Pool(dst, src, &Bags{IDs: []int{0, 1, 2}, Ends: []int{3}, Dim: 2})
	if !slices.Equal(dst, []float32{1, 2}) {
		t.Errorf("got %v", dst)
	}
}

func TestLinear(t *testing.T) {
	x, w, b := []float64{1, 2, 3, 4}, []float64{1, 0, 0, 1, 1, 1}, []float64{10, 20, 30}
	dst := make([]float64, 6)
	Linear(dst, x, w, b, 2, 2, 3)
	if want := []float64{11, 22, 33, 13, 24, 37}; !slices.Equal(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
	Linear(dst, x, w, nil, 2, 2, 3)
	if want := []float64{1, 2, 3, 3, 4, 7}; !slices.Equal(dst, want) {
		t.Errorf("without bias: got %v, want %v", dst, want)
	}
}

func norm(rnd *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rnd.NormFloat64()
	}
	return v
}

func dot(a, b []float64) (s float64) {
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}
