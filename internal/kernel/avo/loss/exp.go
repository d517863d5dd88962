package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// run is how many vectors are added in float32 before their sum is added in float64: expRun of package kernel.
const run = 64

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

func maxRow(m constants) {
	TEXT("maxAVX2", NOSPLIT, "func(x *float32, n int) float32")
	Pragma("noescape")
	Doc("maxAVX2 returns the greatest of x[0:n], NaNs left out.")
	x, n := emit.GP("x"), emit.GP("n")
	tops := []reg.VecVirtual{YMM(), YMM(), YMM(), YMM()}
	for _, t := range tops {
		VMOVUPS(m.of("none", math.Inf(-1)), t)
	}
	Label("max32")
	CMPQ(n, U32(32))
	JL(LabelRef("max8"))
	for k, t := range tops {
		y := YMM()
		VMOVUPS(Mem{Base: x, Disp: 32 * k}, y)
		VMAXPS(t, y, t) // the former one if y is NaN
	}
	ADDQ(U32(128), x)
	SUBQ(U32(32), n)
	JMP(LabelRef("max32"))
	emit.EachVector(m.masks(), "max8", nil, x, n, func(y reg.VecVirtual, mask *reg.VecVirtual) {
		if mask != nil {
			none := YMM()
			VMOVUPS(m.of("none", 0), none)
			VBLENDVPS(*mask, y, none, y)
		}
		VMAXPS(tops[0], y, tops[0])
	})
	VMAXPS(tops[1], tops[0], tops[0])
	VMAXPS(tops[3], tops[2], tops[2])
	VMAXPS(tops[2], tops[0], tops[0])
	top := XMM()
	emit.Lanes(VMAXPS, tops[0], top)
	Store(top, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// sumExp writes a sum of exponentials, which also keeps them or does not.
func sumExp(m constants, keeps bool) {
	name, signature, at := "sumExpAVX2", "func(x *float32, n int, top float32) float64", 16
	doc := "sumExpAVX2 returns Σ exp(x[i] − top) for i in [0, n)."
	if keeps {
		name, signature, at = "keepExpAVX2", "func(keep, x *float32, n int, top float32) float64", 24
		doc = "keepExpAVX2 sets keep[i] to exp(x[i] − top) for i in [0, n), and returns the sum."
	}
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(doc)
	var keep *reg.GPVirtual
	if keeps {
		dst := emit.GP("keep")
		keep = &dst
	}
	x, n, left, top := emit.GP("x"), emit.GP("n"), GP64(), emit.Broadcast("top", at)
	s := newSum()
	MOVQ(U32(run), left)
	emit.EachVector(m.masks(), name+"_8", keep, x, n, func(y reg.VecVirtual, mask *reg.VecVirtual) {
		VSUBPS(top, y, y)
		m.exp(y)
		s.add(name+"_more", y, left, mask)
	})
	s.fold()
	Store(s.total(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// sum is a sum of vectors, lane by lane: in float32, and from time to time in float64.
type sum struct {
	part   reg.VecVirtual    // 8 float32
	wholes [2]reg.VecVirtual // 4 float64 each
}

func newSum() *sum {
	s := &sum{YMM(), [2]reg.VecVirtual{YMM(), YMM()}}
	for _, y := range append(s.wholes[:], s.part) {
		VXORPS(y, y, y)
	}
	return s
}

// add adds y, or its floats in mask unless that is nil, to the part, and folds it after so many vectors as left says.
func (s *sum) add(label string, y reg.VecVirtual, left reg.GPVirtual, mask *reg.VecVirtual) {
	if mask != nil {
		VANDPS(*mask, y, y)
		VADDPS(y, s.part, s.part)
		return
	}
	VADDPS(y, s.part, s.part)
	DECQ(left)
	JNE(LabelRef(label))
	s.fold()
	VXORPS(s.part, s.part, s.part)
	MOVQ(U32(run), left)
	Label(label)
}

// fold adds the part to the wholes.
func (s *sum) fold() {
	wide, half := YMM(), XMM()
	VCVTPS2PD(s.part.AsX(), wide)
	VADDPD(wide, s.wholes[0], s.wholes[0])
	VEXTRACTF128(U8(1), s.part, half)
	VCVTPS2PD(half, wide)
	VADDPD(wide, s.wholes[1], s.wholes[1])
}

// total returns the sum of the lanes of the wholes.
func (s *sum) total() reg.VecVirtual { return emit.Total(s.wholes[0], s.wholes[1]) }

func scaleAdd(m constants) {
	TEXT("scaleAddAVX2", NOSPLIT, "func(x *float32, n int, a, b float32)")
	Pragma("noescape")
	Doc("scaleAddAVX2 replaces x[0:n] by a·x + b.")
	x, n := emit.GP("x"), emit.GP("n")
	a, b := emit.Broadcast("a", 16), emit.Broadcast("b", 20)
	dst := GP64()
	MOVQ(x, dst)
	emit.EachVector(m.masks(), "scale_8", &dst, x, n, func(y reg.VecVirtual, _ *reg.VecVirtual) {
		VMULPS(a, y, y)
		VADDPS(b, y, y)
	})
	VZEROUPPER()
	RET()
}
