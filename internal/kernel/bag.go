package kernel

import (
	"fmt"
	"math"
)

// Reduce says what becomes of the rows of a bag.
type Reduce int

// The reductions of a bag.
const (
	Mean  Reduce = iota // sum divided by the number of rows
	Sum                 // sum
	Max                 // greatest of each column
	SqrtN               // sum divided by the root of the number of rows
	Min                 // least of each column
)

func (r Reduce) String() string {
	if r >= Mean && r <= Min {
		return [...]string{"mean", "sum", "max", "sqrtn", "min"}[r]
	}
	return fmt.Sprintf("Reduce(%d)", int(r))
}

// scale returns the factor of the sum of a bag of n rows.
func (r Reduce) scale(n int) float64 {
	switch {
	case n < 2:
		return 1
	case r == Mean:
		return 1 / float64(n)
	case r == SqrtN:
		return 1 / math.Sqrt(float64(n))
	}
	return 1
}

// BagSum sets row b of dst to the reduction, by a sum, of the rows of table that bag b, ids[ends[b-1]:ends[b]], names,
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

// ClearRows sets rows ids of dst to zero.
func ClearRows[T Float](dst []T, ids []int, dim int) {
	for _, id := range ids {
		clear(dst[id*dim : (id+1)*dim])
	}
}

// DropPadding appends to kept the ids that are neither padding nor NoRow, and moves the ends of their bags
// accordingly. If at is not nil, it appends to it where in ids they stand.
func DropPadding(kept, at, ids, ends []int, padding int) (k, a []int) {
	start := 0
	for b, end := range ends {
		for i, id := range ids[start:end] {
			if id == padding || id == NoRow {
				continue
			}
			if kept = append(kept, id); at != nil {
				at = append(at, start+i)
			}
		}
		start, ends[b] = end, len(kept)
	}
	return kept, at
}
