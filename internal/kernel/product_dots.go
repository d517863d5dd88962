package kernel

// few reports whether the product is one of dot products: of rows of a with rows of b, of which there are so few that
// most lanes of a tile would be empty. An element is then
//
//	add(i, j) + (((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)))
//
// where sl is the chain of fused multiply-adds over each eighth k from l on.
func (p *product) few() bool {
	return p.columns < 8 && p.a.column == 1 && p.b.column == p.k && p.b.row == 1
}

// runDots works out rows [lo, hi).
func (p *product) runDots(lo, hi int) {
	var zeros [8]float32
	for j := 0; j < p.columns; j += 2 {
		c, add := p.c.from(lo, j), matrix{zeros[:], 0, 0}
		if p.add.data != nil {
			add = p.add.from(lo, j)
		}
		dotsAVX2(&c.data[0], &add.data[0], &p.a.from(lo, 0).data[0], &p.b.from(0, j).data[0],
			hi-lo, min(2, p.columns-j), p.k, c.row, add.row, p.a.row)
	}
}
