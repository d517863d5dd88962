package kernel

//go:generate go -C avo run ./loss -out ../loss_amd64.s -stubs ../loss_amd64.go -pkg kernel

// DotRows sets dst[i] to the scalar product of row xs[i] of x and row ys[i] of y. Rows have dim elements.
func DotRows[T Float](dst, x, y []T, xs, ys []int, dim int) {
	split(parts(len(dst), 2*dim), len(dst), func(lo, hi int) {
		if haveAVX2 && is32[T]() && lo < hi {
			dotRowsAVX2(p32(dst[lo:]), p32(x), p32(y), &xs[lo], &ys[lo], hi-lo, dim)
			return
		}
		dotRows(dst[lo:hi], x, y, xs[lo:hi], ys[lo:hi], dim)
	})
}

// dotRows is the twin of the assembly, which adds 16 columns side by side.
func dotRows[T Float](dst, x, y []T, xs, ys []int, dim int) {
	for i := range dst {
		var sums [16]T
		a, b := x[xs[i]*dim:(xs[i]+1)*dim], y[ys[i]*dim:(ys[i]+1)*dim]
		for j := range a {
			sums[j%16] += T(a[j] * b[j])
		}
		for n := 8; n >= 4; n /= 2 {
			for k := range n {
				sums[k] += sums[k+n]
			}
		}
		dst[i] = sums[0] + sums[2] + (sums[1] + sums[3])
	}
}

// sumWeighted sets dst to the sum of weights[i] times row list[i] of src, for i in [lo, hi). The rows that follow in list
// are fetched ahead.
func sumWeighted[T Float](dst, src []T, list []int, weights []T, lo, hi int) {
	if haveAVX2 && is32[T]() && lo < hi {
		sumWeightedAVX2(p32(dst), p32(src), &list[lo], p32(weights[lo:]), hi-lo, len(dst), &list[len(list)-1])
		return
	}
	addWeighted(dst, src, list[lo:hi], weights[lo:hi])
}

func addWeighted[T Float](dst, src []T, rows []int, weights []T) {
	clear(dst)
	dim := len(dst)
	for i, r := range rows {
		addScaled(dst, weights[i], src[r*dim:(r+1)*dim])
	}
}
