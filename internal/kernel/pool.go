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

// PoolGrad sets dst to the gradient of Pool's src that follows from grad, that of its dst. That of a maximum goes to the
// first row that has it. It works in memory, of Dim elements.
func PoolGrad[T Float](dst, src, grad []T, b *Bags, memory []T) {
	start, dim := 0, b.Dim
	if len(b.IDs)*dim < len(dst) { // some rows are in no bag
		clear(dst)
	}
	for k, end := range b.Ends {
		g, rows := grad[k*dim:(k+1)*dim], b.IDs[start:end]
		if b.Reduce == Max {
			extreme(memory, src, rows, 1)
			maxRowsGrad(dst, src, memory, g, rows)
		} else {
			copy(memory, g)
			Scale(memory, T(b.Reduce.scale(len(rows))))
			for _, row := range rows {
				copy(dst[row*dim:(row+1)*dim], memory)
			}
		}
		start = end
	}
}

// maxRowsGrad sets the rows ids of dst: each element of grad, the gradient of best, goes to the first of them whose
// element of src is the best one.
func maxRowsGrad[T Float](dst, src, best, grad []T, ids []int) {
	if haveAVX2 && is32[T]() && len(ids) > 0 && len(best) > 0 {
		maxRowsGradAVX2(p32(dst), p32(src), p32(best), p32(grad), &ids[0], len(ids), len(best))
		return
	}
	maxGrad(dst, src, best, grad, ids)
}

func maxGrad[T Float](dst, src, best, grad []T, ids []int) {
	dim := len(best)
	for j, top := range best {
		left := grad[j]
		for _, id := range ids {
			x, d := src[id*dim+j], &dst[id*dim+j]
			if *d = 0; x == top || x != x && top != top {
				*d, left = left, 0
			}
		}
	}
}
