package kernel

//go:generate go -C avo run ./finite -out ../finite_amd64.s -stubs ../finite_amd64.go -pkg kernel

// FirstNotFinite returns the index of the first element of x that is NaN or infinite, or -1.
//
// A sum with such an element is NaN or infinite itself. Where a sum is, perhaps because large elements overflow, each
// element is looked at.
func FirstNotFinite[T Float](x []T) int {
	at := 0
	if n := len(x) &^ 63; haveAVX2 && is32[T]() && n > 0 {
		if sum := sumAVX2(p32(x), n); sum-sum == 0 {
			at = n
		}
	}
	for at+8 <= len(x) {
		e := x[at : at+8]
		sum := ((e[0] + e[1]) + (e[2] + e[3])) + ((e[4] + e[5]) + (e[6] + e[7]))
		if sum-sum != 0 && firstNotFinite(e) >= 0 {
			break
		}
		at += 8
	}
	if i := firstNotFinite(x[at:]); i >= 0 {
		return at + i
	}
	return -1
}

func firstNotFinite[T Float](x []T) int {
	for i, e := range x {
		if e-e != 0 {
			return i
		}
	}
	return -1
}

// SumIsFinite reports whether the sum of the rows ids of x, of dim elements, is finite, in memory for one row. Then the
// rows are.
func SumIsFinite[T Float](memory, x []T, ids []int, dim int) bool {
	clear(memory)
	SumRows(memory, x, ids, 0, len(ids), dim, 1)
	return firstNotFinite(memory) < 0
}
