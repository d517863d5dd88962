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

// train takes the steps of the round.
func (c *crew) train(t *tables) {
	most := 0
	for _, b := range c.round {
		for _, s := range b.steps {
			most = max(most, b.targets(s))
		}
		b.Width = t.width
	}
	for i := range c.scores {
		c.scores[i] = grow(c.scores[i], c.panels*most)
	}
	c.do(func(k int) {
		if k >= len(c.slopes) {
			return // there are more threads than panels
		}
		c.slopes[k] = grow(c.slopes[k], most)
		steps := 0
		for _, b := range c.round {
			for _, s := range b.steps {
				c.step(t, b, s, k, c.scores[steps%2])
				steps++
			}
		}
	})
}

// step takes a step on the panels of thread k. The threads meet once: a thread that is ahead writes the scores of the
// next step elsewhere, and does not come to those of the step after that before all have met again.
func (c *crew) step(t *tables, b *block, s span, k int, scores []float32) {
	n := b.targets(s)
	scores, slopes := scores[:n*c.panels], c.slopes[k][:n]
	lo, hi := k*c.panels/len(c.slopes), (k+1)*c.panels/len(c.slopes)
	for p := lo; p < hi; p++ {
		b.Scores(scores[p*n:(p+1)*n], t.in[p], t.out[p], s.lo, s.hi)
	}
	c.meet.wait()
	_, first := b.Example(s.lo)
	kernel.Slopes(slopes, scores, b.labels[first:], b.rate)
	for p := lo; p < hi; p++ {
		b.Update(t.in[p], t.out[p], slopes, s.lo, s.hi)
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
