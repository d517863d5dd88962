// The program coarse writes the assembly of coarse.go in package kernel:
//
//	go generate ./internal/kernel
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

func main() {
	ConstraintExpr("amd64,!purego")
	TEXT("dotsInt8AVX2", NOSPLIT, "func(dst *int32, rows *int8, q *int16, n, stride int)")
	Pragma("noescape")
	Doc("dotsInt8AVX2 sets dst[i] to the product of row i of rows and q, for i in [0, n) and a stride that is a multiple of 32.")
	dst, rows, n, stride := emit.GP("dst"), emit.GP("rows"), emit.GP("n"), emit.GP("stride")
	Label("rows")
	SUBQ(U8(1), n)
	JL(LabelRef("done"))
	q, left := emit.GP("q"), GP64()
	MOVQ(stride, left)
	sums := emit.Zeros(2)
	emit.Loop("columns", left, 32, func() {
		PREFETCHT0(Mem{Base: rows, Disp: 2048}) // the rows are read one after the other
		for k, sum := range sums {
			y := YMM()
			VPMOVSXBW(Mem{Base: rows, Disp: 16 * k}, y)
			VPMADDWD(Mem{Base: q, Disp: 32 * k}, y, y)
			VPADDD(y, sum, sum)
		}
		ADDQ(U8(32), rows)
		ADDQ(U8(64), q)
	})
	VPADDD(sums[1], sums[0], sums[0])
	total := XMM()
	emit.Lanes(VPADDD, sums[0], total)
	VMOVD(total, Mem{Base: dst})
	ADDQ(U8(4), dst)
	JMP(LabelRef("rows"))
	Label("done")
	VZEROUPPER()
	RET()
	Generate()
}
