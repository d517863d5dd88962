package kernel

// Dot sets each element of dst to ⟨a, b⟩ of rows of dim elements. A row of a serves for as many rows of b, one after
// the other, as b has for each of a.
func Dot[T Float](dst, a, b []T, dim int) {
	for i, per := 0, rowsPer(a, b); i < len(dst); i++ {
		dst[i] = T(dotProduct(a[i/per*dim:(i/per+1)*dim], b[i*dim:(i+1)*dim]))
	}
}

// DotGradA adds to dst the gradient of Dot's a, which is smaller than b or as large, that follows from grad, that of
// its dst.
func DotGradA[T Float](dst, b, grad []T, dim int) {
	per := rowsPer(dst, b)
	for i, g := range grad {
		AddScaled(dst[i/per*dim:(i/per+1)*dim], g, b[i*dim:(i+1)*dim])
	}
}

// DotGradB adds to dst the gradient of Dot's b.
func DotGradB[T Float](dst, a, grad []T, dim int) {
	per := rowsPer(a, dst)
	for i, g := range grad {
		AddScaled(dst[i*dim:(i+1)*dim], g, a[i/per*dim:(i/per+1)*dim])
	}
}

// rowsPer returns how many rows b has for each of a.
func rowsPer[T Float](a, b []T) int { return max(1, len(b)/max(1, len(a))) }
