//go:build !linux

package word2vec

// yield would let other threads that wait for this CPU run first.
func yield() {}
