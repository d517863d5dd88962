package word2vec

import (
	"iter"

	"gorgonia-embedding/internal/kernel"
)

// blockWords is the most words of a block. A longer sentence is cut.
const blockWords = 2048

// block is a piece of the corpus: whole sentences, up to about blockWords words, and the examples made of them.
type block struct {
	words []string
	ends  []int // of the sentences in words

	kept    []int32   // words that are trained on
	of      []span    // the sentence in kept that each of them is of
	known   int64     // words of the vocabulary
	labels  []float32 // of the targets
	steps   []span    // examples that are computed together
	rate    float32   // learning rate
	in, out []use     // of the rows of the tables, in the last step
	used    int32     // number of that step
	full    bool      // that step is to end
	kernel.Sampled
}

// span is the elements [lo, hi) of a list.
type span struct{ lo, hi int }

// blocks yields the corpus in blocks, each in the memory that next returns.
type blocks struct {
	next  func() ([]string, error, bool)
	stop  func()
	rest  []string // of a sentence that is being cut
	ended bool
}

func newBlocks(corpus Corpus) *blocks {
	b := &blocks{}
	b.next, b.stop = iter.Pull2(iter.Seq2[[]string, error](corpus))
	return b
}

// read fills b, and reports whether there was anything left.
func (s *blocks) read(b *block) (bool, error) {
	b.words, b.ends = b.words[:0], b.ends[:0]
	for len(b.words) < blockWords && !s.ended {
		if len(s.rest) == 0 {
			sentence, err, ok := s.next()
			if err != nil || !ok {
				s.ended = true
				return err == nil && len(b.words) > 0, err
			}
			s.rest = sentence
		}
		n := min(len(s.rest), blockWords)
		if len(b.words) > 0 && len(b.words)+n > blockWords {
			break
		}
		b.words = append(b.words, s.rest[:n]...)
		b.ends = append(b.ends, len(b.words))
		s.rest = s.rest[n:]
	}
	return len(b.words) > 0, nil
}
