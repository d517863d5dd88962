// The program product writes the assembly of package kernel's matrix products:
//
//	go generate ./internal/kernel
//
// A tile of the result is held in registers while k runs: for each k, a vector of b's row is multiplied by a number of
// each of a's rows. An element's sum is a chain of fused multiply-adds in the order of k, so its bits do not depend on
// the width of the vectors or on the tiles.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"gorgonia-embedding/internal/kernel/avo/emit"
)

func main() {
	ConstraintExpr("amd64,!purego")
	masks := emit.Masks("tailMasks")
	transpose()
	dots(masks)
	product(avx2{masks, YMM()})
	product(avx512{})
	Generate()
}

// width is what the kernels for a width of vectors differ in.
type width interface {
	name() string
	lanes() int   // of a vector
	rows() int    // of a tile, if its columns are those of one or two vectors
	vectors() int // of the widest tile
	vector() reg.VecVirtual
	zero(reg.VecVirtual)
	tail(n reg.GPVirtual)                 // makes a mask of n lanes
	addTail(add, c Mem, y reg.VecVirtual) // sets the masked lanes of c to add + y
}

// product writes the loop over the tiles of a block of columns.
func product(w width) {
	TEXT("product"+w.name(), NOSPLIT, "func(c, add, a, b *float32, m, n, k, ldc, ldadd, rowa, cola, ldb int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("product%s sets c, m rows of n columns, to add + a·b, for n from 1 to %d. Rows of c, add and b are ldc,", w.name(), w.vectors()*w.lanes()),
		"ldadd and ldb elements apart; a's rows rowa, its columns cola. b is read to the end of its last vector.")
	p := &pointers{width: w, c: emit.GP("c"), add: emit.GP("add"), a: emit.GP("a"), m: emit.GP("m"), last: emit.GP("n")}
	p.cola, p.ldb = bytes("cola"), bytes("ldb")
	p.rowa[1] = bytes("rowa")
	for i := 3; i < w.rows(); i += 2 {
		p.rowa[i] = GP64()
		LEAQ(Mem{Base: p.rowa[i-2], Index: p.rowa[1], Scale: 2}, p.rowa[i])
	}
	for vectors, name := range []string{"one", "two", "three", "four"}[:w.vectors()] {
		next := name + "_more"
		if vectors+1 < w.vectors() {
			CMPQ(p.last, U8(w.lanes()))
			JG(LabelRef(next))
		}
		w.tail(p.last)
		p.tiles(name, vectors+1)
		if vectors+1 < w.vectors() {
			Label(next)
			SUBQ(U8(w.lanes()), p.last)
		}
	}
}

// bytes is a stride in bytes.
func bytes(name string) reg.GPVirtual {
	n := emit.GP(name)
	SHLQ(U8(2), n)
	return n
}

// pointers are at the next tile.
type pointers struct {
	width
	c, add, a reg.GPVirtual
	m         reg.GPVirtual    // rows left
	last      reg.GPVirtual    // columns in the last vector
	rowa      [8]reg.GPVirtual // multiples of a's stride, the odd ones
	cola, ldb reg.GPVirtual
}

// tiles emits the loop over tiles that are so many vectors wide, and one tile for each number of rows left. The widest
// have two rows.
func (p *pointers) tiles(name string, vectors int) {
	most := p.rows()
	if vectors > 2 {
		most = 2
	}
	Label(name + "_tiles")
	CMPQ(p.m, U8(most))
	JL(LabelRef(name + "_rest"))
	p.tile(name, most, vectors)
	for range most / 2 {
		LEAQ(Mem{Base: p.a, Index: p.rowa[1], Scale: 2}, p.a)
	}
	SUBQ(U8(most), p.m)
	JMP(LabelRef(name + "_tiles"))
	Label(name + "_rest")
	for rows := most - 1; rows > 0; rows-- {
		less := fmt.Sprintf("%s_less%d", name, rows)
		CMPQ(p.m, U8(rows))
		JL(LabelRef(less))
		p.tile(fmt.Sprintf("%s%d", name, rows), rows, vectors)
		VZEROUPPER()
		RET()
		Label(less)
	}
	VZEROUPPER()
	RET()
}

// tile sums in registers and leaves c and add at the next tile's rows.
func (p *pointers) tile(name string, rows, vectors int) {
	sums := make([]reg.VecVirtual, rows*vectors)
	for i := range sums {
		sums[i] = p.vector()
		p.zero(sums[i])
	}
	a, b, k := GP64(), emit.GP("b"), emit.GP("k")
	MOVQ(p.a, a)
	TESTQ(k, k)
	JLE(LabelRef(name + "_summed"))
	Label(name + "_k")
	row, x := make([]reg.VecVirtual, vectors), p.vector()
	for v := range row {
		row[v] = p.vector()
		VMOVUPS(Mem{Base: b, Disp: 4 * p.lanes() * v}, row[v])
	}
	if vectors == 1 { // the next rows of an a whose columns are far apart; wider tiles have no time for it
		PREFETCHT0(Mem{Base: a, Disp: 64})
	}
	for i := range rows {
		VBROADCASTSS(p.row(a, i), x)
		for v := range row {
			VFMADD231PS(row[v], x, sums[i*vectors+v])
		}
	}
	ADDQ(p.cola, a)
	ADDQ(p.ldb, b)
	DECQ(k)
	JNZ(LabelRef(name + "_k"))
	Label(name + "_summed")
	p.store(name, sums, rows, vectors)
}

// row returns the address of row i of a.
func (p *pointers) row(a reg.GPVirtual, i int) Mem {
	scale := uint8(1)
	for ; i > 0 && i%2 == 0; i /= 2 {
		scale *= 2
	}
	if i == 0 {
		return Mem{Base: a}
	}
	return Mem{Base: a, Index: p.rowa[i], Scale: scale}
}

// store sets c to add + sums.
func (p *pointers) store(name string, sums []reg.VecVirtual, rows, vectors int) {
	ldc, ldadd := bytes("ldc"), bytes("ldadd")
	rowsOf := func(last func(add, c Mem, y reg.VecVirtual)) {
		for i := range rows {
			for v := range vectors {
				add, c := Mem{Base: p.add, Disp: 4 * p.lanes() * v}, Mem{Base: p.c, Disp: 4 * p.lanes() * v}
				if y := sums[i*vectors+v]; v < vectors-1 {
					whole(add, c, y)
				} else {
					last(add, c, y)
				}
			}
			ADDQ(ldadd, p.add)
			ADDQ(ldc, p.c)
		}
	}
	CMPQ(p.last, U8(p.lanes()))
	JNE(LabelRef(name + "_masked"))
	rowsOf(whole)
	JMP(LabelRef(name + "_stored"))
	Label(name + "_masked")
	rowsOf(p.addTail)
	Label(name + "_stored")
}

func whole(add, c Mem, y reg.VecVirtual) {
	VADDPS(add, y, y)
	VMOVUPS(y, c)
}
