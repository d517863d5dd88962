package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// sumRows adds up listed rows in registers, a block of columns at a time.
func sumRows(tail Mem) {
	TEXT("sumRowsAVX2", NOSPLIT, "func(dst, table *float32, ids *int, n, dim int, a float32, keep int, last *int)")
	Pragma("noescape")
	Doc("sumRowsAVX2 sets dst to a·Σ of rows ids[0:n] of table, or adds that to it if keep is not 0.",
		"last is the last id that may be read ahead.")
	s := &rowSum{dst: emit.GP("dst"), table: emit.GP("table"), ids: emit.GP("ids"), n: emit.GP("n"), left: emit.GP("dim"),
		keep: emit.GP("keep"), last: emit.GP("last"), a: emit.Broadcast("a", 40), stride: GP64()}
	MOVQ(s.left, s.stride)
	SHLQ(U8(2), s.stride)
	emit.Loop("sum64", s.left, 65, func() {
		s.block("sum64", 8, nil)
		ADDQ(U32(256), s.dst)
		ADDQ(U32(256), s.table)
		ADDQ(U8(1), s.left) // Loop takes 65
	})
	s.rest(tail)
}

// rowSum is the sum of the next columns of rows.
type rowSum struct {
	dst, table, ids, n reg.GPVirtual
	left               reg.GPVirtual // columns
	keep, last         reg.GPVirtual
	a                  reg.VecVirtual
	stride             reg.GPVirtual // of a row, in bytes
}

// rest sums the last 1 to 64 columns: one block of as many registers as they need.
func (s *rowSum) rest(tail Mem) {
	rest := GP64()
	MOVQ(s.left, rest)
	DECQ(rest)
	ANDQ(U8(7), rest)
	INCQ(rest)
	mask := emit.Mask(tail, rest, YMM())
	for regs := 1; regs <= 8; regs++ {
		next := fmt.Sprintf("sum_more%d", regs)
		if regs < 8 {
			CMPQ(s.left, U32(8*regs))
			JG(LabelRef(next))
		}
		s.block(fmt.Sprintf("sum_last%d", regs), regs, &mask)
		VZEROUPPER()
		RET()
		if regs < 8 {
			Label(next)
		}
	}
}

// block sums the next columns, 8 of them in each of regs registers. A mask is that of the last one.
func (s *rowSum) block(name string, regs int, mask *reg.VecVirtual) {
	sums := emit.Zeros(regs)
	s.add(name+"_rows", sums, mask)
	for _, y := range sums {
		VMULPS(s.a, y, y)
	}
	at := func(k int) (Mem, *reg.VecVirtual) {
		if k == regs-1 {
			return Mem{Base: s.dst, Disp: 32 * k}, mask
		}
		return Mem{Base: s.dst, Disp: 32 * k}, nil
	}
	CMPQ(s.keep, U32(0))
	JE(LabelRef(name + "_store"))
	for k, y := range sums {
		VADDPS(emit.Read(at(k)), y, y)
	}
	Label(name + "_store")
	for k, y := range sums {
		m, mask := at(k)
		emit.Write(y, m, mask)
	}
}

// add adds all rows to the sums.
func (s *rowSum) add(name string, sums []reg.VecVirtual, mask *reg.VecVirtual) {
	i, id := GP64(), GP64()
	row, next := GP64(), GP64()
	MOVQ(s.n, i)
	MOVQ(s.ids, id)
	emit.Loop(name, i, 1, func() {
		emit.IDAhead(next, id, s.last)
		emit.Row(next, s.table, next, s.stride)
		emit.Fetch(next, 32*len(sums))
		emit.Row(row, s.table, id, s.stride)
		for k, y := range sums {
			if mask != nil && k == len(sums)-1 {
				VADDPS(emit.Read(Mem{Base: row, Disp: 32 * k}, mask), y, y)
			} else {
				VADDPS(Mem{Base: row, Disp: 32 * k}, y, y)
			}
		}
		ADDQ(U8(8), id)
	})
}
