package kernel

import (
	"math"
	"unsafe"
)

// The steps that have assembly, which reads their fields in order.

// AddStep is w += a·g.
type AddStep[T Float] struct{ A T }

func (c AddStep[T]) asm(a Arrays[T], rows []T, ids []int, dim int) bool {
	addRowsAVX2(p32(a[0]), p32(rows), &ids[0], len(ids), dim, float32(c.A))
	return true
}

func (c AddStep[T]) Row(a Arrays[T], g []T) { addScaled(a[0], c.A, g) }

// DecayStep is w = keep·w − rate·g.
type DecayStep[T Float] struct{ Rate, Keep T }

func (c DecayStep[T]) asm(a Arrays[T], grad []T, ids []int, dim int) bool {
	decayRowsAVX2(p32(a[0]), p32(grad), &ids[0], len(ids), dim, (*float32)(unsafe.Pointer(&c)))
	return true
}

func (c DecayStep[T]) Row(a Arrays[T], g []T) {
	w := a[0][:len(g)]
	for j := range w {
		w[j] = T(c.Keep*w[j]) - T(c.Rate*g[j])
	}
}

// MomentumStep is d = scale·g + decay·w, v = momentum·v + enter·d, w −= rate·(fresh·d + carried·v).
type MomentumStep[T Float] struct {
	Rate            T // learning rate
	Scale, Decay    T // factors of g and of w in the decayed gradient d
	Momentum, Enter T // factors of the old velocity and of d in the new velocity
	Fresh, Carried  T // factors of d and of the velocity in the update: 0 and 1 without Nesterov
}

func (c MomentumStep[T]) asm(a Arrays[T], grad []T, ids []int, dim int) bool {
	momentumRowsAVX2(p32(a[0]), p32(a[1]), p32(grad), &ids[0], len(ids), dim, (*float32)(unsafe.Pointer(&c)))
	return true
}

func (c MomentumStep[T]) Row(a Arrays[T], g []T) {
	w, v := a[0][:len(g)], a[1][:len(g)]
	for j := range w {
		d := T(c.Scale*g[j]) + T(c.Decay*w[j])
		v[j] = T(c.Momentum*v[j]) + T(c.Enter*d)
		w[j] -= T(c.Rate * (T(c.Fresh*d) + T(c.Carried*v[j])))
	}
}

// AdagradStep is d = scale·g + decay·w, sum += d², w −= rate·d/(√sum + eps).
type AdagradStep[T Float] struct {
	Rate         T // learning rate
	Scale, Decay T // factors of g and of w in the decayed gradient d
	Eps          T
}

func (c AdagradStep[T]) asm(a Arrays[T], grad []T, ids []int, dim int) bool {
	adagradRowsAVX2(p32(a[0]), p32(a[1]), p32(grad), &ids[0], len(ids), dim, (*float32)(unsafe.Pointer(&c)))
	return true
}

func (c AdagradStep[T]) Row(a Arrays[T], g []T) {
	w, s := a[0][:len(g)], a[1][:len(g)]
	for j := range w {
		d := T(c.Scale*g[j]) + T(c.Decay*w[j])
		s[j] += T(d * d)
		w[j] -= T(c.Rate*d) / (sqrt(s[j]) + c.Eps)
	}
}

// RMSPropStep is d = scale·g + decay·w, s = alpha·s + enter·d², w −= rate·d/(√s + eps). With a third array, the
// velocity v, it is v = momentum·v + d/(√s + eps), w −= rate·v.
type RMSPropStep[T Float] struct {
	Rate         T // learning rate
	Scale, Decay T // factors of g and of w in the decayed gradient d
	Alpha, Enter T // factors of the old mean and of d² in the mean of squares
	Momentum     T // factor of the old velocity
	Eps          T
}

func (c RMSPropStep[T]) asm(a Arrays[T], grad []T, ids []int, dim int) bool {
	coefs := (*float32)(unsafe.Pointer(&c))
	if a[2] == nil {
		rmsPropRowsAVX2(p32(a[0]), p32(a[1]), p32(grad), &ids[0], len(ids), dim, coefs)
	} else {
		rmsPropMomentumRowsAVX2(p32(a[0]), p32(a[1]), p32(a[2]), p32(grad), &ids[0], len(ids), dim, coefs)
	}
	return true
}

func (c RMSPropStep[T]) Row(a Arrays[T], g []T) {
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

// AdamStep is w = keep·w, d = scale·g + decay·w, m = β₁·m + enter1·d, v = β₂·v + enter2·d², w −= rate·m/(√v + eps).
type AdamStep[T Float] struct {
	Rate          T // learning rate · √(1−β₂ᵗ)/(1−β₁ᵗ)
	Scale, Decay  T // factors of g and of w in the decayed gradient d
	Keep          T // factor of w before the step: 1 − learning rate · decay for decoupled decay, else 1
	Beta1, Enter1 T // factors of the old mean and of d in the mean
	Beta2, Enter2 T // factors of the old mean and of d² in the mean of squares
	Eps           T
}

func (c AdamStep[T]) asm(a Arrays[T], grad []T, ids []int, dim int) bool {
	adamRowsAVX2(p32(a[0]), p32(a[1]), p32(a[2]), p32(grad), &ids[0], len(ids), dim, (*float32)(unsafe.Pointer(&c)))
	return true
}

func (c AdamStep[T]) Row(a Arrays[T], g []T) {
	w, m, v := a[0][:len(g)], a[1][:len(g)], a[2][:len(g)]
	for j := range w {
		x := T(c.Keep * w[j])
		d := T(c.Scale*g[j]) + T(c.Decay*x)
		m[j] = T(c.Beta1*m[j]) + T(c.Enter1*d)
		v[j] = T(c.Beta2*v[j]) + T(c.Enter2*T(d*d))
		w[j] = x - T(c.Rate*m[j])/(sqrt(v[j])+c.Eps)
	}
}

func sqrt[T Float](x T) T { return T(math.Sqrt(float64(x))) }
