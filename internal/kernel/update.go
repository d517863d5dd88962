package kernel

import (
	"math"
	"unsafe"
)

// The updates of solvers. Each changes row ids[i] of the weights w, and of the solver's own arrays, by row
// i of grad; rows have dim elements, and ids are distinct. A dense update is that of the one row 0, with
// dim = len(w). The coefficients come from the caller, rounded once; the assembly reads the fields of their
// struct in order. A product is converted to T before it is added: the compiler may then not fuse the two,
// and the result is the same on every architecture.

// AddRows adds a times row i of rows to row ids[i] of table, for ids that are distinct. Rows have dim elements.
func AddRows[T Float](table, rows []T, ids []int, dim int, a T) {
	updateRows(arrays[T]{table}, rows, ids, dim, addStep[T]{a})
}

type addStep[T Float] struct{ a T }

func (c addStep[T]) asm(a arrays[T], rows []T, ids []int, dim int) {
	addRowsAVX2(p32(a[0]), p32(rows), &ids[0], len(ids), dim, float32(c.a))
}

func (c addStep[T]) loop(a arrays[T], row []T) { AddScaled(a[0], c.a, row) }

// SGDRows is w −= lr·g.
func SGDRows[T Float](w, grad []T, ids []int, dim int, lr T) { AddRows(w, grad, ids, dim, -lr) }

// SGDDecayRows is w = keep·w − lr·g.
func SGDDecayRows[T Float](w, grad []T, ids []int, dim int, lr, keep T) {
	updateRows(arrays[T]{w}, grad, ids, dim, decayStep[T]{lr, keep})
}

type decayStep[T Float] struct{ rate, keep T }

func (c decayStep[T]) asm(a arrays[T], grad []T, ids []int, dim int) {
	decayRowsAVX2(p32(a[0]), p32(grad), &ids[0], len(ids), dim, (*float32)(unsafe.Pointer(&c)))
}

func (c decayStep[T]) loop(a arrays[T], g []T) {
	w := a[0][:len(g)]
	for j := range w {
		w[j] = T(c.keep*w[j]) - T(c.rate*g[j])
	}
}

// MomentumStep holds the coefficients of MomentumRows.
type MomentumStep[T Float] struct {
	Rate            T // learning rate
	Scale, Decay    T // of g and of w in the decayed gradient
	Momentum, Enter T // of the old velocity and of the decayed gradient in the new velocity
	Fresh, Carried  T // of the decayed gradient and of the velocity in the update: 0 and 1 without Nesterov
}

// MomentumRows is d = scale·g + decay·w, v = momentum·v + enter·d, w −= rate·(fresh·d + carried·v).
func MomentumRows[T Float](w, v, grad []T, ids []int, dim int, c MomentumStep[T]) {
	updateRows(arrays[T]{w, v}, grad, ids, dim, c)
}

func (c MomentumStep[T]) asm(a arrays[T], grad []T, ids []int, dim int) {
	momentumRowsAVX2(p32(a[0]), p32(a[1]), p32(grad), &ids[0], len(ids), dim, (*float32)(unsafe.Pointer(&c)))
}

func (c MomentumStep[T]) loop(a arrays[T], g []T) {
	w, v := a[0][:len(g)], a[1][:len(g)]
	for j := range w {
		d := T(c.Scale*g[j]) + T(c.Decay*w[j])
		v[j] = T(c.Momentum*v[j]) + T(c.Enter*d)
		w[j] -= T(c.Rate * (T(c.Fresh*d) + T(c.Carried*v[j])))
	}
}

// AdagradStep holds the coefficients of AdagradRows.
type AdagradStep[T Float] struct {
	Rate         T // learning rate
	Scale, Decay T // of g and of w in the decayed gradient
	Eps          T
}

// AdagradRows is d = scale·g + decay·w, sum += d², w −= rate·d/(√sum + eps).
func AdagradRows[T Float](w, sum, grad []T, ids []int, dim int, c AdagradStep[T]) {
	updateRows(arrays[T]{w, sum}, grad, ids, dim, c)
}

