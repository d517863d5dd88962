package kernel

// Step is one step of a solver: its coefficients, rounded once, and the loop that applies them. The loop converts a
// product to T before it adds it: the compiler may then not fuse the two, and every architecture gives the same result.
type Step[T Float] interface {
	// Row changes a row of each of the arrays by g, a row of the gradient. All have one length.
	Row(a Arrays[T], g []T)

	// asm is Row for the rows ids, at least one, of float32. It reports whether there is assembly for it.
	asm(a Arrays[T], grad []T, ids []int, dim int) bool
}

// Arrays holds the weights of a parameter and then the arrays that a solver has for it; the rest is nil.
type Arrays[T Float] [4][]T

// NoAssembly is the part of a Step that has no assembly: embed it.
type NoAssembly[T Float] struct{}

func (NoAssembly[T]) asm(Arrays[T], []T, []int, int) bool { return false }

// Update takes the step s for row ids[i] of the arrays with row i of grad, on as many CPUs as pay. Rows have dim
// elements, and ids are distinct. A dense update is that of the one row 0, with dim = len(grad).
func Update[T Float, S Step[T]](a Arrays[T], grad []T, ids []int, dim int, s S) {
	cost := 1 // elements read and written, for one of the gradient
	for _, array := range a {
		if array != nil {
			cost += 2
		}
	}
	if len(ids) == 1 && dim > block { // a dense update
		row, first := a.part(ids[0]*dim, (ids[0]+1)*dim), []int{0}
		splitRow(dim, cost, func(lo, hi int) { updatePart(row.part(lo, hi), grad[lo:hi], first, hi-lo, s) })
		return
	}
	if p := parts(len(ids), cost*dim); p > 1 {
		split(p, len(ids), func(lo, hi int) { updatePart(a, grad[lo*dim:hi*dim], ids[lo:hi], dim, s) })
		return
	}
	updatePart(a, grad, ids, dim, s)
}

func updatePart[T Float, S Step[T]](a Arrays[T], grad []T, ids []int, dim int, s S) {
	if haveAVX2 && is32[T]() && len(ids) > 0 && s.asm(a, grad, ids, dim) {
		return
	}
	updateLoop(a, grad, ids, dim, s)
}

func updateLoop[T Float, S Step[T]](a Arrays[T], grad []T, ids []int, dim int, s S) {
	for i, id := range ids {
		s.Row(a.part(id*dim, (id+1)*dim), grad[i*dim:(i+1)*dim])
	}
}

// part returns elements lo to hi of each array.
func (a Arrays[T]) part(lo, hi int) Arrays[T] {
	for k := range a {
		if a[k] != nil {
			a[k] = a[k][lo:hi]
		}
	}
	return a
}
