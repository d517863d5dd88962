package data

import (
	"fmt"
	"iter"
)

// Corpus is a list of labelled texts, each split into words once, however often these are counted and encoded. It holds
// 2 bytes for each of the commoner words, 4 for the others, and 8 for each text, and none of the texts themselves.
type Corpus struct {
	words   *table    // distinct words; those of other parts too, after Split
	numbers [][]int32 // by worker, the number in words of each of the worker's own
	labels  *table    // distinct labels, likewise
	first   []place   // by number of the label, where it stands first
	last    place     // where the last text stands
	texts   texts
}

// place is a line of a file.
type place struct {
	file string
	line int
}

// NewCorpus splits the texts of the examples into words, as Words does.
func NewCorpus(examples []Example) *Corpus {
	c, _ := ReadCorpus(func(yield func(Row, error) bool) { // nothing here can fail
		var label, text []byte
		for _, e := range examples {
			label, text = append(label[:0], e.Label...), append(text[:0], e.Text...)
			if !yield(Row{label, text, e.File, e.Line}, nil) {
				return
			}
		}
	})
	return c
}

// ReadCorpus is NewCorpus of rows, such as Source.Rows, of which it holds a few hundred kilobytes at a time. It uses all
// CPUs. An error of rows ends it and is its own.
func ReadCorpus(rows iter.Seq2[Row, error]) (*Corpus, error) {
	c := &Corpus{labels: newTable()}
	p := startPipeline()
	for row, err := range rows {
		if err != nil {
			p.stop()
			return nil, err
		}
		c.last = place{row.File, row.Line}
		label := c.labels.add(row.Label)
		if label == len(c.first) {
			c.first = append(c.first, c.last)
		}
		p.add(label, row.Text)
	}
	c.words, c.numbers, c.texts = p.finish()
	return c, nil
}

// Len returns the number of texts.
func (c *Corpus) Len() int { return c.texts.len() }

// Number returns the number, from 0, that text i had when it was read: before Split.
func (c *Corpus) Number(i int) int { return int(c.texts.number(i)) }

// Counts returns how often each word occurs.
func (c *Corpus) Counts() map[string]int {
	counts := make(map[string]int)
	for number, n := range c.count() {
		if n > 0 {
			counts[c.words.word(number)] = n
		}
	}
	return counts
}

// count returns how often each word occurs, by number.
func (c *Corpus) count() []int {
	counts := make([]int, c.words.len())
	for b, k := range c.texts.all() {
		numbers := c.numbers[b.worker]
		number := 0
		for _, unit := range b.text(k) {
			if number = number<<15 | int(unit&^more); unit < more {
				counts[numbers[number]]++
				number = 0
			}
		}
	}
	return counts
}

// Encode returns the texts as samples, of the first maxLen words each (0 means all of them). A label that labels lacks is
// a *ParseError. The samples share the memory of c.
func (c *Corpus) Encode(vocab *Vocab, labels Labels, maxLen int) (*Samples, error) {
	s := &Samples{texts: c.texts, classes: c.classes(labels), maxLen: maxLen}
	for b, k := range c.texts.all() {
		if label := b.labels[k]; s.classes[label] < 0 {
			return nil, c.unknown(int(label), labels)
		}
	}
	ids := make([]int32, c.words.len())
	for number := range ids {
		ids[number] = int32(vocab.ID(c.words.word(number)))
	}
	for _, numbers := range c.numbers {
		own := make([]int32, len(numbers))
		for word, number := range numbers {
			own[word] = ids[number]
		}
		s.ids = append(s.ids, own)
	}
	return s, nil
}

// String returns a line such as "corpus of 2256 texts, 34027 words, 3120 distinct ones".
func (c *Corpus) String() string {
	words, distinct := 0, 0
	for _, n := range c.count() {
		words, distinct = words+n, distinct+min(n, 1)
	}
	return fmt.Sprintf("corpus of %d texts, %d words, %d distinct ones", c.Len(), words, distinct)
}
