//go:build !amd64 || purego

package kernel

func maxAVX2(x *float32, n int) float32                       { return 0 }
func sumExpAVX2(x *float32, n int, top float32) float64       { return 0 }
func keepExpAVX2(dst, x *float32, n int, top float32) float64 { return 0 }
func scaleAddAVX2(x *float32, n int, a, b float32)            {}
func softMaxAVX2(dst, x *float32, rows, n int)                {}

func dotRowsAVX2(dst, x, y *float32, xs, ys *int, n, dim int)                                {}
func sumWeightedAVX2(dst, table *float32, ids *int, weights *float32, n, dim int, last *int) {}
