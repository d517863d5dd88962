package kernel

// SumGroups sets a row of dst for each group of x to the sum of the rows of src that the group's Order
// names: row k for group k, or row x.IDs[k] if byID. With weights, one for each of Order, it is the sum of so
// many times each row; with byFreq, it is divided by the size of the group.
func SumGroups[T Float](dst, src []T, x *Index, weights []T, dim int, byID, byFreq bool) {
	n := len(x.IDs)
	if p := parts(n, dim+len(x.Order)*dim/max(1, n)); p > 1 {
		split(p, n, func(lo, hi int) { groupsPart(dst, src, x, weights, lo, hi, dim, byID, byFreq) })
		return
	}
	groupsPart(dst, src, x, weights, 0, n, dim, byID, byFreq)
}

func groupsPart[T Float](dst, src []T, x *Index, weights []T, lo, hi, dim int, byID, byFreq bool) {
	for k := lo; k < hi; k++ {
		row := k
		if byID {
			row = x.IDs[k]
		}
		SumGroup(dst[row*dim:(row+1)*dim], src, x, k, weights, byFreq)
	}
}

// SumGroup is SumGroups for group k alone, whose row is dst.
func SumGroup[T Float](dst, src []T, x *Index, k int, weights []T, byFreq bool) {
	a := T(1)
	if byFreq {
		a = 1 / T(x.Count(k))
	}
	lo, hi, dim := x.Starts[k], x.Starts[k+1], len(dst)
	if weights == nil {
		SumRows(dst, src, x.Order, lo, hi, dim, a)
		return
	}
	sumWeighted(dst, src, x.Order[lo:hi], weights[lo:hi])
	if byFreq {
		Scale(dst, a)
	}
}

// sumWeighted sets dst to the sum of weights[i] times row rows[i] of src.
func sumWeighted[T Float](dst, src []T, rows []int, weights []T) {
	clear(dst)
	dim := len(dst)
	for i, r := range rows {
		AddScaled(dst, weights[i], src[r*dim:(r+1)*dim])
	}
}
