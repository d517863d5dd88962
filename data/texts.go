package data

import "iter"

// texts is a list of texts in numbers of words and labels: those of some blocks, or a choice of them.
type texts struct {
	blocks []*wordBlock
	starts []int32 // by block, the number of texts in the blocks before it; and last that of all
	index  []int32 // of every 256th text, its block
	chosen []int32 // numbers of the texts in the list, rising; nil: all
}

// wordBlock is texts that stand together, in numbers of a worker's own.
type wordBlock struct {
	worker int      // number of the worker whose table has the words
	labels []int32  // by text
	ends   []int32  // places in words at which the texts end
	words  []uint16 // numbers of the words, packed
}

// more is the bit of a unit that says that the number goes on.
const more = 1 << 15

// pack appends the number of a word in units of 15 bits, the highest first: one for common words, which have low numbers.
func pack(dst []uint16, number int) []uint16 {
	if number >= 1<<30 {
		dst = append(dst, more|uint16(number>>30))
	}
	if number >= 1<<15 {
		dst = append(dst, more|uint16(number>>15))
	}
	return append(dst, uint16(number)&^more)
}

// close ends a text whose words were packed.
func (b *wordBlock) close(label int32) {
	b.labels, b.ends = append(b.labels, label), append(b.ends, int32(len(b.words)))
}

// text returns the packed words of text k.
func (b *wordBlock) text(k int) []uint16 {
	if k == 0 {
		return b.words[:b.ends[0]]
	}
	return b.words[b.ends[k-1]:b.ends[k]]
}

// append adds a block, which no longer changes, unless it is empty.
func (t *texts) append(b *wordBlock) {
	if len(b.ends) == 0 {
		return
	}
	if t.starts == nil {
		t.starts = []int32{0}
	}
	t.blocks = append(t.blocks, b)
	end := t.starts[len(t.starts)-1] + int32(len(b.ends))
	t.starts = append(t.starts, end)
	for int32(len(t.index))<<8 < end {
		t.index = append(t.index, int32(len(t.blocks)-1))
	}
}

func (t *texts) len() int {
	switch {
	case t.chosen != nil:
		return len(t.chosen)
	case t.starts == nil:
		return 0
	}
	return int(t.starts[len(t.starts)-1])
}

// number returns the number of text i among those of the blocks.
func (t *texts) number(i int) int32 {
	if t.chosen != nil {
		return t.chosen[i]
	}
	return int32(i)
}

// find returns the block of text i, and its number there.
func (t *texts) find(i int) (*wordBlock, int) {
	number := t.number(i)
	block := t.index[number>>8]
	for number >= t.starts[block+1] {
		block++
	}
	return t.blocks[block], int(number - t.starts[block])
}

// all yields the texts in order: the block of each, and its number there.
func (t *texts) all() iter.Seq2[*wordBlock, int] {
	return func(yield func(*wordBlock, int) bool) {
		block := 0
		for i := range t.len() {
			number := t.number(i)
			for number >= t.starts[block+1] {
				block++
			}
			if !yield(t.blocks[block], int(number-t.starts[block])) {
				return
			}
		}
	}
}
