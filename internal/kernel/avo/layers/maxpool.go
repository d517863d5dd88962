package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// A pool reads rows of a table, or writes those of dst, 8·regs columns at a time.
type pool struct {
	dst, table, best, grad reg.GPVirtual
	ids, n, stride         reg.GPVirtual
}

// columns emits the work on all columns, for each number of registers, the last of which is 1, and returns from the
// function. Work sees addresses of the next columns, and a mask if they are not whole vectors.
func (p *pool) columns(name string, masks Mem, sizes []int, pointers []reg.GPVirtual, work func(name string, regs int, mask *reg.VecVirtual)) {
	left := emit.GP("dim")
	p.stride = GP64()
	MOVQ(left, p.stride)
	SHLQ(U8(2), p.stride)
	for _, regs := range sizes {
		name := fmt.Sprint(name, regs)
		emit.Loop(name, left, 8*regs, func() {
			work(name, regs, nil)
			for _, at := range pointers {
				ADDQ(U32(32*regs), at)
			}
		})
	}
	CMPQ(left, U32(0))
	JE(LabelRef(name + "_whole"))
	mask := emit.Mask(masks, left, YMM())
	work(name+"_rest", 1, &mask)
	Label(name + "_whole")
	VZEROUPPER()
	RET()
}

// eachRow emits the loop over the rows: work gets the distance of each from the table's begin.
func (p *pool) eachRow(name string, work func(at reg.GPVirtual)) {
	id, left, at := GP64(), GP64(), GP64()
	MOVQ(p.ids, id)
	MOVQ(p.n, left)
	emit.Loop(name+"_rows", left, 1, func() {
		MOVQ(Mem{Base: id}, at)
		IMULQ(p.stride, at)
		work(at)
		ADDQ(U8(8), id)
	})
}

func maxRows(masks Mem) {
	TEXT("maxRowsAVX2", NOSPLIT, "func(best, table *float32, ids *int, n, dim int)")
	Pragma("noescape")
	Doc("maxRowsAVX2 sets best to the greatest element of each column of rows ids[0:n] of table, the first of equal ones,",
		"and to a NaN that comes first.")
	p := &pool{best: emit.GP("best"), table: emit.GP("table"), ids: emit.GP("ids"), n: emit.GP("n")}
	p.columns("maxRows", masks, []int{8, 4, 1}, []reg.GPVirtual{p.best, p.table}, func(name string, regs int, mask *reg.VecVirtual) {
		best, first := make([]reg.VecVirtual, regs), GP64()
		MOVQ(Mem{Base: p.ids}, first)
		IMULQ(p.stride, first)
		for k := range best {
			best[k] = emit.Read(Mem{Base: p.table, Index: first, Scale: 1, Disp: 32 * k}, mask)
		}
		p.eachRow(name, func(at reg.GPVirtual) {
			for k, y := range best {
				VMAXPS(y, emit.Read(Mem{Base: p.table, Index: at, Scale: 1, Disp: 32 * k}, mask), y) // y unless the other is greater
			}
		})
		for k, y := range best {
			emit.Write(y, Mem{Base: p.best, Disp: 32 * k}, mask)
		}
	})
}

func maxRowsGrad(masks Mem) {
	TEXT("maxRowsGradAVX2", NOSPLIT, "func(dst, table, best, grad *float32, ids *int, n, dim int)")
	Pragma("noescape")
	Doc("maxRowsGradAVX2 sets rows ids[0:n] of dst to the gradient of those of table: that of best goes to the first row that",
		"has it, and a NaN has any NaN.")
	p := &pool{dst: emit.GP("dst"), table: emit.GP("table"), best: emit.GP("best"), grad: emit.GP("grad"), ids: emit.GP("ids"), n: emit.GP("n")}
	p.columns("maxGrad", masks, []int{4, 1}, []reg.GPVirtual{p.dst, p.table, p.best, p.grad}, func(name string, regs int, mask *reg.VecVirtual) {
		best, nan, left := make([]reg.VecVirtual, regs), make([]reg.VecVirtual, regs), make([]reg.VecVirtual, regs)
		for k := range best {
			best[k], left[k] = emit.Read(Mem{Base: p.best, Disp: 32 * k}, mask), emit.Read(Mem{Base: p.grad, Disp: 32 * k}, mask)
			nan[k] = YMM()
			VCMPPS(U8(unordered), best[k], best[k], nan[k])
		}
		p.eachRow(name, func(at reg.GPVirtual) {
			for k := range best {
				x, has := emit.Read(Mem{Base: p.table, Index: at, Scale: 1, Disp: 32 * k}, mask), YMM()
				VCMPPS(U8(equal), best[k], x, has)
				VCMPPS(U8(unordered), x, x, x)
				VANDPS(nan[k], x, x)
				VORPS(x, has, has)
				VANDPS(left[k], has, x)
				emit.Write(x, Mem{Base: p.dst, Index: at, Scale: 1, Disp: 32 * k}, mask)
				VANDNPS(left[k], has, left[k])
			}
		})
	})
}

// Predicates of VCMPPS: equal is false of NaN, and unordered is true of it.
const equal, unordered = 0, 3
