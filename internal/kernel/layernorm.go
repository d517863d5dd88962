package kernel

import "math"

// LayerNorm sets each row of dst, of dim elements, to (x−μ)/√(σ²+eps)·weight + bias, where μ and σ² are mean and
// variance of src's row (Ba, Kiros and Hinton, 2016). weight and bias may be nil. moments gets μ and 1/√(σ²+eps) of
// each row.
func LayerNorm[T Float](dst, moments, src, weight, bias []T, dim int, eps float64) {
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
			Add(y, bias)
		}
	}
}

// LayerNormGradX adds to dst the gradient of LayerNorm's src that follows from grad, that of its dst, in memory of dim
// elements.
func LayerNormGradX[T Float](dst, moments, src, weight, grad []T, dim int, memory []T) {
	g := memory[:dim]
	for i := range rowsOf(len(src), dim) {
		x, d := src[i*dim:(i+1)*dim], dst[i*dim:(i+1)*dim]
		if copy(g, grad[i*dim:(i+1)*dim]); weight != nil {
			multiply(g, weight)
		}
		mean, scale := moments[2*i], moments[2*i+1]
		share, slope := T(total(g)/float64(dim)), T(slopeOf(g, x, mean, scale)/float64(dim))
		for j := range d {
			d[j] += T(scale * (g[j] - share - T(T((x[j]-mean)*scale)*slope)))
		}
	}
}

// LayerNormGradW adds to dst, of dim elements, the gradient of LayerNorm's weight.
func LayerNormGradW[T Float](dst, moments, src, grad []T, dim int) {
	for i := range rowsOf(len(src), dim) {
		x, g := src[i*dim:(i+1)*dim], grad[i*dim:(i+1)*dim]
		mean, scale := moments[2*i], moments[2*i+1]
		for j := range dst {
			dst[j] += T(g[j] * T((x[j]-mean)*scale))
		}
	}
}

// normOf returns the mean of x and 1/√(variance+eps).
func normOf[T Float](x []T, eps float64) (mean, scale T) {
	m := total(x) / float64(len(x))
	var s0, s1 float64
	for i := 0; i+1 < len(x); i += 2 {
		a, b := float64(x[i])-m, float64(x[i+1])-m
		s0 += float64(a * a)
		s1 += float64(b * b)
	}
	if len(x)%2 == 1 {
		a := float64(x[len(x)-1]) - m
		s0 += float64(a * a)
	}
	return T(m), T(1 / math.Sqrt((s0+s1)/float64(len(x))+eps))
}

// slopeOf returns Σ g·(x−mean)·scale.
func slopeOf[T Float](g, x []T, mean, scale T) (sum float64) {
	for j := range g {
		sum += float64(g[j] * T((x[j]-mean)*scale))
	}
	return sum
}

// total returns the sum of x, in float64.
func total[T Float](x []T) float64 {
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		y := x[i : i+4 : i+4]
		s0 += float64(y[0])
		s1 += float64(y[1])
		s2 += float64(y[2])
		s3 += float64(y[3])
	}
	for ; i < len(x); i++ {
		s0 += float64(x[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// multiply multiplies dst by src, element by element.
func multiply[T Float](dst, src []T) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] *= src[i]
	}
}
