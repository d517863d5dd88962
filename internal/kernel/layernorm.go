package kernel

import "math"

// LayerNorm sets each row of dst, of dim elements, to (x−μ)/√(σ²+eps)·weight + bias, where μ and σ² are mean and
// variance of src's row (Ba, Kiros and Hinton, 2016). weight and bias may be nil, and both are if weight is. moments
// gets μ and 1/√(σ²+eps) of each row.
func LayerNorm[T Float](dst, moments, src, weight, bias []T, dim int, eps float64) {
	if haveAVX2 && is32[T]() && len(src) > 0 {
		layerNormAVX2(p32(dst), p32(moments), p32(src), p32(weight), p32(bias), len(src)/dim, dim, eps)
		return
	}
	layerNorm(dst, moments, src, weight, bias, dim, eps)
}

func layerNorm[T Float](dst, moments, src, weight, bias []T, dim int, eps float64) {
	for i := range rowsOf(len(src), dim) {
		x, y := src[i*dim:(i+1)*dim], dst[i*dim:(i+1)*dim]
		mean, scale := normOf(x, eps)
		moments[2*i], moments[2*i+1] = mean, scale
		for j := range y {
			y[j] = T((x[j] - mean) * scale)
		}
		if weight != nil {
			multiply(y, weight)
		}
		if bias != nil {
			add(y, bias)
		}
	}
}

// LayerNormGradX sets dst to the gradient of LayerNorm's src that follows from grad, that of its dst.
func LayerNormGradX[T Float](dst, moments, src, weight, grad []T, dim int) {
	if haveAVX2 && is32[T]() && len(src) > 0 {
		layerNormGradXAVX2(p32(dst), p32(moments), p32(src), p32(weight), p32(grad), len(src)/dim, dim)
		return
	}
	layerNormGradX(dst, moments, src, weight, grad, dim)
}

// layerNormGradX has the gradient of the normalised row in dst, until it makes that of src of it.
func layerNormGradX[T Float](dst, moments, src, weight, grad []T, dim int) {
	copy(dst, grad)
	for i := range rowsOf(len(src), dim) {
		x, g := src[i*dim:(i+1)*dim], dst[i*dim:(i+1)*dim]
		if weight != nil {
			multiply(g, weight)
		}
		mean, scale := moments[2*i], moments[2*i+1]
		var sums, slopes [8]float64
		for j := range g {
			sums[j%8] += float64(g[j])
			slopes[j%8] += float64(T(g[j] * T((x[j]-mean)*scale)))
		}
		share, slope := T(sumOf(sums)/float64(dim)), T(sumOf(slopes)/float64(dim))
		for j := range g {
			g[j] = T(scale * (g[j] - share - T(T((x[j]-mean)*scale)*slope)))
		}
	}
}

// LayerNormGradW sets dst, of dim elements, to the gradient of LayerNorm's weight.
func LayerNormGradW[T Float](dst, moments, src, grad []T, dim int) {
	clear(dst)
	for rows := rowsOf(len(src), dim); rows > 0; rows -= run {
		n := min(run, rows)
		if haveAVX2 && is32[T]() {
			layerNormGradWAVX2(p32(dst), p32(moments), p32(src), p32(grad), n, dim)
		} else {
			layerNormGradW(dst, moments, src, grad, n)
		}
		moments, src, grad = moments[2*n:], src[n*dim:], grad[n*dim:]
	}
}

// layerNormGradW adds the sum over so many rows.
func layerNormGradW[T Float](dst, moments, src, grad []T, rows int) {
	dim := len(dst)
	for j := range dst {
		var sum T
		for i := range rows {
			mean, scale := moments[2*i], moments[2*i+1]
			sum += T(grad[i*dim+j] * T((src[i*dim+j]-mean)*scale))
		}
		dst[j] += sum
	}
}

// normOf returns the mean of x and 1/√(variance+eps).
func normOf[T Float](x []T, eps float64) (mean, scale T) {
	var sums, squares [8]float64
	for j, v := range x {
		sums[j%8] += float64(v)
	}
	m := sumOf(sums) / float64(len(x))
	for j, v := range x {
		d := float64(v) - m
		squares[j%8] += float64(d * d)
	}
	return T(m), T(1 / math.Sqrt(sumOf(squares)/float64(len(x))+eps))
}

// multiply multiplies dst by src, element by element.
func multiply[T Float](dst, src []T) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] *= src[i]
	}
}
