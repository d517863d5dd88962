package kernel

// BagExtreme sets element j of row b of dst to the greatest, or for Min the least, element j of the rows of
// table that bag b names, and to zero if it names none.
func BagExtreme[T Float](dst, table []T, ids, ends []int, dim int, r Reduce) {
	start := 0
	for b, end := range ends {
		extreme(dst[b*dim:(b+1)*dim], table, ids[start:end], r.sign())
		start = end
	}
}

// extreme sets best to the greatest sign·element of each column of the rows ids of table.
func extreme[T Float](best, table []T, ids []int, sign int) {
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
// counts as such. It works in memory, 2·dim elements.
func BagExtremeGrad[T Float](dst, table, grad []T, ids, ends []int, dim int, r Reduce, memory []T) {
	clear(dst)
	best, left := memory[:dim], memory[dim:2*dim]
	start := 0
	for b, end := range ends {
		extreme(best, table, ids[start:end], r.sign())
		copy(left, grad[b*dim:(b+1)*dim])
		for i, id := range ids[start:end] {
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
