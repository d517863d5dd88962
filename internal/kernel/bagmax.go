package kernel

// BagExtreme sets element j of row b of dst to the greatest, or for Min the least, element j of the rows of
// table that bag b names, and to zero if it names none.
func BagExtreme[T Float](dst, table []T, ids, ends []int, dim int, r Reduce) {
	start := 0
	for b, end := range ends {
		row := dst[b*dim : (b+1)*dim]
		clear(row)
		for i := start; i < end; i++ {
			from := table[ids[i]*dim : (ids[i]+1)*dim]
			if i == start {
				copy(row, from)
				continue
			}
			for j, x := range from {
				if beats(x, row[j], r) {
					row[j] = x
				}
			}
		}
		start = end
	}
}

// BagExtremeGrad sets dst, a row for each id, to the gradient of the rows that BagExtreme read, where grad is that
// of its dst: each element goes to the first of the bag's rows that has the greatest, or least.
func BagExtremeGrad[T Float](dst, table, grad []T, ids, ends []int, dim int, r Reduce) {
	clear(dst)
	start := 0
	for b, end := range ends {
		for j := 0; j < dim && start < end; j++ {
			best := start
			for i := start + 1; i < end; i++ {
				if beats(table[ids[i]*dim+j], table[ids[best]*dim+j], r) {
					best = i
				}
			}
			dst[best*dim+j] = grad[b*dim+j]
		}
		start = end
	}
}

func beats[T Float](x, y T, r Reduce) bool { return r == Max && x > y || r == Min && x < y }
