package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// maxPanel is the most registers that hold a row of a panel: a vector, its gradient and two more make 16.
const maxPanel = 7

// sampledAhead is how many targets are fetched ahead.
const sampledAhead = 12

// sampled writes the two halves of a step by negative sampling, for each width of a panel, and the slopes between them.
func sampled(m constants) {
	for regs := 1; regs <= maxPanel; regs++ {
		sampledScores(regs)
		sampledUpdate(regs)
	}
	sampledSlopes(m)
}

// bag is the mean of some rows of a table, in registers.
type bag struct {
	regs    int
	in, ids reg.GPVirtual
	n       reg.GPVirtual
	mean    []reg.VecVirtual
}

// loadBag emits the mean of a bag, and leaves n as it was.
func loadBag(name string, regs, scaleAt int) *bag {
	b := &bag{regs: regs, in: emit.GP("in"), ids: emit.GP("ids"), n: emit.GP("n"), mean: emit.Zeros(regs)}
	b.each(name, func(row reg.GPVirtual) {
		for k, y := range b.mean {
			VADDPS(Mem{Base: row, Disp: 32 * k}, y, y)
		}
	})
	a := emit.Broadcast("scale", scaleAt)
	for _, y := range b.mean {
		VMULPS(a, y, y)
	}
	return b
}

// each emits a loop over the rows of the bag.
func (b *bag) each(name string, work func(row reg.GPVirtual)) {
	i, row := GP64(), GP64()
	XORQ(i, i)
	Label(name)
	CMPQ(i, b.n)
	JGE(LabelRef(name + "_done"))
	panelRow(row, b.in, Mem{Base: b.ids, Index: i, Scale: 4}, b.regs)
	work(row)
	INCQ(i)
	JMP(LabelRef(name))
	Label(name + "_done")
}

// panelRow sets row to the address of the row whose id is at id.
func panelRow(row, table reg.GPVirtual, id Mem, regs int) {
	MOVLQSX(id, row)
	IMUL3Q(U32(32*regs), row, row)
	ADDQ(table, row)
}

// fetchAhead fetches the row of the target that stands sampledAhead after id, but not after last.
func fetchAhead(out, id, last reg.GPVirtual, regs int) {
	at, row := GP64(), GP64()
	LEAQ(Mem{Base: id, Disp: 4 * sampledAhead}, at)
	CMPQ(at, last)
	CMOVQHI(last, at)
	panelRow(row, out, Mem{Base: at}, regs)
	emit.Fetch(row, 32*regs)
}

func sampledScores(regs int) {
	name := fmt.Sprintf("sampledScores%d", regs)
	TEXT(name+"AVX2", NOSPLIT, "func(dst, in *float32, ids *int32, n int, out *float32, targets *int32, count int, last *int32, scale float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%sAVX2 sets dst[j] to the product of the mean of rows ids[0:n] of in and row targets[j] of out, for j in", name),
		fmt.Sprintf("[0, count). Rows have %d floats; last is the last target that may be read ahead.", 8*regs))
	dst := emit.GP("dst")
	b := loadBag(name+"_bag", regs, 64)
	out, id, count, last := emit.GP("out"), emit.GP("targets"), emit.GP("count"), emit.GP("last")
	row := GP64()
	emit.Loop(name+"_4", count, 4, func() {
		sums := make([]reg.VecVirtual, 4)
		for j := range sums {
			fetchAhead(out, id, last, regs)
			sums[j] = b.product(out, id, row)
			ADDQ(U8(4), id)
		}
		VHADDPS(sums[1], sums[0], sums[0])
		VHADDPS(sums[3], sums[2], sums[2])
		VHADDPS(sums[2], sums[0], sums[0])
		VMOVUPS(halves(sums[0]), Mem{Base: dst})
		ADDQ(U8(16), dst)
	})
	emit.Loop(name+"_1", count, 1, func() {
		s := b.product(out, id, row)
		VHADDPS(s, s, s)
		VHADDPS(s, s, s)
		VMOVSS(halves(s), Mem{Base: dst})
		ADDQ(U8(4), id)
		ADDQ(U8(4), dst)
	})
	VZEROUPPER()
	RET()
}

