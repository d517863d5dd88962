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

func TestTopBits(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 here")
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 32, 64, 96, 320} {
		x := make([]float32, n)
		for i := range x {
			x[i] = math.Float32frombits(rnd.Uint32() >> rnd.IntN(32))
		}
		for range x {
			want := uint32(0)
			for _, e := range x {
				want = max(want, math.Float32bits(e)&^(1<<31))
			}
			if got := topBitsAVX2(p32(x), n); got != want {
				t.Fatalf("%d elements: %#x, want %#x", n, got, want)
			}
			x[rnd.IntN(n)] = math.Float32frombits(rnd.Uint32() & rnd.Uint32())
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
