package kernel

import (
	"math/bits"
	"slices"
)

// Index sorts a list of ids into groups of equal ones. Its memory grows with the list and not with the
// table that the ids are rows of, unless that is small, and is reused by the next Build. The zero value is ready.
type Index struct {
	// Rows, if it is not 0, says that all ids that are built are below it: each then has a slot of its own.
	Rows int

	IDs    []int // each id once, in the order of its first appearance
	Starts []int // group k is Order[Starts[k]:Starts[k+1]]; one more than IDs
	Order  []int // positions in the list, group after group, rising within a group

	slots []int32 // hash table of places in IDs, plus 1, or by id if there are Rows; 0 is empty
	shift uint
	group []int32 // of each position of the list, −1 if it is left out
}

// Build indexes ids, without those that equal skip (NoRow skips none).
func (x *Index) Build(ids []int, skip int) {
	x.Reset(len(ids))
	x.group = resize(x.group, len(ids))
	starts := append(x.Starts[:0], 0)
	for i, id := range ids {
		if id == skip {
			x.group[i] = -1
			continue
		}
		k := x.Find(id)
		if k == len(starts)-1 {
			starts = append(starts, 0)
		}
		starts[k+1]++
		x.group[i] = int32(k)
	}
	for k := range x.IDs {
		starts[k+1] += starts[k]
	}
	x.Order = resize(x.Order, starts[len(starts)-1])
	for i, k := range x.group {
		if k >= 0 {
			x.Order[starts[k]] = i
			starts[k]++
		}
	}
	copy(starts[1:], starts) // each start has become the next group's
	starts[0] = 0
	x.Starts = starts
	if x.Rows > 0 {
		for _, id := range x.IDs {
			x.slots[id] = 0
		}
	}
}

// Reset empties the index and makes room for n distinct ids.
func (x *Index) Reset(n int) {
	x.IDs = x.IDs[:0]
	if x.Rows > 0 {
		x.slots = resize(x.slots, x.Rows) // all of them 0: Build empties those that it fills
		return
	}
	width := max(4, bits.Len(uint(n))+1) // at most half full
	x.slots = resize(x.slots, 1<<width)
	clear(x.slots)
	x.shift = uint(64 - width)
}

// Find returns the place of id in IDs, where it puts it if it is new.
func (x *Index) Find(id int) int {
	if x.Rows > 0 {
		return x.at(id, &x.slots[id])
	}
	// Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4), linear probing.
	for h := uint64(id) * 0x9E3779B97F4A7C15 >> x.shift; ; h = (h + 1) & uint64(len(x.slots)-1) {
		if k := int(x.slots[h]) - 1; k < 0 || x.IDs[k] == id {
			return x.at(id, &x.slots[h])
		}
	}
}

// at returns the place of id, whose slot is given, in IDs, where it puts it if the slot is empty.
func (x *Index) at(id int, slot *int32) int {
	if *slot == 0 {
		x.IDs = append(x.IDs, id)
		*slot = int32(len(x.IDs))
	}
	return int(*slot) - 1
}

// Count returns the size of group k.
func (x *Index) Count(k int) int { return x.Starts[k+1] - x.Starts[k] }

// resize returns a slice of n elements, in the memory of s if that is large enough.
func resize[E any](s []E, n int) []E { return slices.Grow(s[:0], n)[:n] }