func (c AdagradStep[T]) asm(a arrays[T], grad []T, ids []int, dim int) {
	adagradRowsAVX2(p32(a[0]), p32(a[1]), p32(grad), &ids[0], len(ids), dim, (*float32)(unsafe.Pointer(&c)))
}

func (c AdagradStep[T]) loop(a arrays[T], g []T) {
	w, s := a[0][:len(g)], a[1][:len(g)]
	for j := range w {
		d := T(c.Scale*g[j]) + T(c.Decay*w[j])
		s[j] += T(d * d)
		w[j] -= T(c.Rate*d) / (sqrt(s[j]) + c.Eps)
	}
}

// RMSPropStep holds the coefficients of RMSPropRows and RMSPropMomentumRows.
type RMSPropStep[T Float] struct {
	Rate         T // learning rate
	Scale, Decay T // of g and of w in the decayed gradient
	Alpha, Enter T // of the old mean and of the new square in the mean of squares
	Momentum     T // of RMSPropMomentumRows
	Eps          T
}

// RMSPropRows is d = scale·g + decay·w, s = alpha·s + enter·d², w −= rate·d/(√s + eps).
func RMSPropRows[T Float](w, s, grad []T, ids []int, dim int, c RMSPropStep[T]) {
	updateRows(arrays[T]{w, s}, grad, ids, dim, c)
}

// RMSPropMomentumRows is RMSPropRows with a velocity: v = momentum·v + d/(√s + eps), w −= rate·v.
func RMSPropMomentumRows[T Float](w, s, v, grad []T, ids []int, dim int, c RMSPropStep[T]) {
	updateRows(arrays[T]{w, s, v}, grad, ids, dim, c)
}

func (c RMSPropStep[T]) asm(a arrays[T], grad []T, ids []int, dim int) {
	coefs := (*float32)(unsafe.Pointer(&c))
	if a[2] == nil {
		rmsPropRowsAVX2(p32(a[0]), p32(a[1]), p32(grad), &ids[0], len(ids), dim, coefs)
	} else {
		rmsPropMomentumRowsAVX2(p32(a[0]), p32(a[1]), p32(a[2]), p32(grad), &ids[0], len(ids), dim, coefs)
	}
}

func (c RMSPropStep[T]) loop(a arrays[T], g []T) {
	w, s := a[0][:len(g)], a[1][:len(g)]
	for j := range w {
		d := T(c.Scale*g[j]) + T(c.Decay*w[j])
		s[j] = T(c.Alpha*s[j]) + T(c.Enter*T(d*d))
		if a[2] == nil {
			w[j] -= T(c.Rate*d) / (sqrt(s[j]) + c.Eps)
			continue
		}
		v := &a[2][j]
		*v = T(c.Momentum**v) + d/(sqrt(s[j])+c.Eps)
		w[j] -= T(c.Rate * *v)
	}
}

// AdamStep holds the coefficients of AdamRows.
type AdamStep[T Float] struct {
	Rate          T // learning rate · √(1−β₂ᵗ)/(1−β₁ᵗ)
	Scale, Decay  T // of g and of w in the decayed gradient
	Keep          T // of w before the step: 1 − learning rate · decay for decoupled decay, else 1
	Beta1, Enter1 T // of the old mean and of the gradient in the mean
	Beta2, Enter2 T // of the old mean and of the square in the mean of squares
	Eps           T
}

// AdamRows is w = keep·w, d = scale·g + decay·w, m = β₁·m + enter1·d, v = β₂·v + enter2·d²,
// w −= rate·m/(√v + eps).
func AdamRows[T Float](w, m, v, grad []T, ids []int, dim int, c AdamStep[T]) {
	updateRows(arrays[T]{w, m, v}, grad, ids, dim, c)
}

