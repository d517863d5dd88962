package kernel

// Pool sets row k of dst to the reduction, by mean, sum or max, of the rows of src that bag k names, which are
// distinct, and to zero if it names none.
func Pool[T Float](dst, src []T, b *Bags) {
	if b.Reduce == Max {
		BagExtreme(dst, src, b)
		return
	}
	BagSum(dst, src, b)
}

// PoolGrad adds to dst, the gradient of Pool's src, what follows from grad, that of its dst. That of a maximum goes to
// the first row that has it. It works in memory, 2·Dim elements.
func PoolGrad[T Float](dst, src, grad []T, b *Bags, memory []T) {
	start, dim := 0, b.Dim
	for k, end := range b.Ends {
		if g, rows := grad[k*dim:(k+1)*dim], b.IDs[start:end]; b.Reduce == Max {
			addExtreme(dst, src, g, rows, memory)
		} else {
			for _, row := range rows {
				AddScaled(dst[row*dim:(row+1)*dim], T(b.Reduce.scale(len(rows))), g)
			}
		}
		start = end
	}
}

// addExtreme adds each element of grad to the first of the rows of dst whose element of src is the greatest.
func addExtreme[T Float](dst, src, grad []T, rows []int, memory []T) {
	dim := len(grad)
	best, left := memory[:dim], memory[dim:2*dim]
	extreme(best, src, rows, 1)
	copy(left, grad)
	for _, row := range rows {
		x, d := src[row*dim:(row+1)*dim], dst[row*dim:(row+1)*dim]
		for j := range d {
			if x[j] == best[j] || x[j] != x[j] && best[j] != best[j] {
				d[j] += left[j]
				left[j] = 0
			}
		}
	}
}
