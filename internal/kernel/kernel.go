// Package kernel holds the loops behind the ops: they know slices and sizes, not graphs.
//
// Matrices are row-major. A kernel checks nothing and cannot fail: its caller has checked sizes and
// ids. Sums run in a fixed order, so a result does not depend on GOMAXPROCS.
//
// Some loops over float32 are assembly too. Whether it runs is decided by haveAVX2 alone, for every kernel: it says that
// the CPU has AVX2 and FMA, and is false in builds with the tag purego, for other architectures, and under the race
// detector, which does not see assembly: a race on a table would go unreported. The loop in Go, the twin, then gives the
// same bits. A kernel with assembly is therefore
//
//	if haveAVX2 && is32[T]() { the assembly } else { its twin }
//
// and a test that compares the two skips without haveAVX2. Products of matrices are gonum's without it, with other bits.
package kernel

// Float is the element type of tables and activations.
type Float interface{ float32 | float64 }
