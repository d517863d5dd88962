package data

import (
	"iter"
	"slices"
)

// Sample is an example in numbers.
type Sample struct {
	IDs   []int32 // ids of the words
	Label int     // number of the class, from 0
}

// Samples is a list of samples that does not change. It holds 2 bytes for each of the commoner words, 4 for the others,
// and 8 for each sample, or 4 more if Split has parted the texts. nil is a list without samples.
type Samples struct {
	texts   texts
	ids     [][]int32 // by worker and number of a word, its id
	classes []int     // by number of a label, its class
	maxLen  int       // number of words that count; 0: all
}

// NewSamples returns a list of the samples, which it copies.
func NewSamples(list []Sample) *Samples {
	s, ids, classes := new(Samples), newNumbering[int32](), newNumbering[int]()
	b := new(wordBlock)
	for _, sample := range list {
		for _, id := range sample.IDs {
			b.words = pack(b.words, ids.add(id))
		}
		b.close(int32(classes.add(sample.Label)))
		if len(b.words) >= batchBytes {
			s.texts.append(b)
			b = new(wordBlock)
		}
	}
	s.texts.append(b)
	s.ids, s.classes = [][]int32{ids.list}, classes.list
	return s
}

// numbering numbers distinct values from 0, in the order in which they are added.
type numbering[T comparable] struct {
	numbers map[T]int
	list    []T
}

func newNumbering[T comparable]() *numbering[T] { return &numbering[T]{numbers: make(map[T]int)} }

func (n *numbering[T]) add(value T) int {
	number, known := n.numbers[value]
	if !known {
		number = len(n.list)
		n.numbers[value], n.list = number, append(n.list, value)
	}
	return number
}

// Len returns the number of samples.
func (s *Samples) Len() int {
	if s == nil {
		return 0
	}
	return s.texts.len()
}

// At returns sample i, in memory of its own.
func (s *Samples) At(i int) Sample {
	ids, _ := s.Append(nil, nil, i)
	return Sample{ids, s.Label(i)}
}

// All yields the samples with their places in the list, each in memory of its own.
func (s *Samples) All() iter.Seq2[int, Sample] {
	return func(yield func(int, Sample) bool) {
		for i := range s.Len() {
			if !yield(i, s.At(i)) {
				return
			}
		}
	}
}

// Label returns the class of sample i.
func (s *Samples) Label(i int) int {
	b, k := s.texts.find(i)
	return s.classes[b.labels[k]]
}

// Append appends the ids of the samples at these places to ids, one after the other, and the places there at which they
// end to offsets: after a first offset of 0, this is a batch as torch.nn.EmbeddingBag takes it. ids keeps its memory if it
// has room.
func (s *Samples) Append(ids []int32, offsets []int, places ...int) ([]int32, []int) {
	var texts [32]packedText // at a time: the wait for the memory of one is that for all
	for places := range slices.Chunk(places, len(texts)) {
		for i, place := range places {
			b, k := s.texts.find(place)
			texts[i] = packedText{units: b.text(k), ids: s.ids[b.worker]}
		}
		for i := range places {
			texts[i].touch()
		}
		room := 0
		for i := range places {
			texts[i].count(s.maxLen)
			room += texts[i].words
		}
		ids = slices.Grow(ids, room)
		for _, text := range texts[:len(places)] {
			end := len(ids) + text.words
			text.unpack(ids[len(ids):end])
			ids, offsets = ids[:end], append(offsets, end)
		}
	}
	return ids, offsets
}

// packedText is the words of a sample.
type packedText struct {
	units []uint16
	ids   []int32 // by number
	words int     // number of words that count
}

// touch reads where the words begin and end: what several texts wait for is then on its way at once.
func (t *packedText) touch() {
	if n := len(t.units); n > 0 {
		t.words = int(t.units[0] + t.units[n-1])
	}
}

// count counts the words, of which so many count; 0: all.
func (t *packedText) count(maxLen int) {
	words := len(t.units)
	for _, unit := range t.units {
		words -= int(unit >> 15)
	}
	t.words = words
	if maxLen > 0 {
		t.words = min(t.words, maxLen)
	}
}

// unpack writes the ids of the first words.
func (t *packedText) unpack(dst []int32) {
	if len(dst) == len(t.units) { // one unit each, as nearly always
		for i, unit := range t.units {
			dst[i] = t.ids[unit]
		}
		return
	}
	number, n := 0, 0
	for _, unit := range t.units {
		if number = number<<15 | int(unit&^more); unit < more {
			if n == len(dst) {
				return
			}
			dst[n] = t.ids[number]
			number, n = 0, n+1
		}
	}
}
