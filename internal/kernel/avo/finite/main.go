// The program finite writes the assembly of finite.go in package kernel:
//
//	go generate ./internal/kernel
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// registers is how many hold sums: an addition waits for the one before it.
const registers = 8

func main() {
	ConstraintExpr("amd64,!purego")
	TEXT("sumAVX2", NOSPLIT, "func(x *float32, n int) float32")
	Pragma("noescape")
	Doc("sumAVX2 returns the sum of x[0:n], for n a multiple of 64: that of 64 sums, each of every 64th element.")
	x, n := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	var sums [registers]reg.VecVirtual
	for k := range sums {
		sums[k] = YMM()
		VXORPS(sums[k], sums[k], sums[k])
	}
	Label("loop")
	SUBQ(U8(8*registers), n)
	JL(LabelRef("done"))
	for k, sum := range sums {
		VADDPS(Mem{Base: x, Disp: 32 * k}, sum, sum)
	}
	ADDQ(U32(32*registers), x)
	JMP(LabelRef("loop"))
	Label("done")
	for k := registers / 2; k > 0; k /= 2 {
		for i := range k {
			VADDPS(sums[i+k], sums[i], sums[i])
		}
	}
	other, sum := XMM(), sums[0].AsX()
	VEXTRACTF128(U8(1), sums[0], other)
	VADDPS(other, sum, sum)
	for _, order := range []uint8{0b01_00_11_10, 0b10_11_00_01} { // halves, then quarters change places
		VPERMILPS(U8(order), sum, other)
		VADDPS(other, sum, sum)
	}
	VZEROUPPER()
	Store(sum, ReturnIndex(0))
	RET()
	Generate()
}
