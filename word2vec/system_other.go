//go:build !linux

package word2vec

// makeTable returns n zeros.
func makeTable(n int) []float32 { return make([]float32, n) }

// yield would let other threads that wait for this CPU run first.
func yield() {}
