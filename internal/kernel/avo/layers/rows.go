package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// rows are the rows of matrices of n columns.
type rows struct {
	n     reg.GPVirtual
	masks Mem

	at   reg.GPVirtual   // of the next columns, in bytes from the row's begin
	mask *reg.VecVirtual // of the columns; nil if they are 8
}

// each emits the loop over so many rows of matrices, and returns from the function.
func (r *rows) each(name string, count reg.GPVirtual, row func(), matrices ...reg.GPVirtual) {
	r.at = GP64()
	emit.Loop(name+"_rows", count, 1, func() {
		row()
		for _, m := range matrices {
			LEAQ(Mem{Base: m, Index: r.n, Scale: 4}, m)
		}
	})
	VZEROUPPER()
	RET()
}

// vectors emits the loop over each 8 columns of a row.
func (r *rows) vectors(name string, work func()) {
	left := GP64()
	MOVQ(r.n, left)
	XORQ(r.at, r.at)
	emit.Loop(name, left, 8, func() {
		r.mask = nil
		work()
		ADDQ(U8(32), r.at)
	})
	CMPQ(left, U32(0))
	JE(LabelRef(name + "_whole"))
	mask := emit.Mask(r.masks, left, YMM())
	r.mask = &mask
	work()
	Label(name + "_whole")
}

// read returns the columns of a matrix, and zeros after the last.
func (r *rows) read(m reg.GPVirtual) reg.VecVirtual {
	return emit.Read(Mem{Base: m, Index: r.at, Scale: 1}, r.mask)
}

func (r *rows) write(y reg.VecVirtual, m reg.GPVirtual) {
	emit.Write(y, Mem{Base: m, Index: r.at, Scale: 1}, r.mask)
}

// wide is a vector of 8 float64.
type wide [2]reg.VecVirtual

func zeros() wide { return wide(emit.Zeros(2)) }

// widen returns y in float64.
func widen(y reg.VecVirtual) wide {
	w, high := wide{YMM(), YMM()}, XMM()
	VCVTPS2PD(y.AsX(), w[0])
	VEXTRACTF128(U8(1), y, high)
	VCVTPS2PD(high, w[1])
	return w
}

// add adds other to w.
func (w wide) add(other wide) {
	VADDPD(other[0], w[0], w[0])
	VADDPD(other[1], w[1], w[1])
}

// mean returns the sum of the lanes divided by n, a float64.
func (w wide) mean(n reg.VecVirtual) reg.VecVirtual {
	sum := emit.Total(w[0], w[1])
	VDIVSD(n, sum, sum)
	return sum
}

// float returns x, a float64, as a float32, in all of a vector.
func float(x reg.VecVirtual) reg.VecVirtual {
	y := YMM()
	VCVTSD2SS(x, x, y.AsX())
	VBROADCASTSS(y.AsX(), y)
	return y
}
