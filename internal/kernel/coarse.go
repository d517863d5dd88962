package kernel

//go:generate go -C avo run ./coarse -out ../coarse_amd64.s -stubs ../coarse_amd64.go -pkg kernel

// CoarseStride returns how many elements a row of dim takes in DotsInt8: the least multiple of 32 that holds it. The
// elements beyond it are zeros.
func CoarseStride(dim int) int { return (dim + 31) &^ 31 }

// DotsInt8 sets dst[i] to the scalar product of row i of rows and q, rows having len(q) elements, a multiple of 32. The
// sum of q's absolute values is below 2²⁴, so that no product overflows.
func DotsInt8(dst []int32, rows []int8, q []int16) {
	split(parts(len(dst), len(q)), len(dst), func(lo, hi int) {
		if haveAVX2 && lo < hi && len(q) > 0 {
			dotsInt8AVX2(&dst[lo], &rows[lo*len(q)], &q[0], hi-lo, len(q))
			return
		}
		dotsInt8(dst[lo:hi], rows[lo*len(q):hi*len(q)], q)
	})
}

// dotsInt8 is the twin of the assembly.
func dotsInt8(dst []int32, rows []int8, q []int16) {
	for i := range dst {
		row, sum := rows[i*len(q):(i+1)*len(q)], int32(0)
		for j, x := range q {
			sum += int32(row[j]) * int32(x)
		}
		dst[i] = sum
	}
}
