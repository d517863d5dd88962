package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// softMax writes the softmax of rows: the greatest element, the exponentials with their sum, and their quotients, as
// maxRow and sumExp have them.
func softMax(m constants) {
	TEXT("softMaxAVX2", NOSPLIT, "func(dst, x *float32, rows, n int)")
	Pragma("noescape")
	Doc("softMaxAVX2 sets each of so many rows of dst, of n elements, to the softmax of x's: to zeros where x is −∞, if no",
		"element is greater.")
	s := &softMaxRow{constants: m, dst: emit.GP("dst"), x: emit.GP("x"), n: emit.GP("n"), none: XMM()}
	VMOVSS(m.of("none", math.Inf(-1)), s.none)
	emit.Loop("softMax", emit.GP("rows"), 1, func() {
		top := s.greatest()
		VUCOMISS(s.none, top)
		JA(LabelRef("softMax_sum"))
		s.zero()
		JMP(LabelRef("softMax_next"))
		Label("softMax_sum")
		s.divide(s.exponentials(top))
		Label("softMax_next")
		LEAQ(Mem{Base: s.x, Index: s.n, Scale: 4}, s.x)
		LEAQ(Mem{Base: s.dst, Index: s.n, Scale: 4}, s.dst)
	})
	VZEROUPPER()
	RET()
}

// softMaxRow is at the next row.
type softMaxRow struct {
	constants
	dst, x, n reg.GPVirtual
	none      reg.VecVirtual // −∞
}

// each emits a loop over the vectors of a row of from: what work leaves in one becomes that of dst.
func (s *softMaxRow) each(name string, from reg.GPVirtual, work func(y reg.VecVirtual, mask *reg.VecVirtual)) {
	x, dst, left := GP64(), GP64(), GP64()
	MOVQ(from, x)
	MOVQ(s.dst, dst)
	MOVQ(s.n, left)
	emit.EachVector(s.masks(), name, &dst, x, left, work)
}

func (s *softMaxRow) greatest() reg.VecVirtual {
	x, left, top, none := GP64(), GP64(), YMM(), YMM()
	MOVQ(s.x, x)
	MOVQ(s.n, left)
	VMOVUPS(s.of("none", 0), top)
	emit.EachVector(s.masks(), "softMax_max", nil, x, left, func(y reg.VecVirtual, mask *reg.VecVirtual) {
		if mask != nil {
			VMOVUPS(s.of("none", 0), none)
			VBLENDVPS(*mask, y, none, y)
		}
		VMAXPS(top, y, top) // the former one if y is NaN
	})
	emit.Lanes(VMAXPS, top, top.AsX())
	return top.AsX().(reg.VecVirtual)
}

// zero keeps NaNs and sets the rest, which is −∞, to 0.
func (s *softMaxRow) zero() {
	all := YMM()
	VBROADCASTSS(s.none, all)
	s.each("softMax_zero", s.x, func(y reg.VecVirtual, _ *reg.VecVirtual) {
		more := YMM()
		VCMPPS(U8(notEqual), all, y, more)
		VANDPS(more, y, y)
	})
}

// notEqual is a predicate of VCMPPS, true of NaN.
const notEqual = 4

// exponentials sets dst to exp(x − top) and returns the sum.
func (s *softMaxRow) exponentials(top reg.VecVirtual) reg.VecVirtual {
	all, left, sum := YMM(), GP64(), newSum()
	VBROADCASTSS(top, all)
	MOVQ(U32(run), left)
	s.each("softMax_exp", s.x, func(y reg.VecVirtual, mask *reg.VecVirtual) {
		VSUBPS(all, y, y)
		s.exp(y)
		sum.add("softMax_more", y, left, mask)
	})
	sum.fold()
	return sum.total()
}

// divide divides dst by a sum.
func (s *softMaxRow) divide(sum reg.VecVirtual) {
	one, all := XMM(), YMM()
	VCVTSS2SD(s.of("one", 1), one, one)
	VDIVSD(sum, one, one)
	VCVTSD2SS(one, one, one)
	VBROADCASTSS(one, all)
	s.each("softMax_divide", s.dst, func(y reg.VecVirtual, _ *reg.VecVirtual) { VMULPS(all, y, y) })
}
