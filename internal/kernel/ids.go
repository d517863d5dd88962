package kernel

// NoRow is an id that means no row at all.
const NoRow = -1

// FirstOutside returns the position of the first id outside [0, n), or -1 if there is none.
func FirstOutside(ids []int, n int) int {
	i := 0
	for ; i+4 <= len(ids); i += 4 { // a branch for four of them
		if x := ids[i : i+4 : i+4]; max(uint(x[0]), uint(x[1]), uint(x[2]), uint(x[3])) >= uint(n) {
			break
		}
	}
	for ; i < len(ids); i++ {
		if uint(ids[i]) >= uint(n) {
			return i
		}
	}
	return -1
}

// Mask returns ids, in the memory of masked, with NoRow for those that are padding, or of rows in out if that is
// not nil.
func Mask(masked, ids []int, padding int, out []bool) []int {
	masked = resize(masked, len(ids))
	for i, id := range ids {
		if id == padding || id != NoRow && out != nil && out[id] {
			id = NoRow
		}
		masked[i] = id
	}
	return masked
}

// DropPadding appends to kept the ids that are neither padding nor NoRow, and moves the ends of their bags
// accordingly. If at is not nil, it appends to it where in ids they stand.
func DropPadding(kept, at, ids, ends []int, padding int) (k, a []int) {
	start := 0
	for b, end := range ends {
		for i, id := range ids[start:end] {
			if id == padding || id == NoRow {
				continue
			}
			if kept = append(kept, id); at != nil {
				at = append(at, start+i)
			}
		}
		start, ends[b] = end, len(kept)
	}
	return kept, at
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
