package kernel

// ReLU sets dst to the elements of x, with 0 for negative ones. A NaN stays one.
func ReLU[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = max(v, 0)
	}
}

// ReLUGrad adds grad to dst where x is above 0.
func ReLUGrad[T Float](dst, x, grad []T) {
	x, grad = x[:len(dst)], grad[:len(dst)]
	for i, v := range x {
		if v > 0 {
			dst[i] += grad[i]
		}
	}
}
