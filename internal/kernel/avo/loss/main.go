// The program loss writes the kernels of the losses in assembly: exponentials, and products of rows of two tables.
//
//	go generate ./internal/kernel
//
// Each function has a twin in exp.go or dots.go of package kernel that gives the same bits.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

func main() {
	ConstraintExpr("amd64,!purego")
	m := constants{}
	maxRow(m)
	sumExp(m, false)
	sumExp(m, true)
	scaleAdd(m)
	dotRows(m)
	sumWeighted(m)
	Generate()
}

// constants are vectors of 8 equal floats in memory, by their names.
type constants map[string]Mem

func (m constants) of(name string, x float64) Mem {
	if _, ok := m[name]; !ok {
		m[name] = GLOBL("loss_"+name, RODATA|NOPTR)
		for i := range 8 {
			DATA(4*i, U32(math.Float32bits(float32(x))))
		}
	}
	return m[name]
}

// tailMask returns a mask of the first n floats, for n up to 8.
func (m constants) tailMask(n reg.GPVirtual) reg.VecVirtual {
	if _, ok := m["masks"]; !ok {
		m["masks"] = emit.Masks("loss_masks")
	}
	return emit.Mask(m["masks"], n, YMM())
}

// eachVector emits a loop over the vectors of n floats at x, and at dst unless that is nil: work gets each, with a mask
// if it is not whole, and leaves in it what dst gets.
func eachVector(m constants, name string, dst *reg.GPVirtual, x, n reg.GPVirtual, work func(y reg.VecVirtual, mask *reg.VecVirtual)) {
	Label(name)
	CMPQ(n, U32(8))
	JL(LabelRef(name + "_rest"))
	y := emit.Read(Mem{Base: x}, nil)
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
	mask := m.tailMask(n)
	y = emit.Read(Mem{Base: x}, &mask)
	work(y, &mask)
	if dst != nil {
		VMASKMOVPS(y, mask, Mem{Base: *dst})
	}
	Label(name + "_whole")
}
