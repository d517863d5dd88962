package data

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
)

// table numbers distinct words from 0, in the order in which they are added. The words stand one after the other in one
// memory, so that a million of them are no million objects.
type table struct {
	arena  strings.Builder // the words, one after the other
	bounds []int           // places in arena: word n is between bounds n and n+1
	slots  []slot          // open addressing by linear probing; at most two thirds are taken
	shift  int             // number of a hash's bits that do not choose a slot
	seed   maphash.Seed
}

// slot is the place of a word: one more than its number, 0 if it is free.
type slot struct{ hash, number uint32 }

func newTable() *table {
	t := &table{bounds: make([]int, 1), seed: maphash.MakeSeed()}
	t.resize(64)
	return t
}

func (t *table) len() int { return len(t.bounds) - 1 }

// word returns the word of a number. It is a part of the arena, and no copy.
func (t *table) word(number int) string {
	return t.arena.String()[t.bounds[number]:t.bounds[number+1]]
}

// find returns the number of a word, -1 if t lacks it.
func (t *table) find(word []byte) int {
	return int(t.slots[t.probe(word, uint32(maphash.Bytes(t.seed, word)))].number) - 1
}

// probe returns the slot of a word with the given hash: its own, or the free one where it would be. The first to look at
// is that of the hash's highest bits.
func (t *table) probe(word []byte, hash uint32) int {
	for place := hash >> t.shift; ; place++ {
		place &= uint32(len(t.slots) - 1)
		s := t.slots[place]
		if s.number == 0 || s.hash == hash && t.word(int(s.number-1)) == string(word) {
			return int(place)
		}
	}
}

// add returns the number of a word, which is new if that was t.len() before.
func (t *table) add(word []byte) int {
	hash := uint32(maphash.Bytes(t.seed, word))
	place := t.probe(word, hash)
	if number := t.slots[place].number; number > 0 {
		return int(number - 1)
	}
	t.push(string(word))
	t.slots[place] = slot{hash, uint32(t.len())}
	if 3*t.len() > 2*len(t.slots) {
		t.resize(2 * len(t.slots))
	}
	return t.len() - 1
}

// resize makes so many slots, a power of two, of those that are taken.
func (t *table) resize(size int) {
	old := t.slots
	t.slots, t.shift = make([]slot, size), 32-bits.TrailingZeros(uint(size))
	for _, s := range old {
		if s.number > 0 {
			t.put(s)
		}
	}
}

// put puts a slot whose word is not there yet where it belongs.
func (t *table) put(s slot) {
	place, mask := s.hash>>t.shift, uint32(len(t.slots)-1)
	for t.slots[place].number != 0 {
		place = (place + 1) & mask
	}
	t.slots[place] = s
}

// push appends a word that only index makes known to find.
func (t *table) push(word string) {
	if free := t.arena.Cap() - t.arena.Len(); free < len(word) { // twice as much each time: append takes a quarter more
		t.arena.Grow(max(len(word), t.arena.Cap()))
	}
	if len(t.bounds) == cap(t.bounds) {
		t.bounds = slices.Grow(t.bounds, len(t.bounds))
	}
	t.arena.WriteString(word)
	t.bounds = append(t.bounds, t.arena.Len())
}

// index makes the words that were pushed known to find. It returns the numbers of two that are equal, -1 if there are none.
//
// It puts words in whose slots are near to each other one after the other: in any order, each would wait for memory.
func (t *table) index() (first, second int) {
	size := 64
	for 3*t.len() > 2*size {
		size *= 2
	}
	t.slots = nil
	t.resize(size)
	first, second = -1, -1
	for _, s := range t.sorted() {
		word := t.word(int(s.number - 1))
		place := t.probe([]byte(word), s.hash)
		if taken := t.slots[place]; taken.number == 0 {
			t.slots[place] = s
		} else if second < 0 || int(s.number-1) < second {
			first, second = int(taken.number-1), int(s.number-1)
		}
	}
	return first, second
}

// sorted returns the slots of all words, in the order of the highest bits of their hashes, equal ones in that of their
// numbers.
func (t *table) sorted() []slot {
	const shift = 32 - 10
	list, sorted, starts := make([]slot, t.len()), make([]slot, t.len()), make([]int, 1<<10+1)
	for number := range list {
		hash := uint32(maphash.String(t.seed, t.word(number)))
		list[number] = slot{hash, uint32(number + 1)}
		starts[hash>>shift+1]++
	}
	for i := range starts[1:] {
		starts[i+1] += starts[i]
	}
	for _, s := range list {
		at := &starts[s.hash>>shift]
		sorted[*at] = s
		*at++
	}
	return sorted
}
