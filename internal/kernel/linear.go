package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
)

// Linear sets dst (rows, out) to x·wᵀ + bias, for x (rows, in), w (out, in) and bias (out), which may be nil.
func Linear[T Float](dst, x, w, bias []T, rows, in, out int) {
	for i := range rows {
		if bias == nil {
			clear(dst[i*out : (i+1)*out])
		} else {
			copy(dst[i*out:(i+1)*out], bias)
		}
	}
	gemm(dst, x, w, blas.NoTrans, blas.Trans, rows, in, out)
}

// LinearGradX adds grad·w, the gradient of Linear's x, to dst (rows, in), for grad (rows, out).
func LinearGradX[T Float](dst, w, grad []T, rows, in, out int) {
	gemm(dst, grad, w, blas.NoTrans, blas.NoTrans, rows, out, in)
}

// LinearGradW adds gradᵀ·x, the gradient of Linear's w, to dst (out, in).
func LinearGradW[T Float](dst, x, grad []T, rows, in, out int) {
	gemm(dst, grad, x, blas.Trans, blas.NoTrans, out, rows, in)
}

// LinearGradBias adds the sum of grad's rows, the gradient of Linear's bias, to dst (out).
func LinearGradBias[T Float](dst, grad []T, rows, out int) {
	for i := range rows {
		Add(dst, grad[i*out:(i+1)*out])
	}
}

// gemm adds op(a)·op(b) to c, where op(a) is (m, k), op(b) is (k, n) and c is (m, n).
func gemm[T Float](c, a, b []T, ta, tb blas.Transpose, m, k, n int) {
	if m == 0 || k == 0 || n == 0 {
		return // BLAS wants strides of at least 1
	}
	lda, ldb := k, n
	if ta == blas.Trans {
		lda = m
	}
	if tb == blas.Trans {
		ldb = k
	}
	switch c := any(c).(type) {
	case []float32:
		blas32.Implementation().Sgemm(ta, tb, m, n, k, 1, any(a).([]float32), lda, any(b).([]float32), ldb, 1, c, n)
	case []float64:
		blas64.Implementation().Dgemm(ta, tb, m, n, k, 1, any(a).([]float64), lda, any(b).([]float64), ldb, 1, c, n)
	}
}
