package kernel

import "math"

// exp32 is eˣ. From 2^−126.5 to 2^127.5 its error is under 1 unit in the last place (TestExp32); it is 0 below and +Inf
// above that, and NaN of NaN.
//
// It is 2ⁿ·eʳ with n the nearest integer to x/ln 2, and |r| ≤ ln 2 / 2 (Cody and Waite, Software Manual for the
// Elementary Functions, chapter 6). Each product is rounded: a fused product of float32 has no twin in Go, since
// math.FMA of float64 rounds twice.
func exp32(x float32) float32 {
	if 89 < x {
		x = 89
	}
	if -88 > x {
		x = -88
	}
	const round = 127 + 3<<22          // sums with it are integers, in whose last bits stands 127+n
	s := float32(x*1.44269504) + round // 1/ln 2
	n := s - round
	r := x - float32(n*0.693359375)  // ln 2, of so few bits that the product is exact,
	r -= float32(n * -2.12194440e-4) // and its rest
	p := float32(r*c6) + c5          // (eʳ − 1 − r)/r², a minimax polynomial
	p = float32(p*r) + c4
	p = float32(p*r) + c3
	p = float32(p*r) + c2
	p = float32(p*float32(r*r)) + r
	scale := math.Float32bits(s) << 23 // 2ⁿ: 0 for n = −127, +Inf for n = 128
	return (p + 1) * math.Float32frombits(scale)
}

const (
	c2 = 0x1.fffffcp-2
	c3 = 0x1.555492p-3
	c4 = 0x1.5558aap-5
	c5 = 0x1.12396cp-7
	c6 = 0x1.6a5228p-10
)

// expRun is how many vectors of 8 are added in float32 before their sum is added in float64.
const expRun = 64

// Greatest returns the greatest element of x, NaNs left out: −Inf of no elements.
func Greatest[T Float](x []T) T {
	if haveAVX2 && is32[T]() && len(x) > 0 {
		return T(maxAVX2(p32(x), len(x)))
	}
	return greatest(x)
}

func greatest[T Float](x []T) T {
	top := T(math.Inf(-1))
	for _, v := range x {
		if v > top {
			top = v
		}
	}
	return top
}

// SumExp sets keep, unless it is nil, to exp(x − top), for top = Greatest(x), and returns the sum of that.
func SumExp[T Float](keep, x []T, top T) float64 {
	if !is32[T]() {
		return sumExp64(keep, x, top)
	}
	switch {
	case !haveAVX2 || len(x) == 0:
		return sumExp32(keep, x, top)
	case keep == nil:
		return sumExpAVX2(p32(x), len(x), float32(top))
	}
	return keepExpAVX2(p32(keep), p32(x), len(x), float32(top))
}

func sumExp64[T Float](keep, x []T, top T) (sum float64) {
	for i, v := range x {
		e := math.Exp(float64(v - top))
		if keep != nil {
			keep[i] = T(e)
		}
		sum += e
	}
	return sum
}

// sumExp32 is the twin of the assembly, which adds 8 columns side by side.
func sumExp32[T Float](keep, x []T, top T) float64 {
	var sums [8]float64
	for len(x) > 0 {
		var part [8]float32
		n := min(8*expRun, len(x))
		for i, v := range x[:n] {
			e := exp32(float32(v - top))
			if keep != nil {
				keep[i] = T(e)
			}
			part[i%8] += e
		}
		for k, p := range part {
			sums[k] += float64(p)
		}
		if x = x[n:]; keep != nil {
			keep = keep[n:]
		}
	}
	return sumOf(sums)
}

// ScaleAdd replaces x by a·x + b.
func ScaleAdd[T Float](x []T, a, b T) {
	if haveAVX2 && is32[T]() && len(x) > 0 {
		scaleAddAVX2(p32(x), len(x), float32(a), float32(b))
		return
	}
	scaleAdd(x, a, b)
}

func scaleAdd[T Float](x []T, a, b T) {
	for i := range x {
		x[i] = T(a*x[i]) + b
	}
}
