package kernel

import "unsafe"

//go:generate go -C avo run . -out ../rows_amd64.s -stubs ../rows_amd64.go -pkg kernel

// run is how many rows are added one after the other. Longer lists are sums of such sums: the error of a float32
// sum grows with how many numbers are added to one (Higham, Accuracy and Stability of Numerical Algorithms, section 4.2).
const run = 64

// SumRows sets dst, a row of dim elements, to a times the sum of the rows list[lo:hi] of table, in their
// order. The rows that follow in list are fetched ahead: they should be what the next call sums.
func SumRows[T Float](dst, table []T, list []int, lo, hi, dim int, a T) {
	if haveAVX2 && is32[T]() && hi > lo && dim > 0 {
		d, t, last := p32(dst), p32(table), &list[len(list)-1]
		for keep := 0; lo < hi; lo, keep = lo+run, 1 {
			sumRowsAVX2(d, t, &list[lo], min(run, hi-lo), dim, float32(a), keep, last)
		}
		return
	}
	sumRuns(dst, table, list[lo:hi], dim, a)
}

// sumRuns is SumRows for all of list, in Go.
func sumRuns[T Float](dst, table []T, list []int, dim int, a T) {
	sumRows(dst, table, list[:min(run, len(list))], dim, a, false)
	for lo := run; lo < len(list); lo += run {
		sumRows(dst, table, list[lo:min(lo+run, len(list))], dim, a, true)
	}
}

// sumRows sets dst to a times the sum, or adds that if keep.
func sumRows[T Float](dst, table []T, ids []int, dim int, a T, keep bool) {
	var block [64]T
	for at := 0; at < dim; at += len(block) {
		sums := block[:min(len(block), dim-at)]
		clear(sums)
		for _, id := range ids {
			add(sums, table[id*dim+at:id*dim+at+len(sums)])
		}
		for j, s := range sums {
			if keep {
				dst[at+j] += T(a * s)
			} else {
				dst[at+j] = T(a * s)
			}
		}
	}
}

// is32 reports whether T is float32, which the assembly is written for.
func is32[T Float]() bool { return unsafe.Sizeof(*new(T)) == 4 }

// p32 returns the address of a slice of float32.
func p32[T Float](s []T) *float32 { return (*float32)(unsafe.Pointer(unsafe.SliceData(s))) }

// f32 returns a slice of float32 as what it is.
func f32[T Float](s []T) []float32 { return unsafe.Slice(p32(s), len(s)) }
