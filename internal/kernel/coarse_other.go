//go:build !amd64 || purego

package kernel

func dotsInt8AVX2(dst *int32, rows *int8, q *int16, n, stride int) {}
