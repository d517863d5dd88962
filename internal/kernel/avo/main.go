// The program avo writes the assembly of package kernel:
//
//	go generate ./internal/kernel
//
// Each function has a twin in Go that gives the same bits. Rows are taken in blocks of 64 or 8 floats, and what is
// left through a mask. While a row is worked on, the row that comes ahead rows later is
// fetched into the cache: rows of a large table are a cache miss each, and a loop would wait for all of them.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ahead is how many rows are fetched ahead (docs/performance.md).
const ahead = 16

func main() {
	ConstraintExpr("amd64,!purego")
	tail := tailMasks()
	sumRows(tail)
	addRows(tail)
	copyRows(tail)
	updates(tail)
	Generate()
}

// tailMasks are 8 ones and 8 zeros: from element 8−t on, a mask of t floats.
func tailMasks() Mem {
	m := GLOBL("tailMasks", RODATA|NOPTR)
	for i := range 16 {
		bits := U32(0)
		if i < 8 {
			bits = ^bits
		}
		DATA(4*i, bits)
	}
	return m
}

// loadMask sets mask to that of the last t floats.
func loadMask(tail Mem, t reg.GPVirtual) reg.VecVirtual {
	base, n := GP64(), GP64()
	LEAQ(tail, base)
	MOVQ(U32(8), n)
	SUBQ(t, n)
	mask := YMM()
	VMOVUPS(Mem{Base: base, Index: n, Scale: 4}, mask)
	return mask
}

// loop emits body while n is not less than step, and takes step from n each time.
func loop(name string, n reg.GPVirtual, step int, body func()) {
	Label(name)
	CMPQ(n, U32(step))
	JL(LabelRef(name + "_done"))
	body()
	SUBQ(U32(step), n)
	JMP(LabelRef(name))
	Label(name + "_done")
}

// sumRows adds up listed rows in registers, a block of columns at a time.
func sumRows(tail Mem) {
	TEXT("sumRowsAVX2", NOSPLIT, "func(dst, table *float32, ids *int, n, dim int, a float32, keep int, last *int)")
	Pragma("noescape")
	Doc("sumRowsAVX2 sets dst to a·Σ of rows ids[0:n] of table, or adds that to it if keep is not 0.",
		"last is the last id that may be read ahead.")
	dst, table := Load(Param("dst"), GP64()).(reg.GPVirtual), Load(Param("table"), GP64()).(reg.GPVirtual)
	ids, n := Load(Param("ids"), GP64()).(reg.GPVirtual), Load(Param("n"), GP64()).(reg.GPVirtual)
	left := Load(Param("dim"), GP64()).(reg.GPVirtual)
	keep, last := Load(Param("keep"), GP64()).(reg.GPVirtual), Load(Param("last"), GP64()).(reg.GPVirtual)
	a := YMM()
	VBROADCASTSS(NewParamAddr("a", 40), a)
	stride := GP64() // of a row, in bytes
	MOVQ(left, stride)
	SHLQ(U8(2), stride)

	// block sums the next columns, 8 of them in each of regs registers. A mask is that of the last one.
	block := func(name string, regs int, mask *reg.VecVirtual) {
		var sums []reg.VecVirtual
		for range regs {
			y := YMM()
			VXORPS(y, y, y)
			sums = append(sums, y)
		}
		i, id := GP64(), GP64()
		row, next := GP64(), GP64()
		MOVQ(n, i)
		MOVQ(ids, id)
		loop(name+"_rows", i, 1, func() {
			LEAQ(Mem{Base: id, Disp: 8 * ahead}, next)
			CMPQ(next, last)
			CMOVQHI(last, next)
			MOVQ(Mem{Base: next}, next)
			IMULQ(stride, next)
			ADDQ(table, next)
			for at := 0; at < 32*regs; at += 64 {
				PREFETCHT0(Mem{Base: next, Disp: at})
			}
			MOVQ(Mem{Base: id}, row)
			IMULQ(stride, row)
			ADDQ(table, row)
			for k, y := range sums {
				if mask != nil && k == regs-1 {
					x := YMM()
					VMASKMOVPS(Mem{Base: row, Disp: 32 * k}, *mask, x)
					VADDPS(x, y, y)
				} else {
					VADDPS(Mem{Base: row, Disp: 32 * k}, y, y)
				}
			}
			ADDQ(U8(8), id)
		})
		at := func(k int) (Mem, *reg.VecVirtual) {
			if k == regs-1 {
				return Mem{Base: dst, Disp: 32 * k}, mask
			}
			return Mem{Base: dst, Disp: 32 * k}, nil
		}
		for _, y := range sums {
			VMULPS(a, y, y)
		}
		CMPQ(keep, U32(0))
		JE(LabelRef(name + "_store"))
		for k, y := range sums {
			VADDPS(load(at(k)), y, y)
		}
		Label(name + "_store")
		for k, y := range sums {
			m, mask := at(k)
			store(y, m, mask)
		}
	}
	loop("sum64", left, 65, func() {
		block("sum64", 8, nil)
		ADDQ(U32(256), dst)
		ADDQ(U32(256), table)
		ADDQ(U8(1), left) // loop takes 65
	})
	// The last 1 to 64 columns: one block of as many registers as they need.
	rest := GP64()
	MOVQ(left, rest)
	DECQ(rest)
	ANDQ(U8(7), rest)
	INCQ(rest)
	mask := loadMask(tail, rest)
	for regs := 1; regs <= 8; regs++ {
		next := fmt.Sprintf("sum_more%d", regs)
		if regs < 8 {
			CMPQ(left, U32(8*regs))
			JG(LabelRef(next))
		}
		block(fmt.Sprintf("sum_last%d", regs), regs, &mask)
		VZEROUPPER()
		RET()
		if regs < 8 {
			Label(next)
		}
	}
}

