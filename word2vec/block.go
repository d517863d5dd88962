package word2vec

import (
	"iter"

	"gorgonia-embedding/internal/kernel"
)

const (
	blockWords  = 2048 // words of a block; a longer sentence is cut
	stepTargets = 2048 // targets after which a step ends
	stepUses    = 8    // uses of one row after which a step ends
)

// block is a piece of the corpus: whole sentences, up to about blockWords words, and the examples made of them.
type block struct {
	words []string
	ends  []int // of the sentences in words

	kept    []int32 // what is left of a sentence
	known   int64   // words of the vocabulary
	labels  []float32
	steps   []step
	in, out []use // of the rows of the tables, in the last step
	used    int32 // number of that step
	full    bool  // that step is to end
	kernel.Sampled
}

// step is a few examples that are computed together.
type step struct {
	lo, hi int     // examples
	words  int64   // of the block's known words, those before
	rate   float32 // learning rate
}

// use is how much a step uses a row. Scores are those of before the step: if all of a long step were to change the same
// few rows, it would overshoot.
type use struct {
	step int32
	much float32
}

// more adds to what a step uses, and reports whether that is enough.
func (u *use) more(step int32, much float32) bool {
	if u.step != step {
		*u = use{step: step}
	}
	u.much += much
	return u.much >= stepUses
}

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

// examples makes the examples of blocks. It does not change: any number of goroutines may use it.
type examples struct {
	Config
	*vocab
	keep  []uint32
	alias alias
	bags  bags
}

func newExamples(v *vocab, cfg Config) *examples {
	return &examples{cfg, v, keeps(v, cfg.Sample), newAlias(v.counts), newBags(v, cfg)}
}

// prepare makes the examples of b by the numbers of rnd.
func (e *examples) prepare(b *block, rnd random) {
	b.Rows, b.RowEnds, b.Targets, b.TargetEnds = b.Rows[:0], b.RowEnds[:0], b.Targets[:0], b.TargetEnds[:0]
	b.labels, b.steps, b.known = b.labels[:0], b.steps[:0], 0
	if b.in == nil {
		b.in, b.out = make([]use, e.rows()), make([]use, len(e.words))
	}
	e.begin(b)
	start := 0
	for _, end := range b.ends {
		e.choose(b, b.words[start:end], &rnd)
		for i := range b.kept {
			e.add(b, i, 1+rnd.below(e.Window), &rnd)
		}
		start = end
	}
	last := &b.steps[len(b.steps)-1]
	if last.hi = len(b.RowEnds); last.hi == last.lo {
		b.steps = b.steps[:len(b.steps)-1]
	}
	b.labels = append(b.labels, make([]float32, 8)...) // kernel.Slopes works on whole vectors
}

// begin begins a step.
func (e *examples) begin(b *block) {
	b.steps = append(b.steps, step{lo: len(b.RowEnds), words: b.known})
	b.full = false
	if b.used++; b.used < 0 { // all numbers are used up
		clear(b.in)
		clear(b.out)
		b.used = 1
	}
}

// choose sets b.kept to the words of a sentence that are in the vocabulary and are not left out by chance.
func (e *examples) choose(b *block, sentence []string, rnd *random) {
	b.kept = b.kept[:0]
	for _, w := range sentence {
		id, ok := e.ids[w]
		if !ok {
			continue
		}
		b.known++
		if k := e.keep[id]; uint32(rnd.next()>>32) <= k {
			b.kept = append(b.kept, id)
		}
	}
}

// add adds the examples of word i of b.kept and of those around it, up to so many on each side.
func (e *examples) add(b *block, i, window int, rnd *random) {
	lo, hi := max(0, i-window), min(len(b.kept), i+window+1)
	if hi-lo < 2 {
		return
	}
	if e.CBOW {
		for j := lo; j < hi; j++ {
			if j != i {
				b.Rows = e.bags.appendTo(b.Rows, b.kept[j])
			}
		}
		e.addTargets(b, b.kept[i], rnd)
		e.end(b, 1)
		return
	}
	contexts := 0
	for j := lo; j < hi; j++ {
		if j == i {
			continue
		}
		if contexts == 0 {
			b.Rows = e.bags.appendTo(b.Rows, b.kept[i])
		}
		e.addTargets(b, b.kept[j], rnd)
		if contexts++; b.full {
			e.end(b, contexts)
			contexts = 0
		}
	}
	if contexts > 0 {
		e.end(b, contexts)
	}
}

// addTargets adds a word that occurred and those drawn, but for draws of the word itself.
func (e *examples) addTargets(b *block, word int32, rnd *random) {
	b.addTarget(word, 1)
	for range e.Negatives {
		if id := e.alias.draw(rnd); id != word {
			b.addTarget(id, 0)
		}
	}
}

func (b *block) addTarget(word int32, label float32) {
	b.Targets, b.labels = append(b.Targets, word), append(b.labels, label)
	if b.out[word].more(b.used, 1) {
		b.full = true
	}
}

// end ends an example of so many words that occurred, and the step if that is full.
func (e *examples) end(b *block, occurred int) {
	row, _ := b.Example(len(b.RowEnds))
	for _, id := range b.Rows[row:] {
		if b.in[id].more(b.used, float32(occurred)/float32(len(b.Rows)-row)) {
			b.full = true
		}
	}
	b.RowEnds, b.TargetEnds = append(b.RowEnds, len(b.Rows)), append(b.TargetEnds, len(b.Targets))
	last := &b.steps[len(b.steps)-1]
	if _, first := b.Example(last.lo); b.full || len(b.Targets)-first >= stepTargets {
		last.hi = len(b.RowEnds)
		e.begin(b)
	}
}
