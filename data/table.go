package data

import (
	"hash/maphash"
	"strings"
)

// table numbers distinct words from 0, in the order in which they are added. The words stand one after the other in one
// memory, so that a million of them are no million objects.
type table struct {
	arena  strings.Builder // the words, one after the other
	bounds []int           // places in arena: word n is between bounds n and n+1
	slots  []slot          // open addressing by linear probing; at most two thirds are taken
	seed   maphash.Seed
}

// slot is the place of a word: one more than its number, 0 if it is free.
type slot struct{ hash, number uint32 }

func newTable() *table {
	return &table{bounds: make([]int, 1), slots: make([]slot, 64), seed: maphash.MakeSeed()}
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

// probe returns the slot of a word with the given hash: its own, or the free one where it would be.
func (t *table) probe(word []byte, hash uint32) int {
	for place := hash; ; place++ {
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
		t.grow()
	}
	return t.len() - 1
}

// grow doubles the slots.
func (t *table) grow() {
	old, mask := t.slots, uint32(2*len(t.slots)-1)
	t.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.number != 0 {
			place := s.hash & mask
			for t.slots[place].number != 0 {
				place = (place + 1) & mask
			}
			t.slots[place] = s
		}
	}
}

// push appends a word that only index makes known to find.
func (t *table) push(word string) {
	t.arena.WriteString(word)
	t.bounds = append(t.bounds, t.arena.Len())
}

// index makes the words that were pushed known to find. It returns the numbers of two that are equal, -1 if there are none.
func (t *table) index() (first, second int) {
	size := 64
	for 3*t.len() > 2*size {
		size *= 2
	}
	t.slots = make([]slot, size)
	var word []byte
	for number := range t.len() {
		word = append(word[:0], t.word(number)...)
		hash := uint32(maphash.Bytes(t.seed, word))
		place := t.probe(word, hash)
		if taken := t.slots[place].number; taken > 0 {
			return int(taken - 1), number
		}
		t.slots[place] = slot{hash, uint32(number + 1)}
	}
	return -1, -1
}
