package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
)

// strided is a matrix whose rows begin stride elements apart in data, or, if it is turned, the transpose of that
// matrix. The columns of a head are one.
type strided[T Float] struct {
	data   []T
	stride int
	turned bool
}

// gemmOf sets c (m, n), which is not turned, to a·b, or adds that to c, for a (m, k) and b (k, n). It is one of so many
// of that size. Without assembly the product is gonum's.
func gemmOf[T Float](c strided[T], add bool, a, b strided[T], m, k, n, products int) {
	switch {
	case m == 0 || n == 0:
		return
	case k == 0: // BLAS wants strides of at least 1
		for i := 0; i < m && !add; i++ {
			clear(c.data[i*c.stride:][:n])
		}
		return
	case haveAVX2 && is32[T]():
		p := product{c: c.matrix(), a: a.matrix(), b: b.matrix(), rows: m, columns: n, k: k}
		p.wide = haveAVX512 && m > 2 && m*k*n*products >= wideFrom
		if add {
			p.add = p.c
		}
		p.run()
		return
	}
	see(a.data)
	see(b.data)
	var beta T
	if add {
		beta = 1
	}
	switch data := any(c.data).(type) {
	case []float32:
		blas32.Implementation().Sgemm(a.trans(), b.trans(), m, n, k, 1, any(a.data).([]float32), a.stride, any(b.data).([]float32), b.stride, float32(beta), data, c.stride)
	case []float64:
		blas64.Implementation().Dgemm(a.trans(), b.trans(), m, n, k, 1, any(a.data).([]float64), a.stride, any(b.data).([]float64), b.stride, float64(beta), data, c.stride)
	}
}

// matrix returns s as assembly sees it.
func (s strided[T]) matrix() matrix {
	if s.turned {
		return matrix{f32(s.data), 1, s.stride}
	}
	return matrix{f32(s.data), s.stride, 1}
}

// trans returns s as BLAS sees it.
func (s strided[T]) trans() blas.Transpose {
	if s.turned {
		return blas.Trans
	}
	return blas.NoTrans
}

// t returns the transpose.
func (s strided[T]) t() strided[T] { return strided[T]{s.data, s.stride, !s.turned} }
