//go:build !linux

package vectors

func huge([]float32) {}
