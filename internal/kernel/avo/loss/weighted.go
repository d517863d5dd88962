package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// sumWeighted writes a weighted sum of rows, which stays in registers for 64, 32 or 8 columns.
func sumWeighted(m constants) {
	TEXT("sumWeightedAVX2", NOSPLIT, "func(dst, table *float32, ids *int, weights *float32, n, dim int, last *int)")
	Pragma("noescape")
	Doc("sumWeightedAVX2 sets dst to the sum of weights[i] times row ids[i] of table, for i in [0, n).",
		"last is the last id that may be read ahead.")
	s := &weighted{dst: emit.GP("dst"), table: emit.GP("table"), ids: emit.GP("ids"), weights: emit.GP("weights"),
		n: emit.GP("n"), left: emit.GP("dim"), last: emit.GP("last"), stride: GP64()}
	MOVQ(s.left, s.stride)
	SHLQ(U8(2), s.stride)
	for _, regs := range []int{8, 4, 1} {
		name := fmt.Sprintf("weighted%d", regs)
		emit.Loop(name, s.left, 8*regs, func() {
			s.block(name+"_rows", regs, nil)
			ADDQ(U32(32*regs), s.dst)
			ADDQ(U32(32*regs), s.table)
		})
	}
	CMPQ(s.left, U32(0))
	JE(LabelRef("weighted_whole"))
	mask := emit.Mask(m.masks(), s.left, YMM())
	s.block("weighted_rest", 1, &mask)
	Label("weighted_whole")
	VZEROUPPER()
	RET()
}

// weighted is the sum of the next columns of rows.
type weighted struct {
	dst, table, ids, weights, n reg.GPVirtual
	left                        reg.GPVirtual // columns
	last                        reg.GPVirtual
	stride                      reg.GPVirtual // of a row, in bytes
}

// block sums the next columns, 8 of them in each of regs registers. There is a mask for one register only.
func (s *weighted) block(name string, regs int, mask *reg.VecVirtual) {
	sums := emit.Zeros(regs)
	i, row := GP64(), GP64()
	XORQ(i, i)
	Label(name)
	emit.IDAhead(row, s.ids, s.last)
	emit.Row(row, s.table, row, s.stride)
	emit.Fetch(row, 32*regs)
	emit.Row(row, s.table, s.ids, s.stride)
	s.add(sums, row, i, mask)
	ADDQ(U32(8), s.ids)
	INCQ(i)
	CMPQ(i, s.n)
	JL(LabelRef(name))
	for k, y := range sums {
		emit.Write(y, Mem{Base: s.dst, Disp: 32 * k}, mask)
	}
	SHLQ(U8(3), i)
	SUBQ(i, s.ids)
}

// add adds the row times weight i to the sums.
func (s *weighted) add(sums []reg.VecVirtual, row, i reg.GPVirtual, mask *reg.VecVirtual) {
	a := YMM()
	VBROADCASTSS(Mem{Base: s.weights, Index: i, Scale: 4}, a)
	for k, y := range sums {
		v := YMM()
		if mask != nil {
			VMASKMOVPS(Mem{Base: row}, *mask, v)
			VMULPS(a, v, v)
		} else {
			VMULPS(Mem{Base: row, Disp: 32 * k}, a, v)
		}
		VADDPS(v, y, y)
	}
}
