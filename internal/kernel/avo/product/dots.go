package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// dots writes the product for few columns, where the tiles would leave lanes empty: lanes run along k instead.
func dots(masks Mem) {
	TEXT("dotsAVX2", NOSPLIT, "func(c, add, a, b *float32, m, n, k, ldc, ldadd, lda int)")
	Pragma("noescape")
	Doc("dotsAVX2 sets c, m rows of n columns, to add + a·bᵀ, for n 1 or 2. Rows of c, add and a are ldc, ldadd and lda",
		"elements apart, those of b k.")
	d := &dotted{c: emit.GP("c"), add: emit.GP("add"), a: emit.GP("a"), m: emit.GP("m"), lda: bytes("lda"), mask: YMM()}
	n, tail := emit.GP("n"), emit.GP("k")
	ANDQ(U8(7), tail)
	emit.Mask(masks, tail, d.mask)
	for _, columns := range []int{2, 1} {
		name := fmt.Sprintf("dots%d", columns)
		CMPQ(n, U8(columns))
		JL(LabelRef(name + "_done"))
		for _, rows := range []int{4, 1} {
			at := fmt.Sprintf("%s_%d", name, rows)
			Label(at)
			CMPQ(d.m, U8(rows))
			JL(LabelRef(at + "_done"))
			d.tile(at, rows, columns)
			SUBQ(U8(rows), d.m)
			JMP(LabelRef(at))
			Label(at + "_done")
		}
		Label(name + "_done")
	}
	VZEROUPPER()
	RET()
}

// dotted points to the next tile.
type dotted struct {
	c, add, a, m, lda reg.GPVirtual
	mask              reg.VecVirtual
}

func (d *dotted) tile(name string, rows, columns int) {
	sums := emit.Zeros(rows * columns)
	b, left, ldb, a3 := emit.GP("b"), emit.GP("k"), bytes("k"), GP64()
	LEAQ(Mem{Base: d.lda, Index: d.lda, Scale: 2}, a3)
	eight := func(mask *reg.VecVirtual) {
		row := []reg.VecVirtual{emit.Read(Mem{Base: b}, mask)}
		if columns == 2 {
			row = append(row, emit.Read(Mem{Base: b, Index: ldb, Scale: 1}, mask))
		}
		for i := range rows {
			x := emit.Read(rowOf(d.a, d.lda, a3, i, 0), mask)
			for j, y := range row {
				VFMADD231PS(y, x, sums[i*columns+j])
			}
		}
	}
	Label(name + "_k")
	SUBQ(U8(8), left)
	JL(LabelRef(name + "_rest"))
	eight(nil)
	ADDQ(U8(32), b)
	ADDQ(U8(32), d.a)
	JMP(LabelRef(name + "_k"))
	Label(name + "_rest")
	ADDQ(U8(8), left)
	JZ(LabelRef(name + "_summed"))
	eight(&d.mask)
	LEAQ(Mem{Base: d.a, Index: left, Scale: 4}, d.a)
	Label(name + "_summed")
	SUBQ(ldb, d.a)
	for range rows {
		ADDQ(d.lda, d.a)
	}
	d.store(sums, rows, columns)
}

// store sets c to add + the sum of each one's lanes: halves are added until one is left.
func (d *dotted) store(sums []reg.VecVirtual, rows, columns int) {
	ldc, ldadd := bytes("ldc"), bytes("ldadd")
	for i := range rows {
		for j, y := range sums[i*columns : (i+1)*columns] {
			half := XMM()
			VEXTRACTF128(U8(1), y, half)
			VADDPS(half, y.AsX(), half)
			VMOVHLPS(half, half, y.AsX())
			VADDPS(y.AsX(), half, half)
			VMOVSHDUP(half, y.AsX())
			VADDSS(y.AsX(), half, half)
			VADDSS(Mem{Base: d.add, Disp: 4 * j}, half, half)
			VMOVSS(half, Mem{Base: d.c, Disp: 4 * j})
		}
		ADDQ(ldadd, d.add)
		ADDQ(ldc, d.c)
	}
}
