// The program avo writes the assembly of package kernel:
//
//	go generate ./internal/kernel
//
// Each function has a twin in Go that gives the same bits. Rows are taken in blocks of 64 or 8 floats, and what is
// left through a mask. While a row is worked on, the row that comes emit.Ahead rows later is fetched into the cache:
// rows of a large table are a cache miss each, and a loop would wait for all of them.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

func main() {
	ConstraintExpr("amd64,!purego")
	tail := emit.Masks("tailMasks")
	sumRows(tail)
	addRows(tail)
	copyRows(tail)
	updates(tail)
	Generate()
}

// eachRow emits the loop over listed rows of a table: work sees the row and the columns of one block.
func eachRow(name string, tail Mem, work func(row, other reg.GPVirtual, regs int, mask *reg.VecVirtual)) {
	table, other, id, n, dim := emit.GP("table"), emit.GP("rows"), emit.GP("ids"), emit.GP("n"), emit.GP("dim")
	stride, last, rest := GP64(), GP64(), GP64()
	MOVQ(dim, stride)
	SHLQ(U8(2), stride)
	LEAQ(Mem{Base: id, Index: n, Scale: 8, Disp: -8}, last)
	MOVQ(dim, rest)
	ANDQ(U8(7), rest)
	mask := emit.Mask(tail, rest, YMM())
	emit.Loop(name+"_rows", n, 1, func() {
		next, row, left := GP64(), GP64(), GP64()
		emit.IDAhead(next, id, last)
		emit.Row(next, table, next, stride)
		emit.Row(row, table, id, stride)
		MOVQ(dim, left)
		block := func(regs int, mask *reg.VecVirtual) {
			emit.Fetch(next, 32*regs)
			work(row, other, regs, mask)
			if mask == nil {
				ADDQ(U32(32*regs), row)
				ADDQ(U32(32*regs), other)
				ADDQ(U32(32*regs), next)
			}
		}
		emit.Loop(name+"64", left, 64, func() { block(8, nil) })
		emit.Loop(name+"8", left, 8, func() { block(1, nil) })
		CMPQ(rest, U32(0))
		JE(LabelRef(name + "_whole"))
		block(1, &mask)
		LEAQ(Mem{Base: other, Index: rest, Scale: 4}, other)
		Label(name + "_whole")
		ADDQ(U8(8), id)
	})
	VZEROUPPER()
	RET()
}

// addRows adds multiples of rows to listed rows.
func addRows(tail Mem) {
	TEXT("addRowsAVX2", NOSPLIT, "func(table, rows *float32, ids *int, n, dim int, a float32)")
	Pragma("noescape")
	Doc("addRowsAVX2 adds a·(row i of rows) to row ids[i] of table, for i in [0, n).")
	a := emit.Broadcast("a", 40)
	eachRow("add", tail, func(row, other reg.GPVirtual, regs int, mask *reg.VecVirtual) {
		for k := range regs {
			x := emit.Read(Mem{Base: other, Disp: 32 * k}, mask)
			VMULPS(a, x, x)
			y := emit.Read(Mem{Base: row, Disp: 32 * k}, mask)
			VADDPS(x, y, y)
			emit.Write(y, Mem{Base: row, Disp: 32 * k}, mask)
		}
	})
}

// copyRows gathers rows.
func copyRows(tail Mem) {
	TEXT("copyRowsAVX2", NOSPLIT, "func(rows, table *float32, ids *int, n, dim int)")
	Pragma("noescape")
	Doc("copyRowsAVX2 copies row ids[i] of table to row i of rows, for i in [0, n).")
	eachRow("copy", tail, func(row, other reg.GPVirtual, regs int, mask *reg.VecVirtual) {
		for k := range regs {
			emit.Write(emit.Read(Mem{Base: row, Disp: 32 * k}, mask), Mem{Base: other, Disp: 32 * k}, mask)
		}
	})
}
