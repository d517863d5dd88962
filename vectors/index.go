package vectors

import (
	"hash/maphash"
	"unsafe"
)

// index finds rows by their words: a table of hashing with open addresses, in a tenth of the memory of a map.
type index struct {
	seed  maphash.Seed
	slots []int32 // rows, each plus one, at the first place from their hash on that was free; a power of two of them
	used  int
}

// newIndex returns an index with room for n words.
func newIndex(n int) index {
	size := 8
	for size*3 < n*4 {
		size *= 2
	}
	return index{seed: maphash.MakeSeed(), slots: make([]int32, size)}
}

// slot returns where a word is, or belongs.
func (x *index) slot(words Words, word string) int {
	at := int(maphash.String(x.seed, word)) & (len(x.slots) - 1)
	for x.slots[at] != 0 && words.Word(int(x.slots[at]-1)) != word {
		at = (at + 1) & (len(x.slots) - 1)
	}
	return at
}

// find returns the row of a word.
func (x *index) find(words Words, word string) (id int, ok bool) {
	id = int(x.slots[x.slot(words, word)]) - 1
	return id, id >= 0
}

// add adds a row, unless its word is there.
func (x *index) add(words Words, id int) {
	if 4*(x.used+1) > 3*len(x.slots) {
		larger := newIndex(2 * x.used)
		for _, row := range x.slots {
			if row > 0 {
				larger.add(words, int(row-1))
			}
		}
		*x = larger
	}
	if at := x.slot(words, words.Word(id)); x.slots[at] == 0 {
		x.slots[at] = int32(id + 1)
		x.used++
	}
}

// takeBack removes the row that was added last.
func (x *index) takeBack(words Words, id int) {
	x.slots[x.slot(words, words.Word(id))] = 0
	x.used--
}

// lexicon is words one after the other in one piece of memory.
type lexicon struct {
	text []byte
	ends []uint32
}

// Len returns the number of words.
func (l *lexicon) Len() int { return len(l.ends) }

// Word returns the word of a row.
func (l *lexicon) Word(id int) string {
	start := uint32(0)
	if id > 0 {
		start = l.ends[id-1]
	}
	return text(l.text[start:l.ends[id]])
}

// text returns bytes that do not change as a string.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// add adds a word.
func (l *lexicon) add(word []byte) {
	l.text = append(l.text, word...)
	l.ends = append(l.ends, uint32(len(l.text)))
}

// takeBack removes the last word.
func (l *lexicon) takeBack() {
	l.ends = l.ends[:len(l.ends)-1]
	if l.text = l.text[:0]; len(l.ends) > 0 {
		l.text = l.text[:l.ends[len(l.ends)-1]]
	}
}
