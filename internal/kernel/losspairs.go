package kernel

import "math"

// SquaredError returns (x − y)² and its derivative by x.
func SquaredError(x, y float64) (loss, slope float64) { return (x - y) * (x - y), 2 * (x - y) }

// BinaryCrossEntropy returns −w·y·log σ(x) − (1−y)·log(1−σ(x)), of a finite x of any size, and its derivative by x.
func BinaryCrossEntropy(x, y, w float64) (loss, slope float64) {
	positive := 1 + (w-1)*y
	e := math.Exp(-math.Abs(x))
	return (1-y)*x + positive*(math.Log1p(e)+max(-x, 0)), (1 - y) - positive*sigmoid(-x, e)
}

// sigmoid returns σ(x), for e = exp(−|x|).
func sigmoid(x, e float64) float64 {
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// NegativeSampling returns −log σ(s₀) − Σ log σ(−sⱼ), for the scores s of an example, j from 1. Where skip is not nil and
// true, a score does not count.
func NegativeSampling[T Float](s []T, skip []bool) (loss float64) {
	product := 1.0 // of 1 + exp(−|s|): one logarithm for some of them
	for j, v := range s {
		if skip != nil && skip[j] {
			continue
		}
		x := float64(v)
		if j == 0 {
			x = -x
		}
		loss += max(x, 0)
		if product *= 1 + math.Exp(-math.Abs(x)); product > 0x1p1000 {
			loss += math.Log(product)
			product = 1
		}
	}
	return loss + math.Log(product)
}

// NegativeSamplingGrad adds scale times the derivatives of NegativeSampling to dst.
func NegativeSamplingGrad[T Float](dst, s []T, skip []bool, scale float64) {
	for j, v := range s {
		if skip != nil && skip[j] {
			continue
		}
		x := float64(v)
		e := math.Exp(-math.Abs(x))
		slope := sigmoid(x, e)
		if j == 0 {
			slope = -sigmoid(-x, e)
		}
		dst[j] += T(scale * slope)
	}
}
