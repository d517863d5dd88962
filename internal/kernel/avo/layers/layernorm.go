package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

func layerNorm(masks Mem) {
	TEXT("layerNormAVX2", NOSPLIT, "func(dst, moments, x, weight, bias *float32, rows, dim int, eps float64)")
	Pragma("noescape")
	Doc("layerNormAVX2 sets so many rows of dst to (x−μ)/√(σ²+eps)·weight + bias, of which bias or both may be nil, and",
		"moments to μ and 1/√(σ²+eps) of each.")
	n := newNorm(masks)
	n.dst, n.bias = emit.GP("dst"), emit.GP("bias")
	eps, one := Load(Param("eps"), XMM()).(reg.VecVirtual), n.one()
	n.each("layerNorm", emit.GP("rows"), func() {
		sum, squares := zeros(), zeros()
		n.vectors("layerNorm_mean", func() { sum.add(widen(n.read(n.x))) })
		mean, all := sum.mean(n.size), YMM()
		VBROADCASTSD(mean, all)
		n.vectors("layerNorm_variance", func() { squares.add(n.squares(all)) })
		scale := squares.mean(n.size)
		VADDSD(eps, scale, scale)
		VSQRTSD(scale, scale, scale)
		VDIVSD(scale, one, scale)
		n.mean, n.scale = float(mean), float(scale)
		VMOVSS(n.mean.AsX(), Mem{Base: n.moments})
		VMOVSS(n.scale.AsX(), Mem{Base: n.moments, Disp: 4})
		ADDQ(U8(8), n.moments)
		n.affine()
	}, n.dst, n.x)
}

// norm is at the next row of a LayerNorm.
type norm struct {
	rows
	dst, moments, x, weight, bias, grad reg.GPVirtual

	size        reg.VecVirtual // number of columns, a float64
	mean, scale reg.VecVirtual // of the row
}

func newNorm(masks Mem) *norm {
	n := &norm{rows: rows{n: emit.GP("dim"), masks: masks}, moments: emit.GP("moments"), x: emit.GP("x"), size: XMM()}
	VXORPS(n.size, n.size, n.size)
	VCVTSI2SDQ(n.n, n.size, n.size)
	return n
}

// one returns 1, a float64.
func (n *norm) one() reg.VecVirtual {
	int1, one := GP64(), XMM()
	MOVQ(U32(1), int1)
	VXORPS(one, one, one)
	VCVTSI2SDQ(int1, one, one)
	return one
}

// squares returns those of the differences of the columns and mean, and zeros after the last.
func (n *norm) squares(mean reg.VecVirtual) wide {
	w := widen(n.read(n.x))
	for half, y := range w {
		VSUBPD(mean, y, y)
		if n.mask != nil {
			of, mask := XMM(), YMM()
			VEXTRACTF128(U8(half), *n.mask, of)
			VPMOVSXDQ(of, mask)
			VANDPD(mask, y, y)
		}
		VMULPD(y, y, y)
	}
	return w
}

// normal returns (x−μ)·scale of the columns.
func (n *norm) normal() reg.VecVirtual {
	y := n.read(n.x)
	VSUBPS(n.mean, y, y)
	VMULPS(n.scale, y, y)
	return y
}

// affine sets dst, for what there is of weight and bias.
func (n *norm) affine() {
	loop := func(name string, weight, bias bool) {
		n.vectors(name, func() {
			y := n.normal()
			if weight {
				VMULPS(n.read(n.weight), y, y)
			}
			if bias {
				VADDPS(n.read(n.bias), y, y)
			}
			n.write(y, n.dst)
		})
		JMP(LabelRef("layerNorm_next"))
	}
	n.weight = emit.GP("weight")
	TESTQ(n.weight, n.weight)
	JZ(LabelRef("layerNorm_noWeight"))
	TESTQ(n.bias, n.bias)
	JZ(LabelRef("layerNorm_noBias"))
	loop("layerNorm_both", true, true)
	Label("layerNorm_noBias")
	loop("layerNorm_weight", true, false)
	Label("layerNorm_noWeight")
	loop("layerNorm_plain", false, false)
	Label("layerNorm_next")
}

