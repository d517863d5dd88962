//go:build !linux

// Package hugepages asks the system to keep large tables in large pages, where that is Linux.
package hugepages

// Ask does nothing.
func Ask([]float32) {}
