package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestFirstNotFinite(t *testing.T) {
	testFirstNotFinite[float32](t)
	testFirstNotFinite[float64](t)
	if i := FirstNotFinite([]float64{1, math.Inf(1), math.NaN()}); i != 1 {
		t.Errorf("the first of two is found at %d", i)
	}
}

// Every length and every place, among numbers that are as large and as small as they get.
func testFirstNotFinite[T Float](t *testing.T) {
	largest, least := T(math.MaxFloat32), T(math.SmallestNonzeroFloat32)
	for n := range 100 {
		x := make([]T, n)
		for i := range x {
			x[i] = []T{0, 1, -largest, least, largest, -least}[i%6]
		}
		if i := FirstNotFinite(x); i != -1 {
			t.Fatalf("%T: %d of %d finite numbers", x, i, n)
		}
		for at := range x {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -math.NaN()} {
				kept := x[at]
				x[at] = T(bad)
				if i := FirstNotFinite(x); i != at {
					t.Fatalf("%T: %v at %d of %d is found at %d", x, bad, at, n, i)
				}
				x[at] = kept
			}
		}
	}
}

func TestSumIsFinite(t *testing.T) {
	x := []float64{1, 2, math.NaN(), 4, math.MaxFloat64, 6, math.MaxFloat64, 8}
	for _, tt := range []struct {
		ids  []int
		want bool
	}{{nil, true}, {[]int{2, 0}, true}, {[]int{0, 1}, false}, {[]int{3, 2}, false}} {
		if got := SumIsFinite([]float64{9, math.NaN()}, x, tt.ids, 2); got != tt.want {
			t.Errorf("rows %v: %t", tt.ids, got)
		}
	}
}

func TestSumAVX2(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 here")
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for n := 0; n <= 320; n += 64 {
		x := floats32(rnd, n)
		var sums [64]float32
		for i, e := range x {
			sums[i%64] += e
		}
		for k := 32; k > 0; k /= 2 {
			for i := range k {
				sums[i] += sums[i+k]
			}
		}
		if got := sumAVX2(p32(x), n); got != sums[0] {
			t.Errorf("%d elements: %v, want %v", n, got, sums[0])
		}
	}
}

func BenchmarkFirstNotFinite(b *testing.B) {
	x := make([]float32, 1<<17)
	b.SetBytes(int64(4 * len(x)))
	for b.Loop() {
		FirstNotFinite(x)
	}
}
