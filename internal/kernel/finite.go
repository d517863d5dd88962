package kernel

//go:generate go -C avo run ./finite -out ../finite_amd64.s -stubs ../finite_amd64.go -pkg kernel

// FirstNotFinite returns the index of the first element of x that is NaN or infinite, or -1.
func FirstNotFinite[T Float](x []T) int {
	at := 0
	if n := len(x) &^ 31; haveAVX2 && is32[T]() && n > 0 && topBitsAVX2(p32(x), n) < infinity {
		at = n
	}
	for at+8 <= len(x) {
		e := x[at : at+8]
		sum := ((e[0] - e[0]) + (e[1] - e[1])) + ((e[2] - e[2]) + (e[3] - e[3])) // of zeros, and NaN
		sum += ((e[4] - e[4]) + (e[5] - e[5])) + ((e[6] - e[6]) + (e[7] - e[7]))
		if sum != 0 {
			break
		}
		at += 8
	}
	for i, e := range x[at:] {
		if e-e != 0 {
			return at + i
		}
	}
	return -1
}

// infinity is the bits of a float32 that is infinite; those of NaN are greater.
const infinity = 0xff << 23
