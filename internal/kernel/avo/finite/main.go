// The program finite writes the assembly of finite.go in package kernel:
//
//	go generate ./internal/kernel
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// registers is how many hold a maximum each: a VPMAXUD waits for the one before it.
const registers = 4

func main() {
	ConstraintExpr("amd64,!purego")
	TEXT("topBitsAVX2", NOSPLIT, "func(x *float32, n int) uint32")
	Pragma("noescape")
	Doc("topBitsAVX2 returns the greatest of the bits of x[0:n], without their signs. n is a multiple of 32.")
	x, n := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	magnitude := YMM() // bits without the sign
	VPCMPEQD(magnitude, magnitude, magnitude)
	VPSRLD(U8(1), magnitude, magnitude)
	var tops [registers]reg.VecVirtual
	for k := range tops {
		tops[k] = YMM()
		VPXOR(tops[k], tops[k], tops[k])
	}
	Label("loop")
	SUBQ(U8(8*registers), n)
	JL(LabelRef("done"))
	for k, top := range tops {
		bits := YMM()
		VPAND(Mem{Base: x, Disp: 32 * k}, magnitude, bits)
		VPMAXUD(bits, top, top)
	}
	ADDQ(U8(32*registers), x)
	JMP(LabelRef("loop"))
	Label("done")
	for k := registers / 2; k > 0; k /= 2 {
		for i := range k {
			VPMAXUD(tops[i+k], tops[i], tops[i])
		}
	}
	high := XMM()
	VEXTRACTI128(U8(1), tops[0], high)
	top := tops[0].AsX()
	VPMAXUD(high, top, top)
	for _, order := range []uint8{0b01_00_11_10, 0b10_11_00_01} { // halves, then quarters change places
		VPSHUFD(U8(order), top, high)
		VPMAXUD(high, top, top)
	}
	result := GP32()
	VMOVD(top, result)
	VZEROUPPER()
	Store(result, ReturnIndex(0))
	RET()
	Generate()
}
