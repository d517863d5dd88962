package kernel

import (
	"math"
	"unsafe"
)

// The updates of solvers. Each changes row ids[i] of the weights w, and of the solver's own arrays, by row
// i of grad; rows have dim elements, and ids are distinct. A dense update is that of the one row 0, with
// dim = len(w). The coefficients come from the caller, rounded once. A product is converted to T before it
// is added: the compiler may then not fuse the two, and the result is the same on every architecture.

// SGDRows is w −= lr·g.
func SGDRows[T Float](w, grad []T, ids []int, dim int, lr T) { AddRows(w, grad, ids, dim, -lr) }

// SGDDecayRows is w = keep·w − lr·g.
func SGDDecayRows[T Float](w, grad []T, ids []int, dim int, lr, keep T) {
	for i, id := range ids {
		w, g := w[id*dim:(id+1)*dim], grad[i*dim:(i+1)*dim]
		g = g[:len(w)]
		for j := range w {
			w[j] = T(keep*w[j]) - T(lr*g[j])
		}
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
	for i, id := range ids {
		w, v, g := w[id*dim:(id+1)*dim], v[id*dim:(id+1)*dim], grad[i*dim:(i+1)*dim]
		v, g = v[:len(w)], g[:len(w)]
		for j := range w {
			d := T(c.Scale*g[j]) + T(c.Decay*w[j])
			v[j] = T(c.Momentum*v[j]) + T(c.Enter*d)
			w[j] -= T(c.Rate * (T(c.Fresh*d) + T(c.Carried*v[j])))
		}
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
	for i, id := range ids {
		w, s, g := w[id*dim:(id+1)*dim], sum[id*dim:(id+1)*dim], grad[i*dim:(i+1)*dim]
		s, g = s[:len(w)], g[:len(w)]
		for j := range w {
			d := T(c.Scale*g[j]) + T(c.Decay*w[j])
			s[j] += T(d * d)
			w[j] -= T(c.Rate*d) / (sqrt(s[j]) + c.Eps)
		}
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
	for i, id := range ids {
		w, s, g := w[id*dim:(id+1)*dim], s[id*dim:(id+1)*dim], grad[i*dim:(i+1)*dim]
		s, g = s[:len(w)], g[:len(w)]
		for j := range w {
			d := T(c.Scale*g[j]) + T(c.Decay*w[j])
			s[j] = T(c.Alpha*s[j]) + T(c.Enter*T(d*d))
			w[j] -= T(c.Rate*d) / (sqrt(s[j]) + c.Eps)
		}
	}
}

// RMSPropMomentumRows is RMSPropRows with a velocity: v = momentum·v + d/(√s + eps), w −= rate·v.
func RMSPropMomentumRows[T Float](w, s, v, grad []T, ids []int, dim int, c RMSPropStep[T]) {
	for i, id := range ids {
		w, s, v, g := w[id*dim:(id+1)*dim], s[id*dim:(id+1)*dim], v[id*dim:(id+1)*dim], grad[i*dim:(i+1)*dim]
		s, v, g = s[:len(w)], v[:len(w)], g[:len(w)]
		for j := range w {
			d := T(c.Scale*g[j]) + T(c.Decay*w[j])
			s[j] = T(c.Alpha*s[j]) + T(c.Enter*T(d*d))
			v[j] = T(c.Momentum*v[j]) + d/(sqrt(s[j])+c.Eps)
			w[j] -= T(c.Rate * v[j])
		}
	}
}

// AdamStep holds the coefficients of AdamRows. The assembly reads them in this order.
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
	if len(ids) == 1 && dim > block { // a dense update
		at := ids[0] * dim
		w, m, v := w[at:at+dim], m[at:at+dim], v[at:at+dim]
		splitRow(dim, 7, func(lo, hi int) { adamPart(w[lo:hi], m[lo:hi], v[lo:hi], grad[lo:hi], []int{0}, hi-lo, c) })
		return
	}
	if p := parts(len(ids), 7*dim); p > 1 {
		split(p, len(ids), func(lo, hi int) { adamPart(w, m, v, grad[lo*dim:], ids[lo:hi], dim, c) })
		return
	}
	adamPart(w, m, v, grad, ids, dim, c)
}

func adamPart[T Float](w, m, v, grad []T, ids []int, dim int, c AdamStep[T]) {
	if haveAVX2 && is32[T]() && len(ids) > 0 {
		adamRowsAVX2(p32(w), p32(m), p32(v), p32(grad), &ids[0], len(ids), dim, (*float32)(unsafe.Pointer(&c)))
		return
	}
	adamRows(w, m, v, grad, ids, dim, c)
}

func adamRows[T Float](w, m, v, grad []T, ids []int, dim int, c AdamStep[T]) {
	for i, id := range ids {
		w, m, v, g := w[id*dim:(id+1)*dim], m[id*dim:(id+1)*dim], v[id*dim:(id+1)*dim], grad[i*dim:(i+1)*dim]
		m, v, g = m[:len(w)], v[:len(w)], g[:len(w)]
		for j := range w {
			x := T(c.Keep * w[j])
			d := T(c.Scale*g[j]) + T(c.Decay*x)
			m[j] = T(c.Beta1*m[j]) + T(c.Enter1*d)
			v[j] = T(c.Beta2*v[j]) + T(c.Enter2*T(d*d))
			w[j] = x - T(c.Rate*m[j])/(sqrt(v[j])+c.Eps)
		}
	}
}

// SumSquares returns the sum of the squares of the elements of x, each limited to ±limit.
func SumSquares[T Float](x []T, limit T) (sum float64) {
	for _, e := range x {
		e := float64(clamp(e, limit))
		sum += float64(e * e)
	}
	return sum
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
