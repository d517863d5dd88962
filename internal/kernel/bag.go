package kernel

import (
	"fmt"
	"math"
)

// Reduce says how the rows of a bag become one.
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

// Bags are lists of rows of a table: bag b has the rows IDs[Ends[b-1]:Ends[b]], of Dim elements each, and becomes one
// row by Reduce.
type Bags struct {
	IDs, Ends []int
	Dim       int
	Reduce    Reduce
}

// BagSum sets row k of dst to the reduction, by a sum, of the rows of table that bag k names, and to zero if it names
// none.
func BagSum[T Float](dst, table []T, b *Bags) {
	if p := parts(len(b.Ends), len(b.IDs)*b.Dim/max(1, len(b.Ends))); p > 1 {
		split(p, len(b.Ends), func(lo, hi int) { bagPart(dst, table, b, lo, hi) })
		return
	}
	bagPart(dst, table, b, 0, len(b.Ends))
}

func bagPart[T Float](dst, table []T, b *Bags, lo, hi int) {
	start, dim := 0, b.Dim
	if lo > 0 {
		start = b.Ends[lo-1]
	}
	for k := lo; k < hi; k++ {
		SumRows(dst[k*dim:(k+1)*dim], table, b.IDs, start, b.Ends[k], dim, T(b.Reduce.scale(b.Ends[k]-start)))
		start = b.Ends[k]
	}
}

// BagShares sets row k of dst to what each row of bag k gets of row k of grad, the gradient of BagSum's dst.
func BagShares[T Float](dst, grad []T, b *Bags) {
	copy(dst, grad)
	start := 0
	for k, end := range b.Ends {
		if a := b.Reduce.scale(end - start); a != 1 {
			Scale(dst[k*b.Dim:(k+1)*b.Dim], T(a))
		}
		start = end
	}
}
