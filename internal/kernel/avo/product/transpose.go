package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// transpose turns 8 rows into 8 columns.
func transpose() {
	TEXT("transposeAVX2", NOSPLIT, "func(dst, src *float32, n, lddst, ldsrc int)")
	Pragma("noescape")
	Doc("transposeAVX2 sets dst, n rows of 8 columns, to the transpose of src, for n a multiple of 8. Rows are lddst and ldsrc",
		"elements apart.")
	dst, src, n := emit.GP("dst"), emit.GP("src"), emit.GP("n")
	lddst, ldsrc := bytes("lddst"), bytes("ldsrc")
	src3, dst3 := GP64(), GP64()
	LEAQ(Mem{Base: ldsrc, Index: ldsrc, Scale: 2}, src3)
	LEAQ(Mem{Base: lddst, Index: lddst, Scale: 2}, dst3)
	Label("transpose_8")
	CMPQ(n, U8(8))
	JL(LabelRef("transpose_done"))
	half := GP64() // row 4
	LEAQ(Mem{Base: src, Index: ldsrc, Scale: 4}, half)
	for _, col := range []int{0, 16} {
		for i, y := range turned(src, half, ldsrc, src3, col) {
			VMOVUPS(y, rowOf(dst, lddst, dst3, i, 0))
		}
		LEAQ(Mem{Base: dst, Index: lddst, Scale: 4}, dst)
	}
	ADDQ(U8(32), src)
	SUBQ(U8(8), n)
	JMP(LabelRef("transpose_8"))
	Label("transpose_done")
	VZEROUPPER()
	RET()
}

// turned returns 4 columns of 8 rows, as rows.
func turned(src, half, ld, ld3 reg.GPVirtual, col int) (out [4]reg.VecVirtual) {
	var y [4]reg.VecVirtual // y[i] holds the columns of row i in its lower half and those of row i+4 in its upper half
	for i := range y {
		y[i], out[i] = YMM(), YMM()
		VMOVUPS(rowOf(src, ld, ld3, i, col), y[i].AsX())
		VINSERTF128(U8(1), rowOf(half, ld, ld3, i, col), y[i], y[i])
	}
	lo01, hi01, lo23, hi23 := YMM(), YMM(), YMM(), YMM()
	VUNPCKLPS(y[1], y[0], lo01)
	VUNPCKHPS(y[1], y[0], hi01)
	VUNPCKLPS(y[3], y[2], lo23)
	VUNPCKHPS(y[3], y[2], hi23)
	VSHUFPS(U8(0x44), lo23, lo01, out[0])
	VSHUFPS(U8(0xee), lo23, lo01, out[1])
	VSHUFPS(U8(0x44), hi23, hi01, out[2])
	VSHUFPS(U8(0xee), hi23, hi01, out[3])
	return out
}

// rowOf is the address of row i, from 0 to 3, and a column in bytes.
func rowOf(base, ld, ld3 reg.GPVirtual, i, col int) Mem {
	switch i {
	case 0:
		return Mem{Base: base, Disp: col}
	case 3:
		return Mem{Base: base, Index: ld3, Scale: 1, Disp: col}
	}
	return Mem{Base: base, Index: ld, Scale: uint8(i), Disp: col}
}
