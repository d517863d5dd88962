// The program layers writes the kernels of layers that work row by row, or element by element, in assembly.
//
//	go generate ./internal/kernel
//
// Each function has a twin in relu.go, softmax.go, layernorm.go or bagmax.go of package kernel that gives the same bits.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

func main() {
	ConstraintExpr("amd64,!purego")
	masks := emit.Masks("layerMasks")
	relu(masks)
	reluGrad(masks)
	softMaxGrad(masks)
	layerNorm(masks)
	layerNormGradX(masks)
	layerNormGradW(masks)
	maxRows(masks)
	maxRowsGrad(masks)
	Generate()
}

func relu(masks Mem) {
	TEXT("reluAVX2", NOSPLIT, "func(dst, x *float32, n int)")
	Pragma("noescape")
	Doc("reluAVX2 sets dst to x[0:n] where that is not below 0, and to 0 elsewhere.")
	dst, x, n := emit.GP("dst"), emit.GP("x"), emit.GP("n")
	zero := emit.Zeros(1)[0]
	emit.EachVector(masks, "relu", &dst, x, n, func(y reg.VecVirtual, _ *reg.VecVirtual) {
		VMAXPS(y, zero, y) // y if it is NaN
	})
	VZEROUPPER()
	RET()
}

func reluGrad(masks Mem) {
	TEXT("reluGradAVX2", NOSPLIT, "func(dst, x, grad *float32, n int)")
	Pragma("noescape")
	Doc("reluGradAVX2 sets dst to grad[0:n] where x is above 0 or NaN, and to 0 elsewhere.")
	dst, x, grad, n := emit.GP("dst"), emit.GP("x"), emit.GP("grad"), emit.GP("n")
	zero := emit.Zeros(1)[0]
	emit.EachVector(masks, "reluGrad", &dst, x, n, func(y reg.VecVirtual, mask *reg.VecVirtual) {
		VCMPPS(U8(notLessOrEqual), zero, y, y)
		VANDPS(emit.Read(Mem{Base: grad}, mask), y, y)
		ADDQ(U32(32), grad)
	})
	VZEROUPPER()
	RET()
}

// notLessOrEqual is a predicate of VCMPPS, true of NaN.
const notLessOrEqual = 6

func softMaxGrad(masks Mem) {
	TEXT("softMaxGradAVX2", NOSPLIT, "func(dst, y, grad *float32, rows, n int, scale float32)")
	Pragma("noescape")
	Doc("softMaxGradAVX2 sets each of so many rows of dst, of n elements, to scale·y·(grad − ⟨y, grad⟩).")
	dst, x, grad := emit.GP("dst"), emit.GP("y"), emit.GP("grad")
	r := &rows{n: emit.GP("n"), masks: masks}
	scale := emit.Broadcast("scale", 40)
	r.each("softMaxGrad", emit.GP("rows"), func() {
		sum, mean := emit.Zeros(1)[0], YMM()
		r.vectors("softMaxGrad_sum", func() {
			y := r.read(x)
			VMULPS(r.read(grad), y, y)
			VADDPS(y, sum, sum)
		})
		emit.Lanes(VADDPS, sum, mean.AsX())
		VBROADCASTSS(mean.AsX(), mean)
		r.vectors("softMaxGrad_set", func() {
			y, g := r.read(x), r.read(grad)
			VMULPS(scale, y, y)
			VSUBPS(mean, g, g)
			VMULPS(g, y, y)
			r.write(y, dst)
		})
	}, dst, x, grad)
}