// load loads the moments of the next row.
func (n *norm) load() {
	n.mean, n.scale = YMM(), YMM()
	VBROADCASTSS(Mem{Base: n.moments}, n.mean)
	VBROADCASTSS(Mem{Base: n.moments, Disp: 4}, n.scale)
	ADDQ(U8(8), n.moments)
}

func layerNormGradX(masks Mem) {
	TEXT("layerNormGradXAVX2", NOSPLIT, "func(dst, moments, x, weight, grad *float32, rows, dim int)")
	Pragma("noescape")
	Doc("layerNormGradXAVX2 sets so many rows of dst to the gradient of layerNormAVX2's x. weight may be nil.")
	n := newNorm(masks)
	n.dst, n.weight, n.grad = emit.GP("dst"), emit.GP("weight"), emit.GP("grad")
	n.each("layerNormGradX", emit.GP("rows"), func() {
		n.load()
		TESTQ(n.weight, n.weight)
		JZ(LabelRef("layerNormGradX_plain"))
		n.gradX("layerNormGradX_weighted", true)
		JMP(LabelRef("layerNormGradX_next"))
		Label("layerNormGradX_plain")
		n.gradX("layerNormGradX_unweighted", false)
		Label("layerNormGradX_next")
	}, n.dst, n.x, n.grad)
}

// gradX sets a row of dst.
func (n *norm) gradX(name string, weighted bool) {
	slope, share := zeros(), zeros()
	both := func() (g, x reg.VecVirtual) {
		if g = n.read(n.grad); weighted {
			VMULPS(n.read(n.weight), g, g)
		}
		return g, n.normal()
	}
	n.vectors(name+"_sums", func() {
		g, x := both()
		share.add(widen(g))
		VMULPS(g, x, x)
		if n.mask != nil { // 0·∞ is NaN
			VANDPS(*n.mask, x, x)
		}
		slope.add(widen(x))
	})
	mean, along := float(share.mean(n.size)), float(slope.mean(n.size))
	n.vectors(name+"_set", func() {
		g, x := both()
		VSUBPS(mean, g, g)
		VMULPS(along, x, x)
		VSUBPS(x, g, g)
		VMULPS(n.scale, g, g)
		n.write(g, n.dst)
	})
}

// layerNormGradW sums 8 columns at a time, over all rows.
func layerNormGradW(masks Mem) {
	TEXT("layerNormGradWAVX2", NOSPLIT, "func(dst, moments, x, grad *float32, rows, dim int)")
	Pragma("noescape")
	Doc("layerNormGradWAVX2 adds to dst the gradient of layerNormAVX2's weight: a sum over so many rows.")
	n := newNorm(masks)
	n.dst, n.at = emit.GP("dst"), GP64()
	n.vectors("layerNormGradW", func() {
		name, left, sum := "layerNormGradW_rows", GP64(), emit.Zeros(1)[0]
		if n.mask != nil {
			name += "_masked"
		}
		n.x, n.grad, n.moments = emit.GP("x"), emit.GP("grad"), emit.GP("moments")
		MOVQ(NewParamAddr("rows", 32), left)
		emit.Loop(name, left, 1, func() {
			n.load()
			x := n.normal()
			VMULPS(n.read(n.grad), x, x)
			VADDPS(x, sum, sum)
			LEAQ(Mem{Base: n.x, Index: n.n, Scale: 4}, n.x)
			LEAQ(Mem{Base: n.grad, Index: n.n, Scale: 4}, n.grad)
		})
		VADDPS(n.read(n.dst), sum, sum)
		n.write(sum, n.dst)
	})
	VZEROUPPER()
	RET()
}
