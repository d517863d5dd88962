// The program loss writes the kernels of the losses in assembly: exponentials, softmax, and products of rows of two tables.
//
//	go generate ./internal/kernel
//
// Each function has a twin in exp.go, softmax.go or dots.go of package kernel that gives the same bits.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

func main() {
	ConstraintExpr("amd64,!purego")
	m := constants{}
	maxRow(m)
	sumExp(m, false)
	sumExp(m, true)
	scaleAdd(m)
	softMax(m)
	dotRows(m)
	sumWeighted(m)
	sampled(m)
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

// masks are emit.Masks.
func (m constants) masks() Mem {
	if _, ok := m["masks"]; !ok {
		m["masks"] = emit.Masks("loss_masks")
	}
	return m["masks"]
}
