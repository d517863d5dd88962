package kernel

import "sync"

//go:generate go -C avo run ./product -out ../product_amd64.s -stubs ../product_amd64.go -pkg kernel

// depth is how many products are added one after the other. Longer sums are sums of such sums, as in run; and so many
// rows of a tile's columns stay in the nearest cache.
const depth = 128

// tileColumns is how many columns the widest tile has: two vectors of 16, or four of 8 and one or two rows.
const tileColumns = 32

// wideFrom is how many multiply-adds are worth AVX-512: for some time after it the CPU runs slower, whatever it does. A
// step of 60 µs with products of 8,192 took 4 µs longer with it.
const wideFrom = 1 << 18

// scratch holds what a tile reads, where that is brought in order first. On the stack it would be cleared for each
// product, and the stack of the goroutine that Gorgonia starts for a run would have to grow in each run.
type scratch [depth * tileColumns]float32

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func newScratch() *scratch { return scratches.Get().(*scratch) }
func (s *scratch) free()   { scratches.Put(s) }

// product is c = add + a·b in float32, by assembly. Element (i, j) is
//
//	add(i, j) + Σ over k in [0, depth) + Σ over k in [depth, 2·depth) + …
//
// added from left to right, where each Σ is a chain of fused multiply-adds in the order of k that begins with zero. So
// its bits depend neither on the width of the vectors, nor on the tiles, nor on how many CPUs share the work.
type product struct {
	c, add, a, b     matrix // add may be c, or none for zeros; the columns of c are neighbours
	rows, columns, k int    // c is (rows, columns), a (rows, k), b (k, columns); all at least 1
	wide             bool   // by AVX-512
}

// matrix is a view of data, by the distances from one row, and one column, to the next.
type matrix struct {
	data        []float32
	row, column int
}

// from returns the view that begins at row i, column j.
func (m matrix) from(i, j int) matrix { return matrix{m.data[i*m.row+j*m.column:], m.row, m.column} }

// newProduct returns the product that adds op(a)·op(b) to c, for c (m, n), op(a) (m, k) and op(b) (k, n).
func newProduct(c, a, b []float32, transA, transB bool, m, k, n int) product {
	p := product{c: matrix{c, n, 1}, a: matrix{a, k, 1}, b: matrix{b, n, 1}, rows: m, columns: n, k: k}
	p.wide = haveAVX512 && m > 2 && m*k*n >= wideFrom
	p.add = p.c
	if transA {
		p.a = matrix{a, 1, m}
	}
	if transB {
		p.b = matrix{b, 1, k}
	}
	return p
}

// run works the product out, on as many CPUs as pay.
func (p *product) run() {
	n := p.rows
	if p.b.column != 1 && !p.few() {
		n = p.columns
	}
	if parts := parts(n, p.rows*p.columns*p.k/n); parts > 1 {
		shared := *p // p itself stays on the stack
		split(parts, n, shared.part)
		return
	}
	p.part(0, n)
}

// part works out columns [lo, hi) if b's rows are neighbours and its columns many, rows [lo, hi) otherwise.
func (p *product) part(lo, hi int) {
	switch {
	case p.few():
		p.runDots(lo, hi)
	case p.b.column == 1 && hi-lo <= depth && p.k <= depth && (p.columns == p.tile() || p.columns == p.tile()/2): // as in attention
		p.tiles(lo, 0, 0, hi-lo, p.columns, p.k, p.a.from(lo, 0), p.b)
	case p.b.column != 1:
		p.runColumns(lo, hi)
	case p.a.row == 1 && p.columns > 4*p.tile():
		p.runPacked(lo, hi)
	case p.columns%(p.tile()/2) == 0:
		p.runRows(lo, hi, nil)
	default:
		last := newScratch()
		p.runRows(lo, hi, last)
		last.free()
	}
}

// tile returns how many columns a tile has.
func (p *product) tile() int {
	if p.wide || p.rows <= 2 {
		return tileColumns
	}
	return tileColumns / 2
}

