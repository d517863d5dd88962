package word2vec

import "gorgonia-embedding/internal/kernel"

// crew is the threads of a training, and what they work on: a round of blocks, one for each thread, prepared by it alone
// and then trained on by all, each on its own panels of the tables.
type crew struct {
	*team
	blocks []block
	round  []*block // those that have been read
	panels int
	scores [2][]float32 // parts of the scores of a step, by panel, and of the step before
	slopes [][]float32  // of a step; each thread computes them for itself
	meet   *barrier
}

func newCrew(threads, panels int) *crew {
	n := min(threads, panels)
	return &crew{team: newTeam(threads), blocks: make([]block, threads), panels: panels, slopes: make([][]float32, n), meet: newBarrier(n)}
}

// read reads the next round, which is empty at the end of the corpus.
func (c *crew) read(source *blocks) error {
	c.round = c.round[:0]
	for k := range c.blocks {
		more, err := source.read(&c.blocks[k])
		if err != nil || !more {
			return err
		}
		c.round = append(c.round, &c.blocks[k])
	}
	return nil
}

// shortStep is the number of targets of which steps are so short that one thread takes them sooner alone.
const shortStep = 64

// train takes the steps of the round.
func (c *crew) train(t *tables) {
	most, steps, targets := 0, 0, 0
	for _, b := range c.round {
		for _, s := range b.steps {
			most = max(most, b.targets(s))
		}
		steps, targets = steps+len(b.steps), targets+len(b.Targets)
		b.Width = t.width
	}
	for i := range c.scores {
		c.scores[i] = grow(c.scores[i], c.panels*most)
	}
	for k := range c.slopes {
		c.slopes[k] = grow(c.slopes[k], most)
	}
	if len(c.slopes) == 1 || targets < shortStep*steps {
		c.steps(t, 0, 1)
		return
	}
	c.do(func(k int) {
		if k < len(c.slopes) { // else there are more threads than panels
			c.steps(t, k, len(c.slopes))
		}
	})
}

// steps takes the steps of the round on the panels of thread k of n.
func (c *crew) steps(t *tables, k, n int) {
	lo, hi, i := k*c.panels/n, (k+1)*c.panels/n, 0
	for _, b := range c.round {
		for _, s := range b.steps {
			size := b.targets(s)
			scores, slopes := c.scores[i%2][:size*c.panels], c.slopes[k][:size]
			for p := lo; p < hi; p++ {
				b.Scores(scores[p*size:(p+1)*size], t.in[p], t.out[p], s.lo, s.hi)
			}
			// The threads meet once in a step: a thread that is ahead writes the scores of the next step elsewhere, and does
			// not come to those of the step after that before all have met again.
			if n > 1 {
				c.meet.wait()
			}
			_, first := b.Example(s.lo)
			kernel.Slopes(slopes, scores, b.labels[first:], b.rate)
			for p := lo; p < hi; p++ {
				b.Update(t.in[p], t.out[p], slopes, s.lo, s.hi)
			}
			i++
		}
	}
}

// targets returns the number of targets of a step, up to a multiple of 8.
func (b *block) targets(s span) int {
	_, first := b.Example(s.lo)
	return (b.TargetEnds[s.hi-1] - first + 7) / 8 * 8
}

// grow returns s, or a longer one, of n elements.
func grow(s []float32, n int) []float32 {
	if n > cap(s) {
		s = make([]float32, n+n/4)
	}
	return s[:n]
}
