package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
)

// exp32 keeps its bound, and the assembly gives its bits, for every 1,009th float32; for each of them with
// make exp, in two minutes: the greatest error is 0.9903 units in the last place.
func TestExp32(t *testing.T) {
	step := uint64(1009)
	if os.Getenv("EXP") == "whole" {
		step = 1
	}
	const parts = 64
	var wg sync.WaitGroup
	worst := make([]float64, parts)
	for p := range uint64(parts) {
		wg.Go(func() { worst[p] = testExp32(t, p<<32/parts, (p+1)<<32/parts, step) })
	}
	wg.Wait()
	if w := slices.Max(worst); w > 1 {
		t.Errorf("the error is up to %.3f units in the last place", w)
	} else {
		t.Logf("every %d of 2³²: the error is at most %.4f units in the last place", step, w)
	}
}

// testExp32 returns the greatest error of exp32 for the floats whose bits are in [lo, hi).
func testExp32(t *testing.T, lo, hi, step uint64) (worst float64) {
	x, got := make([]float32, 0, 1000), make([]float32, 1000)
	for bits := lo; bits < hi; {
		for x = x[:0]; bits < hi && len(x) < cap(x); bits += step {
			x = append(x, math.Float32frombits(uint32(bits)))
		}
		SumExp(got, x, 0)
		for i, v := range x {
			y := exp32(v)
			if math.Float32bits(got[i]) != math.Float32bits(y) && y == y {
				t.Errorf("exp(%v) is %v in assembly, %v in Go", v, got[i], y)
				return worst
			}
			switch e := ulps(v, y); {
			case e > 1 || e != e:
				t.Errorf("exp(%v) = %v, want %v", v, y, math.Exp(float64(v)))
				return e
			default:
				worst = max(worst, e)
			}
		}
	}
	return worst
}

// ulps returns by how many units in the last place y differs from eˣ: NaN if it is NaN, 0 or +Inf and should not be.
func ulps(x, y float32) float64 {
	want := math.Exp(float64(x))
	_, exponent := math.Frexp(max(want, 0x1p-126))
	switch {
	case x != x && y != y, y == 0 && want < 0x1.6a0ap-127, math.IsInf(float64(y), 1) && want > 0x1.6a09p127:
		return 0
	case y == 0 || math.IsInf(float64(y), 1):
		return math.NaN()
	}
	return math.Abs(float64(y)-want) / math.Ldexp(1, exponent-24)
}

// The rows of exponentials have the bits of their twins, and touch nothing else.
func TestExponentialsAgreeWithTheirTwins(t *testing.T) {
	if !haveAVX2 {
		t.Skip("no AVX2 here: the twins are all there is")
	}
	for i := range 300 {
		rnd := rand.New(rand.NewPCG(2, uint64(i)))
		n := []int{1, 2, 7, 8, 9, 31, 32, 33, 100, 511, 512, 513, 520, 1030, 3000}[i%15]
		t.Run(fmt.Sprintf("%d/n=%d", i, n), func(t *testing.T) { testExpTwins(t, rnd, n) })
	}
}

func testExpTwins(t *testing.T, rnd *rand.Rand, n int) {
	x, got, want := guarded[float32](t, n, rnd.IntN(2) == 0), guarded[float32](t, n, rnd.IntN(2) == 0), make([]float32, n)
	for i := range x {
		x[i] = 20 * float32(rnd.NormFloat64())
		if rnd.IntN(50) == 0 {
			x[i] = odd(rnd)
		}
	}
	top := Greatest(x)
	if twin := greatest(x); top != twin {
		t.Fatalf("greatest %v, want %v", top, twin)
	}
	sum, twin := SumExp(nil, x, top), sumExp32(want, x, top)
	kept := SumExp(got, x, top)
	for _, s := range []float64{sum, kept} {
		if math.Float64bits(s) != math.Float64bits(twin) && (s == s || twin == twin) {
			t.Fatalf("sum %v, want %v", s, twin)
		}
	}
	wantBits(t, "SumExp", got, want)
	ScaleAdd(got, 0.3, -0.01)
	scaleAdd(want, 0.3, -0.01)
	wantBits(t, "ScaleAdd", got, want)
}

// A sum of exponentials is as good as one in float64.
func TestSumExp(t *testing.T) {
	for _, n := range []int{0, 1, 100, 30_000} {
		x := floats32(rand.New(rand.NewPCG(1, 1)), n)
		top, want := Greatest(x), 0.0
		for _, v := range x {
			want += math.Exp(float64(v) - float64(top))
		}
		if got := SumExp(nil, x, top); math.Abs(got-want) > 1e-6*want {
			t.Errorf("%d: got %v, want %v", n, got, want)
		}
	}
	if top := Greatest([]float64{}); !math.IsInf(top, -1) {
		t.Errorf("the greatest of nothing is %v", top)
	}
}
