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
