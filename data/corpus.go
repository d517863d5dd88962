package data

import (
	"fmt"
	"iter"
	"slices"

	"github.com/pkg/errors"
)

// Corpus is a list of labelled texts, each split into words once, however often these are counted and encoded. It holds
// 4 bytes for each word and 32 for each text, and none of the texts themselves.
//
// Split and Encode take its memory for what they return: it is empty afterwards.
type Corpus struct {
	words  *table   // distinct words; those of other parts too, after Split
	labels *table   // distinct labels, likewise
	first  []place  // by number of the label, where it stands first
	last   place    // where the last text stands
	texts  []Sample // in numbers of words and labels
	from   []int32  // by text, its number in the corpus that was split; nil for one that was not
	taken  bool     // whether Split or Encode has taken the texts
}

// place is a line of a file.
type place struct {
	file string
	line int
}

// Sample is an example in numbers.
type Sample struct {
	IDs   []int32 // ids of the words
	Label int     // number of the class, from 0
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
	c.words, c.texts = p.finish()
	return c, nil
}

// Len returns the number of texts.
func (c *Corpus) Len() int { return len(c.texts) }

// Number returns the number, from 0, that text i had when it was read: before Split.
func (c *Corpus) Number(i int) int {
	if c.from == nil {
		return i
	}
	return int(c.from[i])
}

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
	for _, text := range c.texts {
		for _, number := range text.IDs {
			counts[number]++
		}
	}
	return counts
}

// Encode turns the texts into samples, of the first maxLen words each (0 means all of them). A label that labels lacks is
// a *ParseError. The samples are in the memory of c, which is empty afterwards.
func (c *Corpus) Encode(vocab *Vocab, labels Labels, maxLen int) ([]Sample, error) {
	if err := c.take(); err != nil {
		return nil, err
	}
	samples, classes := c.texts, c.classes(labels)
	for _, text := range samples {
		if classes[text.Label] < 0 {
			return nil, c.unknown(text.Label, labels)
		}
	}
	c.texts = nil
	ids := make([]int32, c.words.len())
	for number := range ids {
		ids[number] = int32(vocab.ID(c.words.word(number)))
	}
	for i, text := range samples {
		words := text.IDs
		if maxLen > 0 {
			words = words[:min(len(words), maxLen)]
		}
		for k, number := range words {
			words[k] = ids[number]
		}
		samples[i] = Sample{slices.Clip(words), classes[text.Label]}
	}
	return samples, nil
}

// take returns an error if the texts are gone.
func (c *Corpus) take() error {
	if c.taken {
		return errors.New("data: Encode or Split has taken the memory of this corpus: make another one")
	}
	c.taken = true
	return nil
}

// String returns a line such as "corpus of 2256 texts, 34027 words, 3120 distinct ones".
func (c *Corpus) String() string {
	words, distinct := 0, 0
	for _, n := range c.count() {
		words, distinct = words+n, distinct+min(n, 1)
	}
	return fmt.Sprintf("corpus of %d texts, %d words, %d distinct ones", len(c.texts), words, distinct)
}
