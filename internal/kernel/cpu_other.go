//go:build !amd64 || purego

package kernel

const haveAVX2, haveAVX512 = false, false

func sumRowsAVX2(dst, table *float32, ids *int, n, dim int, a float32, keep int, last *int) {}
func addRowsAVX2(table, rows *float32, ids *int, n, dim int, a float32)                     {}
func copyRowsAVX2(rows, table *float32, ids *int, n, dim int)                               {}

func decayRowsAVX2(w, grad *float32, ids *int, n, dim int, c *float32)                 {}
func momentumRowsAVX2(w, v, grad *float32, ids *int, n, dim int, c *float32)           {}
func adagradRowsAVX2(w, s, grad *float32, ids *int, n, dim int, c *float32)            {}
func rmsPropRowsAVX2(w, s, grad *float32, ids *int, n, dim int, c *float32)            {}
func rmsPropMomentumRowsAVX2(w, s, v, grad *float32, ids *int, n, dim int, c *float32) {}
func adamRowsAVX2(w, m, v, grad *float32, ids *int, n, dim int, c *float32)            {}

func transposeAVX2(dst, src *float32, n, lddst, ldsrc int)                          {}
func productAVX2(c, add, a, b *float32, m, n, k, ldc, ldadd, rowa, cola, ldb int)   {}
func productAVX512(c, add, a, b *float32, m, n, k, ldc, ldadd, rowa, cola, ldb int) {}
func dotsAVX2(c, add, a, b *float32, m, n, k, ldc, ldadd, lda int)                  {}
