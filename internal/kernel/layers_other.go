//go:build !amd64 || purego

package kernel

func reluAVX2(dst, x *float32, n int)                                   {}
func reluGradAVX2(dst, x, grad *float32, n int)                         {}
func softMaxGradAVX2(dst, y, grad *float32, rows, n int, scale float32) {}

func layerNormAVX2(dst, moments, x, weight, bias *float32, rows, dim int, eps float64) {}
func layerNormGradXAVX2(dst, moments, x, weight, grad *float32, rows, dim int)         {}
func layerNormGradWAVX2(dst, moments, x, grad *float32, rows, dim int)                 {}

func maxRowsAVX2(best, table *float32, ids *int, n, dim int)                {}
func maxRowsGradAVX2(dst, table, best, grad *float32, ids *int, n, dim int) {}
