package kernel

import "math"

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

// Coarsen works out what a search by DotsInt8 needs of the rows of x, of dim elements that are finite and of the lengths
// norms: row i divided by its length is codes[i] times scale[i], up to a vector of the length slack[i]. A row of zeros
// leaves zeros.
func Coarsen(codes []int8, scale, slack []float32, norms []float64, x []float32, dim int) {
	stride := CoarseStride(dim)
	split(parts(len(norms), 4*dim), len(norms), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			scale[i], slack[i] = coarsen(codes[i*stride:], norms[i], x[i*dim:(i+1)*dim])
		}
	})
}

func coarsen(codes []int8, norm float64, row []float32) (scale, slack float32) {
	largest := uint32(0) // bits without the sign, which have the order of what they stand for
	for _, x := range row {
		largest = max(largest, math.Float32bits(x)&(1<<31-1))
	}
	if largest == 0 {
		return 0, 0
	}
	const whole = 3 << 51 // has no room for a fraction: what is added to it is rounded
	step := float64(math.Float32frombits(largest)) / 127
	steps := 1 / step
	codes = codes[:len(row)]
	for j, x := range row {
		codes[j] = int8(float64(float64(x)*steps) + whole - whole)
	}
	// An element is off by half a step at most.
	return float32(step / norm), float32(0.500001 * step * math.Sqrt(float64(len(row))) / norm)
}
