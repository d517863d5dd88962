package kernel

// Groups are sums of rows of Src, of Dim elements each: a sum for each group of Index, of the rows that Order
// lists for the group.
type Groups[T Float] struct {
	*Index
	Src     []T
	Weights []T // how many times each row of Order is added; nil means once
	Dim     int
	ByFreq  bool // divides a sum by the size of its group
}

// Sum sets row k of dst to the sum of group k.
func (g *Groups[T]) Sum(dst []T) { g.sum(dst, false) }

// SumByID sets row IDs[k] of dst to the sum of group k. Other rows stay.
func (g *Groups[T]) SumByID(dst []T) { g.sum(dst, true) }

func (g *Groups[T]) sum(dst []T, byID bool) {
	n := len(g.IDs)
	if p := parts(n, g.Dim+len(g.Order)*g.Dim/max(1, n)); p > 1 {
		split(p, n, func(lo, hi int) { g.part(dst, lo, hi, byID) })
		return
	}
	g.part(dst, 0, n, byID)
}

func (g *Groups[T]) part(dst []T, lo, hi int, byID bool) {
	for k := lo; k < hi; k++ {
		row := k
		if byID {
			row = g.IDs[k]
		}
		g.SumOne(dst[row*g.Dim:(row+1)*g.Dim], k)
	}
}

// SumOne sets dst, a row, to the sum of group k.
func (g *Groups[T]) SumOne(dst []T, k int) {
	a := T(1)
	if g.ByFreq {
		a = 1 / T(g.Count(k))
	}
	lo, hi := g.Starts[k], g.Starts[k+1]
	if g.Weights == nil && hi-lo == 1 { // as most are
		copy(dst, g.Src[g.Order[lo]*g.Dim:])
		return
	}
	if g.Weights == nil {
		SumRows(dst, g.Src, g.Order, lo, hi, g.Dim, a)
		return
	}
	sumWeighted(dst, g.Src, g.Order, g.Weights, lo, hi)
	if g.ByFreq {
		Scale(dst, a)
	}
}
