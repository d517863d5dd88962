//go:build !amd64 || purego

package kernel

func maxAVX2(x *float32, n int) float32                       { return 0 }
func sumExpAVX2(x *float32, n int, top float32) float64       { return 0 }
func keepExpAVX2(dst, x *float32, n int, top float32) float64 { return 0 }
func scaleAddAVX2(x *float32, n int, a, b float32)            {}
func softMaxAVX2(dst, x *float32, rows, n int)                {}

func dotRowsAVX2(dst, x, y *float32, xs, ys *int, n, dim int)                                {}
func sumWeightedAVX2(dst, table *float32, ids *int, weights *float32, n, dim int, last *int) {}

func sampledSlopesAVX2(dst, parts, labels *float32, n, panels int, rate float32) {}
func sampledScores1AVX2(dst, in *float32, ids *int32, n int, out *float32, targets *int32, count int, last *int32, scale float32) {
}
func sampledUpdate1AVX2(in *float32, ids *int32, n int, out *float32, targets *int32, slopes *float32, count int, scale float32) {
}
func sampledScores2AVX2(dst, in *float32, ids *int32, n int, out *float32, targets *int32, count int, last *int32, scale float32) {
}
func sampledUpdate2AVX2(in *float32, ids *int32, n int, out *float32, targets *int32, slopes *float32, count int, scale float32) {
}
func sampledScores3AVX2(dst, in *float32, ids *int32, n int, out *float32, targets *int32, count int, last *int32, scale float32) {
}
func sampledUpdate3AVX2(in *float32, ids *int32, n int, out *float32, targets *int32, slopes *float32, count int, scale float32) {
}
func sampledScores4AVX2(dst, in *float32, ids *int32, n int, out *float32, targets *int32, count int, last *int32, scale float32) {
}
func sampledUpdate4AVX2(in *float32, ids *int32, n int, out *float32, targets *int32, slopes *float32, count int, scale float32) {
}
func sampledScores5AVX2(dst, in *float32, ids *int32, n int, out *float32, targets *int32, count int, last *int32, scale float32) {
}
func sampledUpdate5AVX2(in *float32, ids *int32, n int, out *float32, targets *int32, slopes *float32, count int, scale float32) {
}
func sampledScores6AVX2(dst, in *float32, ids *int32, n int, out *float32, targets *int32, count int, last *int32, scale float32) {
}
func sampledUpdate6AVX2(in *float32, ids *int32, n int, out *float32, targets *int32, slopes *float32, count int, scale float32) {
}
func sampledScores7AVX2(dst, in *float32, ids *int32, n int, out *float32, targets *int32, count int, last *int32, scale float32) {
}
func sampledUpdate7AVX2(in *float32, ids *int32, n int, out *float32, targets *int32, slopes *float32, count int, scale float32) {
}
