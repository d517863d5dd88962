package word2vec

const (
	stepTargets = 2048 // targets after which a step ends
	stepUses    = 12   // uses of one row after which a step ends
)

// examples makes the examples of blocks. It does not change: any number of goroutines may use it.
type examples struct {
	cfg Config
	*vocab
	keep  []uint32
	alias alias
	bags  bags
}

func newExamples(v *vocab, cfg Config) *examples {
	return &examples{cfg, v, keeps(v, cfg.Sample), newAlias(v.counts), newBags(v, cfg)}
}

// rows returns the number of rows of the table of words and buckets.
func (e *examples) rows() int {
	if e.cfg.MaxN == 0 {
		return len(e.words)
	}
	return len(e.words) + e.cfg.Bucket
}

// prepare makes the examples of b by the numbers of rnd. Words that stand near each other come in other steps: as most
// of their rows are the same, a step of them would be short.
func (e *examples) prepare(b *block, rnd random) {
	b.Rows, b.RowEnds, b.Targets, b.TargetEnds = b.Rows[:0], b.RowEnds[:0], b.Targets[:0], b.TargetEnds[:0]
	b.labels, b.steps = b.labels[:0], b.steps[:0]
	if b.in == nil {
		b.in, b.out = make([]use, e.rows()), make([]use, len(e.words))
	}
	e.choose(b, &rnd)
	b.begin()
	stride := 2*e.cfg.Window + 1
	for from := range min(stride, len(b.kept)) {
		for i := from; i < len(b.kept); i += stride {
			e.add(b, i, 1+rnd.below(e.cfg.Window), &rnd)
		}
	}
	b.endStep()
	b.labels = append(b.labels, make([]float32, 8)...) // kernel.Slopes works on whole vectors
}

// choose sets b.kept to the words that are in the vocabulary and are not left out by chance.
func (e *examples) choose(b *block, rnd *random) {
	b.kept, b.of, b.known = b.kept[:0], b.of[:0], 0
	start := 0
	for _, end := range b.ends {
		sentence := len(b.kept)
		for _, w := range b.words[start:end] {
			id, ok := e.ids[w]
			if !ok {
				continue
			}
			b.known++
			if uint32(rnd.next()>>32) <= e.keep[id] {
				b.kept = append(b.kept, id)
			}
		}
		for range b.kept[sentence:] {
			b.of = append(b.of, span{sentence, len(b.kept)})
		}
		start = end
	}
}

// add adds the examples of word i of b.kept and of those around it, up to so many on each side.
func (e *examples) add(b *block, i, window int, rnd *random) {
	before, after := b.kept[max(b.of[i].lo, i-window):i], b.kept[i+1:min(b.of[i].hi, i+window+1)]
	if len(before)+len(after) == 0 {
		return
	}
	if !e.cfg.CBOW {
		left := e.skipGram(b, b.kept[i], before, 0, rnd)
		if left = e.skipGram(b, b.kept[i], after, left, rnd); left > 0 {
			b.endExample(left)
		}
		return
	}
	for _, words := range [][]int32{before, after} {
		for _, w := range words {
			b.Rows = e.bags.appendTo(b.Rows, w)
		}
	}
	e.addTargets(b, b.kept[i], rnd)
	b.endExample(1)
}

// skipGram adds the contexts of a word to an example of it that has so many already. It returns how many the last example
// has, which is not ended, or 0.
func (e *examples) skipGram(b *block, word int32, contexts []int32, has int, rnd *random) int {
	for _, context := range contexts {
		if has == 0 {
			b.Rows = e.bags.appendTo(b.Rows, word)
		}
		e.addTargets(b, context, rnd)
		if has++; b.full {
			b.endExample(has)
			has = 0
		}
	}
	return has
}

// addTargets adds a word that occurred and those drawn, but for draws of the word itself.
func (e *examples) addTargets(b *block, word int32, rnd *random) {
	b.addTarget(word, 1)
	for range e.cfg.Negatives {
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

// endExample ends an example of so many words that occurred, and the step if that is full.
func (b *block) endExample(occurred int) {
	row, _ := b.Example(len(b.RowEnds))
	for _, id := range b.Rows[row:] {
		if b.in[id].more(b.used, float32(occurred)/float32(len(b.Rows)-row)) {
			b.full = true
		}
	}
	b.RowEnds, b.TargetEnds = append(b.RowEnds, len(b.Rows)), append(b.TargetEnds, len(b.Targets))
	if _, first := b.Example(b.steps[len(b.steps)-1].lo); b.full || len(b.Targets)-first >= stepTargets {
		b.endStep()
		b.begin()
	}
}

// begin begins a step.
func (b *block) begin() {
	b.steps = append(b.steps, span{lo: len(b.RowEnds)})
	b.full = false
	if b.used++; b.used < 0 { // all numbers are used up
		clear(b.in)
		clear(b.out)
		b.used = 1
	}
}

// endStep ends a step, and drops it if it is empty.
func (b *block) endStep() {
	last := &b.steps[len(b.steps)-1]
	if last.hi = len(b.RowEnds); last.hi == last.lo {
		b.steps = b.steps[:len(b.steps)-1]
	}
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
