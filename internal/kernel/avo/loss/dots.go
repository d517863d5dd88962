package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ahead is how many rows are fetched ahead, as in the program that writes rows_amd64.s.
const ahead = 16

// address sets at to that of the row whose id is at id.
func address(at, table, id, stride reg.GPVirtual) {
	MOVQ(Mem{Base: id}, at)
	IMULQ(stride, at)
	ADDQ(table, at)
}

// dotRows writes the products of rows of two tables.
func dotRows(m constants) {
	TEXT("dotRowsAVX2", NOSPLIT, "func(dst, x, y *float32, xs, ys *int, n, dim int)")
	Pragma("noescape")
	Doc("dotRowsAVX2 sets dst[i] to the product of row xs[i] of x and row ys[i] of y, for i in [0, n).")
	dst, x, y, xs, ys := gp("dst"), gp("x"), gp("y"), gp("xs"), gp("ys")
	n, stride, last, rest := gp("n"), gp("dim"), GP64(), GP64()
	LEAQ(Mem{Base: ys, Index: n, Scale: 8, Disp: -8}, last)
	MOVQ(stride, rest)
	ANDQ(U8(7), rest)
	mask := m.tailMask(rest)
	SHLQ(U8(2), stride)
	Label("dot_rows")
	CMPQ(n, U32(0))
	JE(LabelRef("dot_done"))
	a, b, left, next := GP64(), GP64(), GP64(), GP64()
	LEAQ(Mem{Base: ys, Disp: 8 * ahead}, next)
	CMPQ(next, last)
	CMOVQHI(last, next)
	address(next, y, next, stride)
	address(a, x, xs, stride)
	address(b, y, ys, stride)
	sum, other := YMM(), YMM() // of columns 0 to 7 and 8 to 15 of each 16
	VXORPS(sum, sum, sum)
	VXORPS(other, other, other)
	MOVQ(stride, left)
	multiply := func(sum reg.VecVirtual, at int, mask *reg.VecVirtual) {
		u, v := YMM(), YMM()
		if mask == nil {
			VMOVUPS(Mem{Base: a, Disp: at}, u)
			VMULPS(Mem{Base: b, Disp: at}, u, u)
		} else {
			VMASKMOVPS(Mem{Base: a}, *mask, u)
			VMASKMOVPS(Mem{Base: b}, *mask, v)
			VMULPS(v, u, u)
		}
		VADDPS(u, sum, sum)
	}
	step := func(by int) {
		for _, p := range []reg.GPVirtual{a, b, next} {
			ADDQ(U32(by), p)
		}
		SUBQ(U32(by), left)
	}
	Label("dot_16")
	CMPQ(left, U32(64))
	JL(LabelRef("dot_8"))
	PREFETCHT0(Mem{Base: next})
	multiply(sum, 0, nil)
	multiply(other, 32, nil)
	step(64)
	JMP(LabelRef("dot_16"))
	Label("dot_8")
	CMPQ(left, U32(0))
	JE(LabelRef("dot_whole"))
	PREFETCHT0(Mem{Base: next})
	CMPQ(left, U32(32))
	JL(LabelRef("dot_rest"))
	multiply(sum, 0, nil)
	step(32)
	multiply(other, 0, &mask)
	JMP(LabelRef("dot_whole"))
	Label("dot_rest")
	multiply(sum, 0, &mask)
	Label("dot_whole")
	VADDPS(other, sum, sum)
	total, half := XMM(), XMM()
	VEXTRACTF128(U8(1), sum, half)
	VADDPS(half, sum.AsX(), total)
	for _, order := range []U8{0x4e, 0xb1} { // the other half, the other of each two
		VPERMILPS(order, total, half)
		VADDPS(half, total, total)
	}
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

// sumWeighted writes a weighted sum of rows, which stays in registers for 64 or 8 columns.
func sumWeighted(m constants) {
	TEXT("sumWeightedAVX2", NOSPLIT, "func(dst, table *float32, ids *int, weights *float32, n, dim int, last *int)")
	Pragma("noescape")
	Doc("sumWeightedAVX2 sets dst to the sum of weights[i] times row ids[i] of table, for i in [0, n).",
		"last is the last id that may be read ahead.")
	dst, table, ids, weights := gp("dst"), gp("table"), gp("ids"), gp("weights")
	n, left, last, stride := gp("n"), gp("dim"), gp("last"), GP64()
	MOVQ(left, stride)
	SHLQ(U8(2), stride)
	block := func(name string, regs int, mask *reg.VecVirtual) {
		var sums []reg.VecVirtual
		for range regs {
			y := YMM()
			VXORPS(y, y, y)
			sums = append(sums, y)
		}
		i, row := GP64(), GP64()
		XORQ(i, i)
		Label(name)
		LEAQ(Mem{Base: ids, Disp: 8 * ahead}, row)
		CMPQ(row, last)
		CMOVQHI(last, row)
		address(row, table, row, stride)
		for at := 0; at < 32*regs; at += 64 {
			PREFETCHT0(Mem{Base: row, Disp: at})
		}
		address(row, table, ids, stride)
		a := YMM()
		VBROADCASTSS(Mem{Base: weights, Index: i, Scale: 4}, a)
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
		ADDQ(U32(8), ids)
		INCQ(i)
		CMPQ(i, n)
		JL(LabelRef(name))
		for k, y := range sums {
			if mask != nil {
				VMASKMOVPS(y, *mask, Mem{Base: dst})
			} else {
				VMOVUPS(y, Mem{Base: dst, Disp: 32 * k})
			}
		}
		SHLQ(U8(3), i)
		SUBQ(i, ids)
	}
	for _, regs := range []int{8, 4, 1} {
		name := fmt.Sprintf("weighted%d", regs)
		Label(name)
		CMPQ(left, U32(8*regs))
		JL(LabelRef(name + "_done"))
		block(name+"_rows", regs, nil)
		ADDQ(U32(32*regs), dst)
		ADDQ(U32(32*regs), table)
		SUBQ(U32(8*regs), left)
		JMP(LabelRef(name))
		Label(name + "_done")
	}
	CMPQ(left, U32(0))
	JE(LabelRef("weighted_whole"))
	mask := m.tailMask(left)
	block("weighted_rest", 1, &mask)
	Label("weighted_whole")
	VZEROUPPER()
	RET()
}
