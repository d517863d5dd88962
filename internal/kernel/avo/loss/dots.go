package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// dotRows writes the products of rows of two tables.
func dotRows(m constants) {
	TEXT("dotRowsAVX2", NOSPLIT, "func(dst, x, y *float32, xs, ys *int, n, dim int)")
	Pragma("noescape")
	Doc("dotRowsAVX2 sets dst[i] to the product of row xs[i] of x and row ys[i] of y, for i in [0, n).")
	dst, x, y, xs, ys := emit.GP("dst"), emit.GP("x"), emit.GP("y"), emit.GP("xs"), emit.GP("ys")
	n, stride, last, rest := emit.GP("n"), emit.GP("dim"), GP64(), GP64()
	LEAQ(Mem{Base: ys, Index: n, Scale: 8, Disp: -8}, last)
	MOVQ(stride, rest)
	ANDQ(U8(7), rest)
	mask := emit.Mask(m.masks(), rest, YMM())
	SHLQ(U8(2), stride)
	Label("dot_rows")
	CMPQ(n, U32(0))
	JE(LabelRef("dot_done"))
	d := &dot{a: GP64(), b: GP64(), left: GP64(), next: GP64()}
	emit.IDAhead(d.next, ys, last)
	emit.Row(d.next, y, d.next, stride)
	emit.Row(d.a, x, xs, stride)
	emit.Row(d.b, y, ys, stride)
	sums := emit.Zeros(2)
	MOVQ(stride, d.left)
	d.each16(sums)
	d.rest(sums, mask)
	VADDPS(sums[1], sums[0], sums[0])
	total := XMM()
	emit.Lanes(VADDPS, sums[0], total)
	VMOVSS(total, Mem{Base: dst})
	ADDQ(U32(4), dst)
	ADDQ(U32(8), xs)
	ADDQ(U32(8), ys)
	DECQ(n)
	JMP(LabelRef("dot_rows"))
	Label("dot_done")
	VZEROUPPER()
	RET()
}

// dot is at the next columns of two rows, a and b, and of the row to fetch. Columns 0 to 7 and 8 to 15 of each 16 have
// a sum each.
type dot struct {
	a, b, next reg.GPVirtual
	left       reg.GPVirtual // bytes of the row
}

// each16 emits the loop over each 16 columns.
func (d *dot) each16(sums []reg.VecVirtual) {
	Label("dot_16")
	CMPQ(d.left, U32(64))
	JL(LabelRef("dot_8"))
	PREFETCHT0(Mem{Base: d.next})
	d.multiply(sums[0], 0, nil)
	d.multiply(sums[1], 32, nil)
	d.step(64)
	JMP(LabelRef("dot_16"))
	Label("dot_8")
}

// rest multiplies the last columns, up to 15.
func (d *dot) rest(sums []reg.VecVirtual, mask reg.VecVirtual) {
	CMPQ(d.left, U32(0))
	JE(LabelRef("dot_whole"))
	PREFETCHT0(Mem{Base: d.next})
	CMPQ(d.left, U32(32))
	JL(LabelRef("dot_rest"))
	d.multiply(sums[0], 0, nil)
	d.step(32)
	d.multiply(sums[1], 0, &mask)
	JMP(LabelRef("dot_whole"))
	Label("dot_rest")
	d.multiply(sums[0], 0, &mask)
	Label("dot_whole")
}

// multiply adds the products of 8 columns, or of those in mask unless that is nil, to a sum.
func (d *dot) multiply(sum reg.VecVirtual, at int, mask *reg.VecVirtual) {
	u := emit.Read(Mem{Base: d.a, Disp: at}, mask)
	if mask == nil {
		VMULPS(Mem{Base: d.b, Disp: at}, u, u)
	} else {
		VMULPS(emit.Read(Mem{Base: d.b, Disp: at}, mask), u, u)
	}
	VADDPS(u, sum, sum)
}

// step goes to the columns after so many bytes.
func (d *dot) step(by int) {
	for _, p := range []reg.GPVirtual{d.a, d.b, d.next} {
		ADDQ(U32(by), p)
	}
	SUBQ(U32(by), d.left)
}
