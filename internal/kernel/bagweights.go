package kernel

// weigh returns the factor of the weighted sum of a bag: 0 if that of a mean does not exist.
func weigh[T Float](r Reduce, weights []T) float64 {
	if r == Sum {
		return 1
	}
	var sum float64
	if r == SqrtN {
		sum = Norm(weights, 2)
	} else {
		for _, w := range weights {
			sum += float64(w)
		}
	}
	if sum == 0 {
		return 0
	}
	return 1 / sum
}

// WeightShares is each weight's share of its bag: dst[i] is weights[i], for Mean divided by the sum of the bag's
// weights, for SqrtN by the root of that of their squares. A bag for which that is zero has shares of zero.
func WeightShares[T Float](dst, weights []T, ends []int, r Reduce) {
	start := 0
	for _, end := range ends {
		a := weigh(r, weights[start:end])
		for i := start; i < end; i++ {
			dst[i] = T(a * float64(weights[i]))
		}
		start = end
	}
}

// BagWeighted sets row b of dst to the sum of shares[i] times row ids[i] of table, for i in bag b.
func BagWeighted[T Float](dst, table, shares []T, ids, ends []int, dim int) {
	start := 0
	for b, end := range ends {
		sumWeighted(dst[b*dim:(b+1)*dim], table, ids[start:end], shares[start:end])
		start = end
	}
}

// BagWeightsGrad adds to dst[at[i]] the gradient of weights[i], where out is the result of BagWeighted with the
// shares of weights, and grad its gradient.
func BagWeightsGrad[T Float](dst, table, weights, out, grad []T, ids, at, ends []int, dim int, r Reduce) {
	start := 0
	for b, end := range ends {
		g, y := grad[b*dim:(b+1)*dim], out[b*dim:(b+1)*dim]
		a := weigh(r, weights[start:end])
		for i := start; i < end; i++ {
			row := ids[i] * dim
			d := dotProduct(g, table[row:row+dim])
			switch r { // the derivative of the divisor
			case Mean:
				d -= dotProduct(g, y)
			case SqrtN:
				d -= dotProduct(g, y) * (a * float64(weights[i]))
			}
			dst[at[i]] += T(a * d)
		}
		start = end
	}
}

func dotProduct[T Float](x, y []T) (sum float64) {
	y = y[:len(x)]
	for i := range x {
		sum += float64(float64(x[i]) * float64(y[i]))
	}
	return sum
}
