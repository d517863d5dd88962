package data

import (
	"fmt"
	"slices"
)

// Corpus is a list of examples whose texts are split into words. A text is split once, however often its words
// are counted and encoded.
type Corpus struct {
	examples []Example
	words    []string // distinct words, in the order in which they first occur
	counts   []int    // number of times that each of words occurs
	ids      []int32  // places in words, of all texts one after the other
	starts   []int    // places in ids at which the texts begin, and where the last one ends
}

// Sample is an example in numbers.
type Sample struct {
	IDs   []int32 // ids of the words
	Label int     // number of the class, from 0
}

// NewCorpus splits the texts of the examples into words, as Words does. It keeps examples, which must not change.
func NewCorpus(examples []Example) *Corpus {
	c := &Corpus{examples: examples, starts: make([]int, len(examples)+1)}
	places := make(map[string]int32)
	var s splitter
	for i, e := range examples {
		s.reset([]byte(e.Text))
		for w := s.next(); w != nil; w = s.next() {
			place, found := places[string(w)]
			if !found {
				place = int32(len(c.words))
				word := string(w)
				places[word] = place
				c.words, c.counts = append(c.words, word), append(c.counts, 0)
			}
			c.counts[place]++
			c.ids = append(c.ids, place)
		}
		c.starts[i+1] = len(c.ids)
	}
	return c
}

// Counts returns how often each word occurs.
func (c *Corpus) Counts() map[string]int {
	counts := make(map[string]int, len(c.words))
	for i, word := range c.words {
		counts[word] = c.counts[i]
	}
	return counts
}

// Encode turns the examples into samples, of the first maxLen words each (0 means all of them). A label that
// labels lacks is a *ParseError.
func (c *Corpus) Encode(vocab *Vocab, labels Labels, maxLen int) ([]Sample, error) {
	ids := make([]int32, len(c.words)) // of the vocabulary
	for i, word := range c.words {
		ids[i] = int32(vocab.ID(word))
	}
	memory := make([]int32, 0, len(c.ids)) // of the ids of all samples
	samples := make([]Sample, len(c.examples))
	for i, e := range c.examples {
		class, err := labels.class(e)
		if err != nil {
			return nil, err
		}
		places := c.ids[c.starts[i]:c.starts[i+1]]
		if maxLen > 0 {
			places = places[:min(len(places), maxLen)]
		}
		for _, place := range places {
			memory = append(memory, ids[place])
		}
		samples[i] = Sample{slices.Clip(memory[len(memory)-len(places):]), class}
	}
	return samples, nil
}

// String returns a line such as "corpus of 2256 texts, 34027 words, 3120 distinct ones".
func (c *Corpus) String() string {
	return fmt.Sprintf("corpus of %d texts, %d words, %d distinct ones", len(c.examples), len(c.ids), len(c.words))
}
