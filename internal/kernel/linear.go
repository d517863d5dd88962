package kernel

// Linear sets dst (rows, out) to x·wᵀ + bias, for x (rows, in), w (out, in) and bias (out), which may be nil.
func Linear[T Float](dst, x, w, bias []T, rows, in, out int) {
	if haveAVX2 && is32[T]() && rows > 0 && in > 0 && out > 0 {
		p := newProduct(f32(dst), f32(x), f32(w), false, true, rows, in, out)
		p.add = matrix{f32(bias), 0, 1}
		p.run()
		return
	}
	for i := range rows {
		if bias == nil {
			clear(dst[i*out : (i+1)*out])
		} else {
			copy(dst[i*out:(i+1)*out], bias)
		}
	}
	gemm(dst, true, x, w, false, true, rows, in, out)
}

// LinearGradX sets dst (rows, in) to grad·w, the gradient of Linear's x, for grad (rows, out).
func LinearGradX[T Float](dst, w, grad []T, rows, in, out int) {
	gemm(dst, false, grad, w, false, false, rows, out, in)
}

// LinearGradW sets dst (out, in) to gradᵀ·x, the gradient of Linear's w.
func LinearGradW[T Float](dst, x, grad []T, rows, in, out int) {
	gemm(dst, false, grad, x, true, false, out, rows, in)
}

// LinearGradBias adds the sum of grad's rows, the gradient of Linear's bias, to dst (out).
func LinearGradBias[T Float](dst, grad []T, rows, out int) {
	var list [run]int
	for i := range list {
		list[i] = i
	}
	for lo := 0; lo < rows && out > 0; lo += run {
		n, grad := min(run, rows-lo), grad[lo*out:]
		if haveAVX2 && is32[T]() {
			sumRowsAVX2(p32(dst), p32(grad), &list[0], n, out, 1, 1, &list[n-1])
		} else {
			sumRows(dst, grad, list[:n], out, 1, true)
		}
	}
}

// gemm sets c to op(a)·op(b), or adds that to it, where op, which may be to transpose, makes a (m, k) and b (k, n), and
// c is (m, n).
func gemm[T Float](c []T, add bool, a, b []T, transA, transB bool, m, k, n int) {
	lda, ldb := k, n
	if transA {
		lda = m
	}
	if transB {
		ldb = k
	}
	gemmOf(strided[T]{c, n, false}, add, strided[T]{a, lda, transA}, strided[T]{b, ldb, transB}, m, k, n, 1)
}
