// Package emit has what the programs that write the assembly of package kernel share. Each function emits its
// instructions where it is called.
package emit

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Ahead is how many rows are fetched ahead (docs/performance.md).
const Ahead = 16

// GP loads a parameter into a register.
func GP(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// Broadcast loads the float at an offset of the arguments into all of a vector.
func Broadcast(name string, at int) reg.VecVirtual {
	y := YMM()
	VBROADCASTSS(NewParamAddr(name, at), y)
	return y
}

// Masks are 8 ones and 8 zeros in memory: from element 8−n on, a mask of n floats.
func Masks(name string) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, ^U32(0)+U32(i/8)) // 0 from the 8th on
	}
	return m
}

// Mask sets mask to that of the first n floats, for n up to 8, and returns it.
func Mask(masks Mem, n reg.GPVirtual, mask reg.VecVirtual) reg.VecVirtual {
	base, skip := GP64(), GP64()
	LEAQ(masks, base)
	MOVQ(U32(8), skip)
	SUBQ(n, skip)
	VMOVUPS(Mem{Base: base, Index: skip, Scale: 4}, mask)
	return mask
}

// Read returns the vector at m, or its floats in mask unless that is nil.
func Read(m Mem, mask *reg.VecVirtual) reg.VecVirtual {
	y := YMM()
	if mask != nil {
		VMASKMOVPS(m, *mask, y)
	} else {
		VMOVUPS(m, y)
	}
	return y
}

// Write sets the vector at m to y, or its floats in mask unless that is nil.
func Write(y reg.VecVirtual, m Mem, mask *reg.VecVirtual) {
	if mask != nil {
		VMASKMOVPS(y, *mask, m)
	} else {
		VMOVUPS(y, m)
	}
}

// Zeros returns n vectors of zeros.
func Zeros(n int) []reg.VecVirtual {
	ys := make([]reg.VecVirtual, n)
	for i := range ys {
		ys[i] = YMM()
		VXORPS(ys[i], ys[i], ys[i])
	}
	return ys
}

// Lanes sets x to the sum of y's lanes, or to what else op makes of two.
func Lanes(op func(...Op), y reg.VecVirtual, x Op) {
	other := XMM()
	VEXTRACTF128(U8(1), y, other)
	op(other, y.AsX(), x)
	for _, order := range []U8{0x4e, 0xb1} { // the other half, the other of each two
		VPERMILPS(order, x, other)
		op(other, x, x)
	}
}

// Total returns the sum of the lanes of two vectors of 4 float64, of which low is lost.
func Total(low, high reg.VecVirtual) reg.VecVirtual {
	sum, half := XMM(), XMM()
	VADDPD(high, low, low)
	VEXTRACTF128(U8(1), low, half)
	VADDPD(half, low.AsX(), sum)
	VPERMILPD(U8(1), sum, half)
	VADDSD(half, sum, sum)
	return sum
}

// Loop emits body while n is not less than step, and takes step from n each time.
func Loop(name string, n reg.GPVirtual, step int, body func()) {
	Label(name)
	CMPQ(n, U32(step))
	JL(LabelRef(name + "_done"))
	body()
	SUBQ(U32(step), n)
	JMP(LabelRef(name))
	Label(name + "_done")
}

// EachVector emits a loop over the vectors of n floats at x, and at dst unless that is nil: work gets each, with a mask
// if it is not whole, and leaves in it what dst gets.
func EachVector(masks Mem, name string, dst *reg.GPVirtual, x, n reg.GPVirtual, work func(y reg.VecVirtual, mask *reg.VecVirtual)) {
	Label(name)
	CMPQ(n, U32(8))
	JL(LabelRef(name + "_rest"))
	y := Read(Mem{Base: x}, nil)
	work(y, nil)
	if dst != nil {
		VMOVUPS(y, Mem{Base: *dst})
		ADDQ(U32(32), *dst)
	}
	ADDQ(U32(32), x)
	SUBQ(U32(8), n)
	JMP(LabelRef(name))
	Label(name + "_rest")
	CMPQ(n, U32(0))
	JE(LabelRef(name + "_whole"))
	mask := Mask(masks, n, YMM())
	y = Read(Mem{Base: x}, &mask)
	work(y, &mask)
	if dst != nil {
		VMASKMOVPS(y, mask, Mem{Base: *dst})
	}
	Label(name + "_whole")
}

// IDAhead sets at to where the id of the row to fetch is: Ahead ids after id, but not after last.
func IDAhead(at, id, last reg.GPVirtual) {
	LEAQ(Mem{Base: id, Disp: 8 * Ahead}, at)
	CMPQ(at, last)
	CMOVQHI(last, at)
}

// Row sets at to the address of the row whose id is at id, for a stride in bytes.
func Row(at, table, id, stride reg.GPVirtual) {
	MOVQ(Mem{Base: id}, at)
	IMULQ(stride, at)
	ADDQ(table, at)
}

// Fetch fetches so many bytes of a row into the cache.
func Fetch(row reg.GPVirtual, bytes int) {
	for at := 0; at < bytes; at += 64 {
		PREFETCHT0(Mem{Base: row, Disp: at})
	}
}
