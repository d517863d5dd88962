package kernel

import "math"

// LimitNorms multiplies those rows of table, of dim elements, among ids, which are distinct, whose p-norm is above
// limit by limit/(norm + 1e-7), as torch.embedding_renorm_.
func LimitNorms[T Float](table []T, ids []int, dim int, limit, p float64) {
	for _, id := range ids {
		row := table[id*dim : (id+1)*dim]
		if n := Norm(row, p); n > limit {
			ScaleExactly(row, limit, n+1e-7)
		}
	}
}

// Norm returns (Σ|x|ᵖ)^(1/p), or the greatest |x| if p is infinite.
func Norm[T Float](x []T, p float64) (norm float64) {
	switch {
	case p == 2:
		for _, e := range x {
			norm += float64(e) * float64(e)
		}
		if norm == 0 || math.IsInf(norm, 1) {
			return scaledNorm(x)
		}
		return math.Sqrt(norm)
	case p == 1:
		for _, e := range x {
			norm += math.Abs(float64(e))
		}
		return norm
	case math.IsInf(p, 1):
		for _, e := range x {
			norm = max(norm, math.Abs(float64(e)))
		}
		return norm
	}
	for _, e := range x {
		norm += math.Pow(math.Abs(float64(e)), p)
	}
	return math.Pow(norm, 1/p)
}

// scaledNorm is the 2-norm by way of squares that neither vanish nor overflow.
func scaledNorm[T Float](x []T) float64 {
	m := Norm(x, math.Inf(1))
	if m == 0 || math.IsInf(m, 1) {
		return m
	}
	var sum float64
	for _, e := range x {
		sum += float64(e) / m * (float64(e) / m)
	}
	return m * math.Sqrt(sum)
}

// ScaleExactly multiplies x by a/b, which may be beyond what a T holds.
func ScaleExactly[T Float](x []T, a, b float64) {
	for i, e := range x {
		x[i] = T(float64(e) / b * a)
	}
}
