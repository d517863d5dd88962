package kernel

//go:generate go -C avo run ./layers -out ../layers_amd64.s -stubs ../layers_amd64.go -pkg kernel

// ReLU sets dst to x where that is not below 0, and to 0 elsewhere.
func ReLU[T Float](dst, x []T) {
	if haveAVX2 && is32[T]() && len(x) > 0 {
		reluAVX2(p32(dst), p32(x), len(x))
		return
	}
	relu(dst, x)
}

func relu[T Float](dst, x []T) {
	for i, v := range x {
		if v < 0 {
			v = 0
		}
		dst[i] = v
	}
}

// ReLUGrad sets dst to the gradient of ReLU's x that follows from grad, that of its dst: to grad where x is above 0 or
// NaN, and to 0 elsewhere.
func ReLUGrad[T Float](dst, x, grad []T) {
	if haveAVX2 && is32[T]() && len(x) > 0 {
		reluGradAVX2(p32(dst), p32(x), p32(grad), len(x))
		return
	}
	reluGrad(dst, x, grad)
}

func reluGrad[T Float](dst, x, grad []T) {
	for i, v := range x {
		if v <= 0 {
			dst[i] = 0
		} else {
			dst[i] = grad[i]
		}
	}
}
