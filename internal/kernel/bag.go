package kernel

// Reduce says what becomes of the rows of a bag.
type Reduce int

// The reductions of a bag.
const (
	Mean Reduce = iota // sum divided by the number of rows
	Sum
)

// scale returns the factor of the sum of a bag of n rows.
func (r Reduce) scale(n int) float64 {
	if r == Mean && n > 1 {
		return 1 / float64(n)
	}
	return 1
}

// BagSum sets row b of dst to the reduction of the rows of table that bag b, ids[ends[b-1]:ends[b]], names,
// and to zero if it names none. Rows have dim elements.
func BagSum[T Float](dst, table []T, ids, ends []int, dim int, r Reduce) {
	if p := parts(len(ends), len(ids)*dim/max(1, len(ends))); p > 1 {
		split(p, len(ends), func(lo, hi int) { bagPart(dst, table, ids, ends, lo, hi, dim, r) })
		return
	}
	bagPart(dst, table, ids, ends, 0, len(ends), dim, r)
}

func bagPart[T Float](dst, table []T, ids, ends []int, lo, hi, dim int, r Reduce) {
	start := 0
	if lo > 0 {
		start = ends[lo-1]
	}
	for b := lo; b < hi; b++ {
		SumRows(dst[b*dim:(b+1)*dim], table, ids, start, ends[b], dim, T(r.scale(ends[b]-start)))
		start = ends[b]
	}
}

// BagShares sets row b of dst to what each row of bag b gets of row b of grad, the gradient of BagSum's dst.
func BagShares[T Float](dst, grad []T, ends []int, dim int, r Reduce) {
	copy(dst, grad)
	start := 0
	for b, end := range ends {
		if a := r.scale(end - start); a != 1 {
			Scale(dst[b*dim:(b+1)*dim], T(a))
		}
		start = end
	}
}

// SumGroups sets a row of dst for each group of x to the sum of the rows of src that the group's Order
// names: row k for group k, or row x.IDs[k] if byID.
func SumGroups[T Float](dst, src []T, x *Index, dim int, byID bool) {
	n := len(x.IDs)
	if p := parts(n, dim+len(x.Order)*dim/max(1, n)); p > 1 {
		split(p, n, func(lo, hi int) { groupsPart(dst, src, x, lo, hi, dim, byID) })
		return
	}
	groupsPart(dst, src, x, 0, n, dim, byID)
}

func groupsPart[T Float](dst, src []T, x *Index, lo, hi, dim int, byID bool) {
	for k := lo; k < hi; k++ {
		row := k
		if byID {
			row = x.IDs[k]
		}
		SumRows(dst[row*dim:(row+1)*dim], src, x.Order, x.Starts[k], x.Starts[k+1], dim, 1)
	}
}

// ClearRows sets rows ids of dst to zero.
func ClearRows[T Float](dst []T, ids []int, dim int) {
	for _, id := range ids {
		clear(dst[id*dim : (id+1)*dim])
	}
}

// DropPadding appends to kept the ids that are not padding, and moves the ends of their bags accordingly.
func DropPadding(kept, ids, ends []int, padding int) []int {
	start := 0
	for b, end := range ends {
		for _, id := range ids[start:end] {
			if id != padding {
				kept = append(kept, id)
			}
		}
		start, ends[b] = end, len(kept)
	}
	return kept
}
