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
	adamRows(tail)
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
	TEXT("sumRowsAVX2", NOSPLIT, "func(dst, table *float32, ids *int, n, dim int, a float32, last *int)")
	Pragma("noescape")
	Doc("sumRowsAVX2 sets dst to a·Σ of rows ids[0:n] of table. last is the last id that may be read ahead.")
	dst, table := Load(Param("dst"), GP64()).(reg.GPVirtual), Load(Param("table"), GP64()).(reg.GPVirtual)
	ids, n := Load(Param("ids"), GP64()).(reg.GPVirtual), Load(Param("n"), GP64()).(reg.GPVirtual)
	left := Load(Param("dim"), GP64()).(reg.GPVirtual)
	last := Load(Param("last"), GP64()).(reg.GPVirtual)
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
		for k, y := range sums {
			VMULPS(a, y, y)
			if mask != nil && k == regs-1 {
				VMASKMOVPS(y, *mask, Mem{Base: dst, Disp: 32 * k})
			} else {
				VMOVUPS(y, Mem{Base: dst, Disp: 32 * k})
			}
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

// adamRows updates listed rows of the weights and of Adam's two means.
func adamRows(tail Mem) {
	TEXT("adamRowsAVX2", NOSPLIT, "func(w, m, v, grad *float32, ids *int, n, dim int, c *float32)")
	Pragma("noescape")
	Doc("adamRowsAVX2 is AdamRows for ids[0:n]; c points to an AdamStep.")
	var tables [3]reg.GPVirtual
	for i, name := range []string{"w", "m", "v"} {
		tables[i] = Load(Param(name), GP64()).(reg.GPVirtual)
	}
	grad, id := Load(Param("grad"), GP64()).(reg.GPVirtual), Load(Param("ids"), GP64()).(reg.GPVirtual)
	n, dim := Load(Param("n"), GP64()).(reg.GPVirtual), Load(Param("dim"), GP64()).(reg.GPVirtual)
	c := Load(Param("c"), GP64()).(reg.GPVirtual)
	field := func(i int) Mem { return Mem{Base: c, Disp: 4 * i} } // of AdamStep
	var coefs [9]reg.VecVirtual
	for i := range coefs {
		coefs[i] = YMM()
		VBROADCASTSS(field(i), coefs[i])
	}
	rate, scale, decay, keep := coefs[0], coefs[1], coefs[2], coefs[3]
	beta1, enter1, beta2, enter2, eps := coefs[4], coefs[5], coefs[6], coefs[7], coefs[8]
	last, at, left := c, GP64(), GP64() // c is not needed any more
	LEAQ(Mem{Base: id, Index: n, Scale: 8, Disp: -8}, last)
	mask := YMM()
	// update works on 8 columns at at, in bytes from the tables.
	update := func(mask *reg.VecVirtual) {
		x, g, d, mean := YMM(), YMM(), YMM(), YMM()
		row := func(k int) Mem { return Mem{Base: tables[k], Index: at, Scale: 1} }
		read := func(m Mem, y reg.VecVirtual) {
			if mask != nil {
				VMASKMOVPS(m, *mask, y)
			} else {
				VMOVUPS(m, y)
			}
		}
		read(row(0), x)
		VMULPS(keep, x, x)
		read(Mem{Base: grad}, g)
		VMULPS(scale, g, g)
		VMULPS(decay, x, d)
		VADDPS(d, g, d)
		read(row(1), mean)
		VMULPS(beta1, mean, mean)
		VMULPS(enter1, d, g)
		VADDPS(g, mean, mean)
		store(mean, row(1), mask)
		VMULPS(rate, mean, mean)
		VMULPS(d, d, d)
		VMULPS(enter2, d, d)
		read(row(2), g)
		VMULPS(beta2, g, g)
		VADDPS(d, g, g)
		store(g, row(2), mask)
		VSQRTPS(g, g)
		VADDPS(eps, g, g)
		VDIVPS(g, mean, mean)
		VSUBPS(mean, x, x)
		store(x, row(0), mask)
	}
	loop("adam_rows", n, 1, func() {
		LEAQ(Mem{Base: id, Disp: 8 * ahead}, at)
		CMPQ(at, last)
		CMOVQHI(last, at)
		MOVQ(Mem{Base: at}, at)
		IMULQ(dim, at)
		SHLQ(U8(2), at)
		MOVQ(dim, left)
		loop("adam_fetch", left, 1, func() {
			for _, t := range tables {
				PREFETCHT0(Mem{Base: t, Index: at, Scale: 1})
			}
			ADDQ(U8(64), at)
			SUBQ(U8(15), left) // loop takes the 16th
		})
		MOVQ(Mem{Base: id}, at)
		IMULQ(dim, at)
		SHLQ(U8(2), at)
		MOVQ(dim, left)
		loop("adam8", left, 8, func() {
			update(nil)
			ADDQ(U8(32), at)
			ADDQ(U8(32), grad)
		})
		CMPQ(left, U32(0))
		JE(LabelRef("adam_whole"))
		masks, skip := GP64(), GP64()
		LEAQ(tail, masks)
		MOVQ(U32(8), skip)
		SUBQ(left, skip)
		VMOVUPS(Mem{Base: masks, Index: skip, Scale: 4}, mask)
		update(&mask)
		LEAQ(Mem{Base: grad, Index: left, Scale: 4}, grad)
		Label("adam_whole")
		ADDQ(U8(8), id)
	})
	VZEROUPPER()
	RET()
}
