package kernel

import "math"

// LimitNorms multiplies those rows of table, of dim elements, among ids, which are distinct, whose p-norm is above
// limit by limit/(norm + 1e-7), as torch.embedding_renorm_.
func LimitNorms[T Float](table []T, ids []int, dim int, limit, p float64) {
	for _, id := range ids {
		row := table[id*dim : (id+1)*dim]
		if n := Norm(row, p); n > limit {
			Scale(row, T(limit/(n+1e-7)))
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
