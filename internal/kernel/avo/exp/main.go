// The program exp writes the exponentials of package kernel:
//
//	go generate ./internal/kernel
//
// Each function has a twin in exp.go of package kernel that gives the same bits.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// run is how many vectors are added in float32 before their sum is added in float64: expRun of package kernel.
const run = 64

func main() {
	ConstraintExpr("amd64,!purego")
	m := constants{}
	maxRow(m)
	sumExp(m, false)
	sumExp(m, true)
	scaleAdd(m)
	Generate()
}

// constants are vectors of 8 equal floats in memory, by their names.
type constants map[string]Mem

func (m constants) of(name string, x float64) Mem {
	if _, ok := m[name]; !ok {
		m[name] = GLOBL("exp_"+name, RODATA|NOPTR)
		for i := range 8 {
			DATA(4*i, U32(math.Float32bits(float32(x))))
		}
	}
	return m[name]
}

// tailMask returns a mask of the first n floats, for n up to 8: 8 ones and 8 zeros, from 8−n on.
func (m constants) tailMask(n reg.GPVirtual) reg.VecVirtual {
	if _, ok := m["masks"]; !ok {
		m["masks"] = GLOBL("exp_masks", RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, ^U32(0)+U32(i/8)) // 0 from the 8th on
		}
	}
	base, skip, mask := GP64(), GP64(), YMM()
	LEAQ(m["masks"], base)
	MOVQ(U32(8), skip)
	SUBQ(n, skip)
	VMOVUPS(Mem{Base: base, Index: skip, Scale: 4}, mask)
	return mask
}

// exp replaces y by its exponentials, line by line as exp32 of package kernel.
func (m constants) exp(y reg.VecVirtual) {
	s, n, p := YMM(), YMM(), YMM()
	VMOVUPS(m.of("most", 89), n)
	VMINPS(y, n, y) // a NaN stays
	VMOVUPS(m.of("least", -88), n)
	VMAXPS(y, n, y)
	VMULPS(m.of("perLn2", 1.44269504), y, s)
	VADDPS(m.of("round", 127+3<<22), s, s)
	VSUBPS(m.of("round", 127+3<<22), s, n)
	VMULPS(m.of("ln2", 0.693359375), n, p)
	VSUBPS(p, y, y)
	VMULPS(m.of("ln2Rest", -2.12194440e-4), n, p)
	VSUBPS(p, y, y)
	VMULPS(m.of("c6", 0x1.6a5228p-10), y, p)
	VADDPS(m.of("c5", 0x1.12396cp-7), p, p)
	VMULPS(y, p, p)
	VADDPS(m.of("c4", 0x1.5558aap-5), p, p)
	VMULPS(y, p, p)
	VADDPS(m.of("c3", 0x1.555492p-3), p, p)
	VMULPS(y, p, p)
	VADDPS(m.of("c2", 0x1.fffffcp-2), p, p)
	VMULPS(y, y, n)
	VMULPS(n, p, p)
	VADDPS(y, p, p)
	VPSLLD(U8(23), s, s)
	VADDPS(m.of("one", 1), p, p)
	VMULPS(s, p, y)
}
