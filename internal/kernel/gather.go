package kernel

// Gather copies row ids[i] of table to row i of dst. Rows have dim elements.
func Gather[T Float](dst, table []T, ids []int, dim int) {
	if p := parts(len(ids), 2*dim); p > 1 {
		split(p, len(ids), func(lo, hi int) { gatherPart(dst[lo*dim:], table, ids[lo:hi], dim) })
		return
	}
	gatherPart(dst, table, ids, dim)
}

func gatherPart[T Float](dst, table []T, ids []int, dim int) {
	if haveAVX2 && is32[T]() && len(ids) > 0 {
		copyRowsAVX2(p32(dst), p32(table), &ids[0], len(ids), dim)
		return
	}
	gather(dst, table, ids, dim)
}

func gather[T Float](dst, table []T, ids []int, dim int) {
	for i, id := range ids {
		copy(dst[i*dim:i*dim+dim], table[id*dim:id*dim+dim])
	}
}

// GatherOrZero is Gather, where a row of NoRow is zero.
func GatherOrZero[T Float](dst, table []T, ids []int, dim int) {
	for i, id := range ids {
		if id == NoRow {
			clear(dst[i*dim : (i+1)*dim])
		} else {
			copy(dst[i*dim:(i+1)*dim], table[id*dim:(id+1)*dim])
		}
	}
}

// ScatterAdd adds row i of src to row ids[i] of dst, except where ids[i] is padding.
// It is the adjoint of Gather. Rows have dim elements.
func ScatterAdd[T Float](dst, src []T, ids []int, dim, padding int) {
	for i, id := range ids {
		if id == padding {
			continue
		}
		at := id * dim
		Add(dst[at:at+dim], src[i*dim:(i+1)*dim])
	}
}

// ClearRows sets rows ids of dst to zero.
func ClearRows[T Float](dst []T, ids []int, dim int) {
	for _, id := range ids {
		clear(dst[id*dim : (id+1)*dim])
	}
}
