package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// avx2 has 16 registers: 12 sums, two vectors of b, a number of a and the mask; or 8 sums and four vectors of b, where
// there are one or two rows, whose few sums would wait for each other.
type avx2 struct {
	masks Mem
	mask  reg.VecVirtual
}

func (avx2) name() string           { return "AVX2" }
func (avx2) lanes() int             { return 8 }
func (avx2) rows() int              { return 6 }
func (avx2) vectors() int           { return 4 }
func (avx2) vector() reg.VecVirtual { return YMM() }
func (avx2) zero(y reg.VecVirtual)  { VXORPS(y, y, y) }
func (w avx2) tail(n reg.GPVirtual) { emit.Mask(w.masks, n, w.mask) }

func (w avx2) addTail(add, c Mem, y reg.VecVirtual) {
	x := YMM()
	VMASKMOVPS(add, w.mask, x)
	VADDPS(x, y, y)
	VMASKMOVPS(y, w.mask, c)
}

// avx512 has 32 registers and is content with 19: a tile of 8 rows fits batches of 8, 16, 32 …
type avx512 struct{}

func (avx512) name() string           { return "AVX512" }
func (avx512) lanes() int             { return 16 }
func (avx512) rows() int              { return 8 }
func (avx512) vectors() int           { return 2 }
func (avx512) vector() reg.VecVirtual { return ZMM() }
func (avx512) zero(y reg.VecVirtual)  { VPXORD(reg.Z31, reg.Z31, y) }

func (avx512) tail(n reg.GPVirtual) {
	ones := GP64()
	MOVQ(U32(1), ones)
	MOVQ(n, reg.RCX)
	SHLQ(reg.CL, ones)
	DECQ(ones)
	KMOVW(ones.As32(), reg.K1)
}

func (avx512) addTail(add, c Mem, y reg.VecVirtual) {
	VADDPS_Z(add, y, reg.K1, y)
	VMOVUPS(y, reg.K1, c)
}
