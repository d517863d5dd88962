package kernel

// Add adds src to dst.
func Add[T Float](dst, src []T) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += src[i]
	}
}

// AddScaled adds a·src to dst.
func AddScaled[T Float](dst []T, a T, src []T) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += T(a * src[i]) // not fused, so that all architectures agree
	}
}

// Scale multiplies dst by a.
func Scale[T Float](dst []T, a T) {
	for i := range dst {
		dst[i] *= a
	}
}

// AddProduct adds the elementwise product of a and b to dst.
func AddProduct[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] += T(a[i] * b[i])
	}
}

// Fill sets each element of dst to a.
func Fill[T Float](dst []T, a T) {
	for i := range dst {
		dst[i] = a
	}
}