// product returns the products of the mean and of the row whose id is at id, a sum for each lane.
func (b *bag) product(out, id, row reg.GPVirtual) reg.VecVirtual {
	panelRow(row, out, Mem{Base: id}, b.regs)
	s := YMM()
	VMULPS(Mem{Base: row}, b.mean[0], s)
	for k, y := range b.mean[1:] {
		p := YMM()
		VMULPS(Mem{Base: row, Disp: 32 * (k + 1)}, y, p)
		VADDPS(p, s, s)
	}
	return s
}

// halves returns the sum of the halves of y.
func halves(y reg.VecVirtual) reg.VecVirtual {
	half := XMM()
	VEXTRACTF128(U8(1), y, half)
	VADDPS(half, y.AsX(), half)
	return half
}

func sampledUpdate(regs int) {
	name := fmt.Sprintf("sampledUpdate%d", regs)
	TEXT(name+"AVX2", NOSPLIT, "func(in *float32, ids *int32, n int, out *float32, targets *int32, slopes *float32, count int, scale float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%sAVX2 adds slopes[j] times the mean of rows ids[0:n] of in to row targets[j] of out, for j in [0, count),", name),
		"and to each of the rows of in the sum of slopes[j] times row targets[j] of out, as that was before.",
		fmt.Sprintf("Rows have %d floats.", 8*regs))
	b := loadBag(name+"_bag", regs, 56)
	out, id, slope, count := emit.GP("out"), emit.GP("targets"), emit.GP("slopes"), emit.GP("count")
	row, g, y := GP64(), YMM(), YMM()
	grad := emit.Zeros(regs)
	emit.Loop(name+"_targets", count, 1, func() {
		panelRow(row, out, Mem{Base: id}, regs)
		VBROADCASTSS(Mem{Base: slope}, g)
		for k := range grad {
			m := Mem{Base: row, Disp: 32 * k}
			VMULPS(m, g, y)
			VADDPS(y, grad[k], grad[k])
			VMULPS(b.mean[k], g, y)
			VADDPS(m, y, y)
			VMOVUPS(y, m)
		}
		ADDQ(U8(4), id)
		ADDQ(U8(4), slope)
	})
	b.each(name+"_rows", func(row reg.GPVirtual) {
		for k, d := range grad {
			m := Mem{Base: row, Disp: 32 * k}
			VADDPS(m, d, y)
			VMOVUPS(y, m)
		}
	})
	VZEROUPPER()
	RET()
}

func sampledSlopes(m constants) {
	TEXT("sampledSlopesAVX2", NOSPLIT, "func(dst, parts, labels *float32, n, panels int, rate float32)")
	Pragma("noescape")
	Doc("sampledSlopesAVX2 sets dst[j] to rate·(labels[j] − σ(s)), for the sum s of parts[j], parts[n+j], … of so many panels and",
		"j in [0, n), which is a multiple of 8.")
	dst, parts, labels, n, panels := emit.GP("dst"), emit.GP("parts"), emit.GP("labels"), emit.GP("n"), emit.GP("panels")
	rate, stride := emit.Broadcast("rate", 40), GP64()
	MOVQ(n, stride)
	SHLQ(U8(2), stride)
	emit.Loop("slopes_8", n, 8, func() {
		at, left, s := GP64(), GP64(), YMM()
		MOVQ(parts, at)
		MOVQ(panels, left)
		VXORPS(s, s, s)
		emit.Loop("slopes_parts", left, 1, func() { // 0 − the sum
			VSUBPS(Mem{Base: at}, s, s)
			ADDQ(stride, at)
		})
		m.exp(s)
		one, y := YMM(), YMM()
		VMOVUPS(m.of("one", 1), one)
		VADDPS(one, s, s)
		VDIVPS(s, one, s)
		VMOVUPS(Mem{Base: labels}, y)
		VSUBPS(s, y, y)
		VMULPS(rate, y, y)
		VMOVUPS(y, Mem{Base: dst})
		for _, p := range []reg.GPVirtual{dst, parts, labels} {
			ADDQ(U8(32), p)
		}
	})
	VZEROUPPER()
	RET()
}
