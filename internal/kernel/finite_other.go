//go:build !amd64 || purego

package kernel

func sumAVX2(x *float32, n int) float32 { return 0 }