// runColumns brings a tile's columns of b in order once for a block of a, which stays in a cache.
func (p *product) runColumns(lo, hi int) {
	turned := newScratch()
	defer turned.free()
	const block = 4 * depth
	tile := p.tile()
	for i := 0; i < p.rows; i += block {
		for j := lo; j < hi; j += tile {
			columns := min(tile, hi-j)
			for k := 0; k < p.k; k += depth {
				n := min(depth, p.k-k)
				transpose(turned[:], p.b.from(k, j).data, columns, n, tile, p.b.column)
				p.tiles(i, j, k, min(block, p.rows-i), columns, n, p.a.from(i, k), matrix{turned[:], tile, 1})
			}
		}
	}
}

// runRows lets a block of a, which stays in a cache, meet all of b. It needs last where b's last columns fill no vector.
func (p *product) runRows(lo, hi int, last *scratch) {
	for i := lo; i < hi; i += depth {
		for k := 0; k < p.k; k += depth {
			p.runBlock(i, k, min(depth, hi-i), min(depth, p.k-k), p.a.from(i, k), last)
		}
	}
}

// runPacked is runRows for an a whose rows are neighbours, so that its columns are far apart: copying the block pays if
// it is read often.
func (p *product) runPacked(lo, hi int) {
	packed, last := newScratch(), newScratch()
	defer packed.free()
	defer last.free()
	const block = len(packed) / depth
	for i := lo; i < hi; i += block {
		rows := min(block, hi-i)
		for k := 0; k < p.k; k += depth {
			n := min(depth, p.k-k)
			copyLines(packed[:], p.a.from(i, k).data, n, rows, rows, p.a.column)
			p.runBlock(i, k, rows, n, matrix{packed[:], 1, rows}, last)
		}
	}
}

// runBlock adds the next n of k to rows i and the following, for a that begins there.
func (p *product) runBlock(i, k, rows, n int, a matrix, last *scratch) {
	tile := p.tile()
	for j := 0; j < p.columns; j += tile {
		b, columns := p.b.from(k, j), min(tile, p.columns-j)
		if columns%(tile/2) != 0 { // the assembly reads whole vectors
			copyLines(last[:], b.data, n, columns, tile, b.row)
			b = matrix{last[:], tile, 1}
		}
		p.tiles(i, j, k, rows, columns, n, a, b)
	}
}

// tiles adds the next n of k to rows i and the following, columns j and the following, for a and b that begin there.
func (p *product) tiles(i, j, k, rows, columns, n int, a, b matrix) {
	var zeros [tileColumns]float32
	c, add := p.c.from(i, j), matrix{zeros[:], 0, 0}
	switch {
	case k > 0:
		add = c
	case p.add.data != nil:
		add = p.add.from(i, j)
	}
	f, plus, x, y := &c.data[0], &add.data[0], &a.data[0], &b.data[0]
	if p.wide {
		productAVX512(f, plus, x, y, rows, columns, n, c.row, add.row, a.row, a.column, b.row)
	} else {
		productAVX2(f, plus, x, y, rows, columns, n, c.row, add.row, a.row, a.column, b.row)
	}
}

// copyLines copies lines of n elements that begin so far apart.
func copyLines(dst, src []float32, lines, n, ldDst, ldSrc int) {
	for i := range lines {
		copy(dst[i*ldDst:i*ldDst+n], src[i*ldSrc:])
	}
}

// transpose sets dst to the transpose of so many lines of n elements. Lines begin ldDst and ldSrc apart.
func transpose(dst, src []float32, lines, n, ldDst, ldSrc int) {
	whole := n &^ 7
	for l := range lines {
		done := 0
		if l < lines&^7 {
			done = whole
			if l%8 == 0 && whole > 0 {
				transposeAVX2(&dst[l], &src[l*ldSrc], whole, ldDst, ldSrc)
			}
		}
		for i := done; i < n; i++ {
			dst[i*ldDst+l] = src[l*ldSrc+i]
		}
	}
}
