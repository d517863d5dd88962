package data

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// SplitConfig says how many of the texts are to be split off.
type SplitConfig struct {
	Dev, Test float64 // shares of the texts, in [0, 1), that together leave some; 0: none
	Seed      uint64  // seed of the choice
}

// Split parts the texts into three, each with its share of every label's as nearly as whole numbers allow. The first one
// of each label, in a random order, stays in train. Each part is in the order of c, which is empty afterwards.
func (c *Corpus) Split(cfg SplitConfig) (train, dev, test *Corpus, err error) {
	if err := c.take(); err != nil {
		return nil, nil, nil, err
	}
	parts, counts := c.parts(cfg), [3]int{}
	for _, part := range parts {
		counts[part]++
	}
	texts := [3][]Sample{c.texts[:0], make([]Sample, 0, counts[1]), make([]Sample, 0, counts[2])} // train moves up
	from := [3][]int32{make([]int32, 0, counts[0]), make([]int32, 0, counts[1]), make([]int32, 0, counts[2])}
	for i, part := range parts {
		texts[part], from[part] = append(texts[part], c.texts[i]), append(from[part], int32(c.Number(i)))
	}
	var split [3]*Corpus
	for part := range split {
		split[part] = &Corpus{words: c.words, labels: c.labels, first: c.first, last: c.last, texts: slices.Clip(texts[part]), from: from[part]}
	}
	c.texts = nil
	return split[0], split[1], split[2], nil
}

// parts returns for each text 0 for train, 1 for dev or 2 for test.
//
// It lines the texts up, label by label, and takes one out each time that the shares add up to a whole one, as in
// systematic sampling; those taken go to dev and test in turn, or as often as their shares say.
func (c *Corpus) parts(cfg SplitConfig) []uint8 {
	parts, taken := make([]uint8, len(c.texts)), 0
	for k, i := range c.lineUp(rand.New(rand.NewPCG(cfg.Seed, 0))) {
		if !isWhole(k, cfg.Dev+cfg.Test, 0.75) {
			continue
		}
		if parts[i] = 2; isWhole(taken, cfg.Dev/(cfg.Dev+cfg.Test), 0.5) {
			parts[i] = 1
		}
		taken++
	}
	return parts
}

// isWhole returns whether start + k·share reaches a whole number at k + 1.
func isWhole(k int, share, start float64) bool {
	return math.Floor(start+float64(k+1)*share) > math.Floor(start+float64(k)*share)
}

// lineUp returns the places of the texts in random order, but sorted by label, without the first of each label.
func (c *Corpus) lineUp(rnd *rand.Rand) []int32 {
	line := make([]int32, len(c.texts))
	for i := range line {
		line[i] = int32(i)
	}
	rnd.Shuffle(len(line), func(i, j int) { line[i], line[j] = line[j], line[i] })
	slices.SortStableFunc(line, func(a, b int32) int { return cmp.Compare(c.texts[a].Label, c.texts[b].Label) })
	kept := line[:0]
	for k, last := 0, -1; k < len(line); k++ {
		if label := c.texts[line[k]].Label; label == last {
			kept = append(kept, line[k])
		} else {
			last = label
		}
	}
	return kept
}
