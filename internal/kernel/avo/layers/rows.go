package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// rows are at the next row of dst and of two matrices, x and other, of n columns.
type rows struct {
	dst, x, other, n reg.GPVirtual
	masks            Mem

	at   reg.GPVirtual   // of the next columns, in bytes from the row's begin
	mask *reg.VecVirtual // of the columns; nil if they are 8
}

// each emits the loop over so many rows, and returns from the function.
func (r *rows) each(name string, count reg.GPVirtual, row func()) {
	r.at = GP64()
	emit.Loop(name+"_rows", count, 1, func() {
		row()
		for _, p := range []reg.GPVirtual{r.dst, r.x, r.other} {
			LEAQ(Mem{Base: p, Index: r.n, Scale: 4}, p)
		}
	})
	VZEROUPPER()
	RET()
}

// vectors emits the loop over the columns of a row: work gets each 8 of both matrices, and zeros after the last.
func (r *rows) vectors(name string, work func(x, other reg.VecVirtual)) {
	left := GP64()
	MOVQ(r.n, left)
	XORQ(r.at, r.at)
	emit.Loop(name, left, 8, func() {
		r.mask = nil
		work(r.read(r.x), r.read(r.other))
		ADDQ(U8(32), r.at)
	})
	CMPQ(left, U32(0))
	JE(LabelRef(name + "_whole"))
	mask := emit.Mask(r.masks, left, YMM())
	r.mask = &mask
	work(r.read(r.x), r.read(r.other))
	Label(name + "_whole")
}

func (r *rows) read(m reg.GPVirtual) reg.VecVirtual {
	return emit.Read(Mem{Base: m, Index: r.at, Scale: 1}, r.mask)
}

// set sets the columns of dst.
func (r *rows) set(y reg.VecVirtual) { emit.Write(y, Mem{Base: r.dst, Index: r.at, Scale: 1}, r.mask) }
