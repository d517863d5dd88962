package kernel

// BagExtreme sets element j of row k of dst to the greatest, or for Min the least, element j of the rows of
// table that bag k names, and to zero if it names none.
func BagExtreme[T Float](dst, table []T, b *Bags) {
	start := 0
	for k, end := range b.Ends {
		extreme(dst[k*b.Dim:(k+1)*b.Dim], table, b.IDs[start:end], b.Reduce.sign())
		start = end
	}
}

// extreme sets best to the greatest sign·element of each column of the rows ids of table.
func extreme[T Float](best, table []T, ids []int, sign int) {
	if haveAVX2 && is32[T]() && sign > 0 && len(ids) > 0 && len(best) > 0 {
		maxRowsAVX2(p32(best), p32(table), &ids[0], len(ids), len(best))
		return
	}
	extremeLoop(best, table, ids, sign)
}

func extremeLoop[T Float](best, table []T, ids []int, sign int) {
	dim, s := len(best), T(sign)
	if clear(best); len(ids) > 0 {
		copy(best, table[ids[0]*dim:])
	}
	for _, id := range ids {
		row := table[id*dim : (id+1)*dim]
		row = row[:len(best)]
		for j, x := range row {
			if s*x > s*best[j] {
				best[j] = x
			}
		}
	}
}

// BagExtremeGrad sets dst, a row for each id, to the gradient of the rows that BagExtreme read, where grad is that
// of its dst: each element goes to the first of the bag's rows that has the greatest, or least. A NaN that comes first
// counts as such. It works in memory, 2·Dim elements.
func BagExtremeGrad[T Float](dst, table, grad []T, b *Bags, memory []T) {
	clear(dst)
	start, dim := 0, b.Dim
	best, left := memory[:dim], memory[dim:2*dim]
	for k, end := range b.Ends {
		extreme(best, table, b.IDs[start:end], b.Reduce.sign())
		copy(left, grad[k*dim:(k+1)*dim])
		for i, id := range b.IDs[start:end] {
			row, d := table[id*dim:(id+1)*dim], dst[(start+i)*dim:(start+i+1)*dim]
			for j, x := range row {
				if x == best[j] || x != x && best[j] != best[j] {
					d[j], left[j] = left[j], 0
				}
			}
		}
		start = end
	}
}

func (r Reduce) sign() int {
	if r == Min {
		return -1
	}
	return 1
}
