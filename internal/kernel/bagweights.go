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

// WeightShares sets dst to the share of each weight in its bag: dst[i] is weights[i], for Mean divided by the sum of the bag's
// weights, for SqrtN by the root of that of their squares. A bag for which that is zero has shares of zero.
func WeightShares[T Float](dst, weights []T, b *Bags) {
	start := 0
	for _, end := range b.Ends {
		a := weigh(b.Reduce, weights[start:end])
		for i := start; i < end; i++ {
			dst[i] = T(a * float64(weights[i]))
		}
		start = end
	}
}

// BagWeighted sets row k of dst to the sum of shares[i] times row IDs[i] of table, for i in bag k.
func BagWeighted[T Float](dst, table, shares []T, b *Bags) {
	start := 0
	for k, end := range b.Ends {
		sumWeighted(dst[k*b.Dim:(k+1)*b.Dim], table, b.IDs, shares, start, end)
		start = end
	}
}

// BagWeightsGrad adds to dst[at[i]] the gradient of weights[i], where out is the result of BagWeighted with the
// shares of weights, and grad its gradient.
func BagWeightsGrad[T Float](dst, table, weights, out, grad []T, at []int, b *Bags) {
	start, dim := 0, b.Dim
	for k, end := range b.Ends {
		g, y := grad[k*dim:(k+1)*dim], out[k*dim:(k+1)*dim]
		a := weigh(b.Reduce, weights[start:end])
		for i := start; i < end; i++ {
			row := b.IDs[i] * dim
			d := dotProduct(g, table[row:row+dim])
			switch b.Reduce { // the derivative of the divisor
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
