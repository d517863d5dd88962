package kernel

import "math"

// SumSquares returns the sum of the squares of the elements of x, each limited to ±limit. It adds up four
// sums, each of every fourth element, because an addition waits for the one before it.
func SumSquares[T Float](x []T, limit T) float64 {
	var sums [4]float64
	if math.IsInf(float64(limit), 1) {
		for len(x) >= 4 {
			for k, e := range x[:4] {
				sums[k] += float64(float64(e) * float64(e))
			}
			x = x[4:]
		}
	}
	for i, e := range x {
		e := float64(clamp(e, limit))
		sums[i%4] += float64(e * e)
	}
	return (sums[0] + sums[1]) + (sums[2] + sums[3])
}

// Clamp limits the elements of x to ±limit. NaN stays.
func Clamp[T Float](x []T, limit T) {
	for i, e := range x {
		x[i] = clamp(e, limit)
	}
}

func clamp[T Float](x, limit T) T {
	switch {
	case x > limit:
		return limit
	case x < -limit:
		return -limit
	}
	return x
}
