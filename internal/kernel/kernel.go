// Package kernel holds the loops behind the ops: they know slices and sizes, not graphs.
//
// Matrices are row-major. A kernel checks nothing and cannot fail: its caller has checked sizes and
// ids. Sums run in a fixed order, so a result does not depend on GOMAXPROCS.
package kernel

// Float is the element type of tables and activations.
type Float interface{ float32 | float64 }

// NoPadding is the padding id of a table without one.
const NoPadding = -1

// NoRow is an id that means no row at all.
const NoRow = -1

// FirstOutside returns the position of the first id outside [0, n), or -1 if there is none.
func FirstOutside(ids []int, n int) int {
	for i, id := range ids {
		if uint(id) >= uint(n) {
			return i
		}
	}
	return -1
}

// ScatterAdd adds row i of src to row ids[i] of dst, except where ids[i] is padding.
// It is the adjoint of Gather. Rows have dim elements.
func ScatterAdd[T Float](dst, src []T, ids []int, dim, padding int) {
	for i, id := range ids {
		if id == padding {
			continue
		}
		at := id * dim
		Add(dst[at:at+dim], src[i*dim:(i+1)*dim])
	}
}

// MeanPool sets each of the len(ids)/time rows of dst to the mean of those of its time rows of src
// whose id is not padding, and to zero if there is none.
func MeanPool[T Float](dst, src []T, ids []int, time, dim, padding int) {
	for i := range len(ids) / time {
		row := dst[i*dim : (i+1)*dim]
		clear(row)
		words := ids[i*time : (i+1)*time]
		for t, id := range words {
			if id != padding {
				at := (i*time + t) * dim
				Add(row, src[at:at+dim])
			}
		}
		if n := count(words, padding); n > 1 {
			Scale(row, 1/T(n))
		}
	}
}

// MeanPoolGrad adds to dst, the gradient of MeanPool's src, what follows from grad, that of its dst.
func MeanPoolGrad[T Float](dst, grad []T, ids []int, time, dim, padding int) {
	for i := range len(ids) / time {
		row := grad[i*dim : (i+1)*dim]
		words := ids[i*time : (i+1)*time]
		share := 1 / T(max(1, count(words, padding)))
		for t, id := range words {
			if id != padding {
				at := (i*time + t) * dim
				AddScaled(dst[at:at+dim], share, row)
			}
		}
	}
}

// count returns how many ids are not padding.
func count(ids []int, padding int) (n int) {
	for _, id := range ids {
		if id != padding {
			n++
		}
	}
	return n
}

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
