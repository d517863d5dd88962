package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

// updates writes the solvers' steps, as steps.go of package kernel states them.
func updates(tail Mem) {
	updateRows(tail, "decay", "w", "rate keep", decay)
	updateRows(tail, "momentum", "w v", "rate scale decay momentum enter fresh carried", momentum)
	updateRows(tail, "adagrad", "w s", "rate scale decay eps", adagrad)
	updateRows(tail, "rmsProp", "w s", "rate scale decay alpha enter momentum eps", rmsProp)
	updateRows(tail, "rmsPropMomentum", "w s v", "rate scale decay alpha enter momentum eps", rmsPropMomentum)
	updateRows(tail, "adam", "w m v", "rate scale decay keep beta1 enter1 beta2 enter2 eps", adam)
}

func decay(u *update) {
	w := u.times("keep", u.load("w"))
	VSUBPS(u.times("rate", u.load("grad")), w, w)
	u.store(w, "w")
}

func momentum(u *update) {
	w, d := u.decayed()
	v, e := u.times("momentum", u.load("v")), YMM()
	VMULPS(u.coefs["enter"], d, e)
	VADDPS(e, v, v)
	u.store(v, "v")
	u.times("fresh", d)
	u.times("carried", v)
	VADDPS(v, d, d)
	VSUBPS(u.times("rate", d), w, w)
	u.store(w, "w")
}

func adagrad(u *update) {
	w, d := u.decayed()
	s, square := u.load("s"), YMM()
	VMULPS(d, d, square)
	VADDPS(square, s, s)
	u.store(s, "s")
	VSUBPS(u.over(u.times("rate", d), s), w, w)
	u.store(w, "w")
}

func rmsProp(u *update) {
	w, d, s := u.meanSquare()
	VSUBPS(u.over(u.times("rate", d), s), w, w)
	u.store(w, "w")
}

func rmsPropMomentum(u *update) {
	w, d, s := u.meanSquare()
	v := u.times("momentum", u.load("v"))
	VADDPS(u.over(d, s), v, v)
	u.store(v, "v")
	VSUBPS(u.times("rate", v), w, w)
	u.store(w, "w")
}

func adam(u *update) {
	w := u.times("keep", u.load("w"))
	g, d := u.times("scale", u.load("grad")), YMM()
	VMULPS(u.coefs["decay"], w, d)
	VADDPS(d, g, d)
	m, e := u.times("beta1", u.load("m")), YMM()
	VMULPS(u.coefs["enter1"], d, e)
	VADDPS(e, m, m)
	u.store(m, "m")
	VMULPS(d, d, d)
	v := u.times("beta2", u.load("v"))
	VADDPS(u.times("enter2", d), v, v)
	u.store(v, "v")
	VSUBPS(u.over(u.times("rate", m), v), w, w)
	u.store(w, "w")
}

// update is the work on 8 columns of a row.
type update struct {
	tables map[string]reg.GPVirtual
	coefs  map[string]reg.VecVirtual
	at     reg.GPVirtual   // of the columns, in bytes from the tables
	mask   *reg.VecVirtual // of the columns; nil if they are 8
}

func (u *update) address(table string) Mem {
	if table == "grad" {
		return Mem{Base: u.tables[table]}
	}
	return Mem{Base: u.tables[table], Index: u.at, Scale: 1}
}

func (u *update) load(table string) reg.VecVirtual     { return emit.Read(u.address(table), u.mask) }
func (u *update) store(y reg.VecVirtual, table string) { emit.Write(y, u.address(table), u.mask) }

// times multiplies y by a coefficient, in place.
func (u *update) times(coef string, y reg.VecVirtual) reg.VecVirtual {
	VMULPS(u.coefs[coef], y, y)
	return y
}

// over returns y/(√s + eps), in s.
func (u *update) over(y, s reg.VecVirtual) reg.VecVirtual {
	VSQRTPS(s, s)
	VADDPS(u.coefs["eps"], s, s)
	VDIVPS(s, y, s)
	return s
}

// decayed returns the weights w, and scale·g + decay·w.
func (u *update) decayed() (w, d reg.VecVirtual) {
	w, d = u.load("w"), YMM()
	VMULPS(u.coefs["decay"], w, d)
	VADDPS(d, u.times("scale", u.load("grad")), d)
	return w, d
}

// meanSquare returns the weights w, d as decayed, and the running mean s of its squares.
func (u *update) meanSquare() (w, d, s reg.VecVirtual) {
	w, d = u.decayed()
	square := YMM()
	VMULPS(d, d, square)
	s = u.times("alpha", u.load("s"))
	VADDPS(u.times("enter", square), s, s)
	u.store(s, "s")
	return w, d, s
}

// updateRows writes a function that updates listed rows of tables. Its coefficients are the fields of a struct.
func updateRows(tail Mem, name, tables, fields string, work func(*update)) {
	TEXT(name+"RowsAVX2", NOSPLIT, "func("+strings.Join(strings.Fields(tables), ", ")+", grad *float32, ids *int, n, dim int, c *float32)")
	Pragma("noescape")
	Doc(name + "RowsAVX2 updates rows ids[0:n]; c points to the coefficients, one after the other.")
	u := &update{tables: map[string]reg.GPVirtual{}, coefs: map[string]reg.VecVirtual{}, at: GP64()}
	for _, t := range append(strings.Fields(tables), "grad") {
		u.tables[t] = emit.GP(t)
	}
	id, n, dim, c := emit.GP("ids"), emit.GP("n"), emit.GP("dim"), emit.GP("c")
	for i, f := range strings.Fields(fields) {
		u.coefs[f] = YMM()
		VBROADCASTSS(Mem{Base: c, Disp: 4 * i}, u.coefs[f])
	}
	last, left, mask := c, GP64(), YMM() // c is not needed any more
	LEAQ(Mem{Base: id, Index: n, Scale: 8, Disp: -8}, last)
	emit.Loop(name+"_rows", n, 1, func() {
		emit.IDAhead(u.at, id, last)
		u.row(u.at, dim, left)
		emit.Loop(name+"_fetch", left, 1, func() {
			for _, t := range strings.Fields(tables) {
				PREFETCHT0(u.address(t))
			}
			ADDQ(U8(64), u.at)
			SUBQ(U8(15), left) // Loop takes the 16th
		})
		u.row(id, dim, left)
		u.columns(name, left, tail, mask, work)
		ADDQ(U8(8), id)
	})
	VZEROUPPER()
	RET()
}

// row goes to the first column of the row whose id is at id, where dim are left.
func (u *update) row(id, dim, left reg.GPVirtual) {
	MOVQ(Mem{Base: id}, u.at)
	IMULQ(dim, u.at)
	SHLQ(U8(2), u.at)
	MOVQ(dim, left)
}

// columns emits the work on the columns of a row: the loop over each 8, and those left.
func (u *update) columns(name string, left reg.GPVirtual, tail Mem, mask reg.VecVirtual, work func(*update)) {
	emit.Loop(name+"_8", left, 8, func() {
		u.mask = nil
		work(u)
		ADDQ(U8(32), u.at)
		ADDQ(U8(32), u.tables["grad"])
	})
	CMPQ(left, U32(0))
	JE(LabelRef(name + "_whole"))
	emit.Mask(tail, left, mask)
	u.mask = &mask
	work(u)
	LEAQ(Mem{Base: u.tables["grad"], Index: left, Scale: 4}, u.tables["grad"])
	Label(name + "_whole")
}
