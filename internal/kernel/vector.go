package kernel

import "math"

// Add adds src to dst.
func Add[T Float](dst, src []T) {
	if haveAVX2 && is32[T]() && len(dst) > 0 {
		addRowsAVX2(p32(dst), p32(src[:len(dst)]), new(int), 1, len(dst), 1)
		return
	}
	add(dst, src)
}

func add[T Float](dst, src []T) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += src[i]
	}
}

// AddScaled adds a·src to dst.
func AddScaled[T Float](dst []T, a T, src []T) {
	if haveAVX2 && is32[T]() && len(dst) > 0 {
		addRowsAVX2(p32(dst), p32(src[:len(dst)]), new(int), 1, len(dst), float32(a))
		return
	}
	addScaled(dst, a, src)
}

func addScaled[T Float](dst []T, a T, src []T) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += T(a * src[i]) // not fused, so that all architectures agree
	}
}

// Scale multiplies dst by a.
func Scale[T Float](dst []T, a T) {
	if haveAVX2 && is32[T]() && len(dst) > 0 {
		scaleAddAVX2(p32(dst), len(dst), float32(a), float32(math.Copysign(0, -1))) // x + −0 is x, also for −0
		return
	}
	scale(dst, a)
}

func scale[T Float](dst []T, a T) {
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
