package kernel

// Place sets columns [from, from+n) of dst, whose rows have stride elements, to the rows of src, of n.
func Place[T Float](dst, src []T, from, n, stride int) {
	for i := range rowsOf(len(src), n) {
		copy(dst[i*stride+from:i*stride+from+n], src[i*n:])
	}
}

// Take sets the rows of dst, of n elements, to columns [from, from+n) of src, whose rows have stride elements.
func Take[T Float](dst, src []T, from, n, stride int) {
	for i := range rowsOf(len(dst), n) {
		copy(dst[i*n:(i+1)*n], src[i*stride+from:])
	}
}
