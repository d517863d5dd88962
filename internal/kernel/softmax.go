package kernel

import "math"

// SoftMax sets each row of dst, of n elements, to e^(x−m)/Σe^(x−m) of those elements x of src's row that count, where m
// is the greatest of them, and to 0 elsewhere. counts, if not nil, has n elements for each run of as many rows.
func SoftMax[T Float](dst, src []T, counts []bool, n int) {
	if counts == nil {
		softMaxRows(dst, src, n)
		return
	}
	rows := rowsOf(len(dst), n)
	for i := range rows {
		softMaxOf(dst[i*n:(i+1)*n], src[i*n:(i+1)*n], countsOf(counts, i, rows, n))
	}
}

// softMaxOf is SoftMax of a row, of the elements that counts says if it is not empty. dst may be src.
func softMaxOf[T Float](dst, src []T, counts []bool) {
	if len(counts) > 0 {
		copy(dst, src)
		src = dst
	}
	for j, c := range counts {
		if !c {
			dst[j] = T(math.Inf(-1))
		}
	}
	softMaxRows(dst, src, len(dst))
}

// softMaxRows is SoftMax of rows whose elements all count: zeros if all of them are −∞. A NaN stays one.
func softMaxRows[T Float](dst, src []T, n int) {
	if haveAVX2 && is32[T]() && len(dst) > 0 {
		softMaxAVX2(p32(dst), p32(src), len(dst)/n, n)
		return
	}
	for i := range rowsOf(len(dst), n) {
		softMax(dst[i*n:(i+1)*n], src[i*n:(i+1)*n])
	}
}

func softMax[T Float](dst, src []T) {
	switch none, top := T(math.Inf(-1)), greatest(src); {
	case top > none && is32[T]():
		scale(dst, T(1/sumExp32(dst, src, top)))
	case top > none:
		scale(dst, T(1/sumExp64(dst, src, top)))
	default:
		for j, x := range src {
			if dst[j] = x; x == none {
				dst[j] = 0
			}
		}
	}
}

// SoftMaxGrad sets dst, which may be grad, to scale times the gradient of SoftMax's src that follows from grad, that of
// its dst, which was y.
func SoftMaxGrad[T Float](dst, y, grad []T, n int, scale T) {
	if haveAVX2 && is32[T]() && len(dst) > 0 {
		softMaxGradAVX2(p32(dst), p32(y), p32(grad), len(dst)/n, n, float32(scale))
		return
	}
	softMaxGrad(dst, y, grad, n, scale)
}

func softMaxGrad[T Float](dst, y, grad []T, n int, scale T) {
	for i := range rowsOf(len(dst), n) {
		p, g := y[i*n:(i+1)*n], grad[i*n:(i+1)*n]
		mean, d := inner(p, g), dst[i*n:(i+1)*n]
		for j := range d {
			d[j] = T(p[j]*scale) * (g[j] - mean)
		}
	}
}

// countsOf returns which elements of row i of so many rows count, or nil if all do.
func countsOf(counts []bool, i, rows, n int) []bool {
	if counts == nil {
		return nil
	}
	at := i * rowsOf(len(counts), n) / rows * n
	return counts[at : at+n]
}

// rowsOf returns how many rows of n elements there are in size.
func rowsOf(size, n int) int { return size / max(1, n) }

// inner returns ⟨a, b⟩, as eight sums.
func inner[T Float](a, b []T) T {
	var sums [8]T
	for i := range a {
		sums[i%8] += T(a[i] * b[i])
	}
	return sumOf(sums)
}

// sumOf adds up the lanes of a vector.
func sumOf[T Float](lanes [8]T) T {
	for k := range 4 {
		lanes[k] += lanes[k+4]
	}
	return lanes[0] + lanes[2] + (lanes[1] + lanes[3])
}