func (c AdamStep[T]) asm(a arrays[T], grad []T, ids []int, dim int) {
	adamRowsAVX2(p32(a[0]), p32(a[1]), p32(a[2]), p32(grad), &ids[0], len(ids), dim, (*float32)(unsafe.Pointer(&c)))
}

func (c AdamStep[T]) loop(a arrays[T], g []T) {
	w, m, v := a[0][:len(g)], a[1][:len(g)], a[2][:len(g)]
	for j := range w {
		x := T(c.Keep * w[j])
		d := T(c.Scale*g[j]) + T(c.Decay*x)
		m[j] = T(c.Beta1*m[j]) + T(c.Enter1*d)
		v[j] = T(c.Beta2*v[j]) + T(c.Enter2*T(d*d))
		w[j] = x - T(c.Rate*m[j])/(sqrt(v[j])+c.Eps)
	}
}

// arrays are the weights and a solver's own arrays, up to two; those that it has not are nil.
type arrays[T Float] [3][]T

// part returns elements lo to hi of each.
func (a arrays[T]) part(lo, hi int) arrays[T] {
	for k := range a {
		if a[k] != nil {
			a[k] = a[k][lo:hi]
		}
	}
	return a
}

// An updater holds the coefficients of an update.
type updater[T Float] interface {
	asm(a arrays[T], grad []T, ids []int, dim int) // of the rows ids, at least one; T is float32
	loop(a arrays[T], grad []T)                    // of one row
}

// updateRows updates rows ids by those of grad, on as many CPUs as pay.
func updateRows[T Float, U updater[T]](a arrays[T], grad []T, ids []int, dim int, u U) {
	cost := 1 // elements read and written, for one of the gradient
	for _, array := range a {
		if array != nil {
			cost += 2
		}
	}
	if len(ids) == 1 && dim > block { // a dense update
		row, first := a.part(ids[0]*dim, (ids[0]+1)*dim), []int{0}
		splitRow(dim, cost, func(lo, hi int) { updatePart(row.part(lo, hi), grad[lo:hi], first, hi-lo, u) })
		return
	}
	if p := parts(len(ids), cost*dim); p > 1 {
		split(p, len(ids), func(lo, hi int) { updatePart(a, grad[lo*dim:hi*dim], ids[lo:hi], dim, u) })
		return
	}
	updatePart(a, grad, ids, dim, u)
}

func updatePart[T Float, U updater[T]](a arrays[T], grad []T, ids []int, dim int, u U) {
	if haveAVX2 && is32[T]() && len(ids) > 0 {
		u.asm(a, grad, ids, dim)
		return
	}
	updateLoop(a, grad, ids, dim, u)
}

func updateLoop[T Float, U updater[T]](a arrays[T], grad []T, ids []int, dim int, u U) {
	for i, id := range ids {
		u.loop(a.part(id*dim, (id+1)*dim), grad[i*dim:(i+1)*dim])
	}
}

// SumSquares returns the sum of the squares of the elements of x, each limited to ±limit. It adds up four
// sums, each of every fourth element, because an addition waits for the one before it.
func SumSquares[T Float](x []T, limit T) float64 {
	var sums [4]float64
	if math.IsInf(float64(limit), 1) {
		for len(x) >= 4 {
			for k, e := range x[:4] {
				sums[k] += float64(float64(e) * float64(e))
			}
			x = x[4:]
		}
	}
	for i, e := range x {
		e := float64(clamp(e, limit))
		sums[i%4] += float64(e * e)
	}
	return (sums[0] + sums[1]) + (sums[2] + sums[3])
}

// Clamp limits the elements of x to ±limit. NaN stays.
func Clamp[T Float](x []T, limit T) {
	for i, e := range x {
		x[i] = clamp(e, limit)
	}
}

func clamp[T Float](x, limit T) T {
	switch {
	case x > limit:
		return limit
	case x < -limit:
		return -limit
	}
	return x
}

func sqrt[T Float](x T) T { return T(math.Sqrt(float64(x))) }
