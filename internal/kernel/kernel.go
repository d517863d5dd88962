// Package kernel holds the loops behind the ops: they know slices and sizes, not graphs.
//
// Matrices are row-major. A kernel checks nothing and cannot fail: its caller has checked sizes and
// ids. Sums run in a fixed order, so a result does not depend on GOMAXPROCS.
package kernel

// Float is the element type of tables and activations.
type Float interface{ float32 | float64 }
