// The program finite writes the assembly of finite.go in package kernel:
//
//	go generate ./internal/kernel
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// registers is how many hold sums: an addition waits for the one before it.
const registers = 8

func main() {
	ConstraintExpr("amd64,!purego")
	TEXT("sumAVX2", NOSPLIT, "func(x *float32, n int) float32")
	Pragma("noescape")
	Doc("sumAVX2 returns the sum of x[0:n], for n a multiple of 64: that of 64 sums, each of every 64th element.")
	x, n := emit.GP("x"), emit.GP("n")
	sums := emit.Zeros(registers)
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
	sum := sums[0].AsX()
	emit.Lanes(VADDPS, sums[0], sum)
	VZEROUPPER()
	Store(sum, ReturnIndex(0))
	RET()
	Generate()
}