// eachRow emits the loop over listed rows of a table: work sees the row and the columns of one block.
func eachRow(name string, tail Mem, work func(row, other reg.GPVirtual, regs int, mask *reg.VecVirtual)) {
	table, other := Load(Param("table"), GP64()).(reg.GPVirtual), Load(Param("rows"), GP64()).(reg.GPVirtual)
	id, n := Load(Param("ids"), GP64()).(reg.GPVirtual), Load(Param("n"), GP64()).(reg.GPVirtual)
	dim := Load(Param("dim"), GP64()).(reg.GPVirtual)
	stride, last, rest := GP64(), GP64(), GP64()
	MOVQ(dim, stride)
	SHLQ(U8(2), stride)
	LEAQ(Mem{Base: id, Index: n, Scale: 8, Disp: -8}, last)
	MOVQ(dim, rest)
	ANDQ(U8(7), rest)
	mask := loadMask(tail, rest)
	loop(name+"_rows", n, 1, func() {
		next, row, left := GP64(), GP64(), GP64()
		LEAQ(Mem{Base: id, Disp: 8 * ahead}, next)
		CMPQ(next, last)
		CMOVQHI(last, next)
		MOVQ(Mem{Base: next}, next)
		IMULQ(stride, next)
		ADDQ(table, next)
		MOVQ(Mem{Base: id}, row)
		IMULQ(stride, row)
		ADDQ(table, row)
		MOVQ(dim, left)
		block := func(regs int, mask *reg.VecVirtual) {
			for l := 0; l < 32*regs; l += 64 {
				PREFETCHT0(Mem{Base: next, Disp: l})
			}
			work(row, other, regs, mask)
			if mask == nil {
				ADDQ(U32(32*regs), row)
				ADDQ(U32(32*regs), other)
				ADDQ(U32(32*regs), next)
			}
		}
		loop(name+"64", left, 64, func() { block(8, nil) })
		loop(name+"8", left, 8, func() { block(1, nil) })
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

func load(m Mem, mask *reg.VecVirtual) reg.VecVirtual {
	y := YMM()
	if mask != nil {
		VMASKMOVPS(m, *mask, y)
	} else {
		VMOVUPS(m, y)
	}
	return y
}

func store(y reg.VecVirtual, m Mem, mask *reg.VecVirtual) {
	if mask != nil {
		VMASKMOVPS(y, *mask, m)
	} else {
		VMOVUPS(y, m)
	}
}

// addRows adds multiples of rows to listed rows.
func addRows(tail Mem) {
	TEXT("addRowsAVX2", NOSPLIT, "func(table, rows *float32, ids *int, n, dim int, a float32)")
	Pragma("noescape")
	Doc("addRowsAVX2 adds a·(row i of rows) to row ids[i] of table, for i in [0, n).")
	a := YMM()
	VBROADCASTSS(NewParamAddr("a", 40), a)
	eachRow("add", tail, func(row, other reg.GPVirtual, regs int, mask *reg.VecVirtual) {
		for k := range regs {
			x := load(Mem{Base: other, Disp: 32 * k}, mask)
			VMULPS(a, x, x)
			y := load(Mem{Base: row, Disp: 32 * k}, mask)
			VADDPS(x, y, y)
			store(y, Mem{Base: row, Disp: 32 * k}, mask)
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
			store(load(Mem{Base: row, Disp: 32 * k}, mask), Mem{Base: other, Disp: 32 * k}, mask)
		}
	})
}
