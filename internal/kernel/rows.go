package kernel

import "unsafe"

//go:generate go -C avo run . -out ../rows_amd64.s -stubs ../rows_amd64.go -pkg kernel

// run is how many rows are added one after the other. Longer lists are sums of such sums: the error of a float32
// sum grows with how many numbers are added to one (Higham, Accuracy and Stability of Numerical Algorithms, section 4.2).
const run = 64

// SumRows sets dst, a row of dim elements, to a times the sum of the rows list[lo:hi] of table, in their
// order. The rows that follow in list are fetched ahead: they should be what the next call sums.
func SumRows[T Float](dst, table []T, list []int, lo, hi, dim int, a T) {
	sumRun(dst, table, list, lo, min(lo+run, hi), dim, a, false)
	for lo += run; lo < hi; lo += run {
		sumRun(dst, table, list, lo, min(lo+run, hi), dim, a, true)
	}
}

func sumRun[T Float](dst, table []T, list []int, lo, hi, dim int, a T, keep bool) {
	if haveAVX2 && is32[T]() && hi > lo && dim > 0 {
		k := 0
		if keep {
			k = 1
		}
		sumRowsAVX2(p32(dst), p32(table), &list[lo], hi-lo, dim, float32(a), k, &list[len(list)-1])
		return
	}
	sumRows(dst, table, list[lo:hi], dim, a, keep)
}

// sumRows sets dst to a times the sum, or adds that if keep.
func sumRows[T Float](dst, table []T, ids []int, dim int, a T, keep bool) {
	var block [64]T
	for at := 0; at < dim; at += len(block) {
		sums := block[:min(len(block), dim-at)]
		clear(sums)
		for _, id := range ids {
			Add(sums, table[id*dim+at:id*dim+at+len(sums)])
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
