package kernel

// MeanPool sets each of the len(ids)/time rows of dst to the mean of those of its time rows of src
// whose id is not padding, and to zero if there is none.
func MeanPool[T Float](dst, src []T, ids []int, time, dim, padding int) {
	for i := range len(ids) / time {
		row := dst[i*dim : (i+1)*dim]
		clear(row)
		words := ids[i*time : (i+1)*time]
		for t, id := range words {
			if id != padding {
				at := (i*time + t) * dim
				Add(row, src[at:at+dim])
			}
		}
		if n := count(words, padding); n > 1 {
			Scale(row, 1/T(n))
		}
	}
}

// MeanPoolGrad adds to dst, the gradient of MeanPool's src, what follows from grad, that of its dst.
func MeanPoolGrad[T Float](dst, grad []T, ids []int, time, dim, padding int) {
	for i := range len(ids) / time {
		row := grad[i*dim : (i+1)*dim]
		words := ids[i*time : (i+1)*time]
		share := 1 / T(max(1, count(words, padding)))
		for t, id := range words {
			if id != padding {
				at := (i*time + t) * dim
				AddScaled(dst[at:at+dim], share, row)
			}
		}
	}
}

// count returns how many ids are not padding.
func count(ids []int, padding int) (n int) {
	for _, id := range ids {
		if id != padding {
			n++
		}
	}
	return n
}
