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
		if m := Norm(x, math.Inf(1)); (norm == 0 || math.IsInf(norm, 1)) && m > 0 && !math.IsInf(m, 1) {
			norm = 0 // again, with squares that neither vanish nor overflow
			for _, e := range x {
				norm += float64(e) / m * (float64(e) / m)
			}
			return m * math.Sqrt(norm)
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

// ScaleExactly multiplies x by a/b, which may be beyond what a T holds.
func ScaleExactly[T Float](x []T, a, b float64) {
	for i, e := range x {
		x[i] = T(float64(e) / b * a)
	}
}
