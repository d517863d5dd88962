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
// of each label, in a random order, stays in train. Each part is in the order of c and shares its memory.
func (c *Corpus) Split(cfg SplitConfig) (train, dev, test *Corpus) {
	parts, counts := c.parts(cfg), [3]int{}
	for _, part := range parts {
		counts[part]++
	}
	numbers := [3][]int32{make([]int32, 0, counts[0]), make([]int32, 0, counts[1]), make([]int32, 0, counts[2])}
	for i, part := range parts {
		numbers[part] = append(numbers[part], c.texts.number(i))
	}
	return c.choose(numbers[0]), c.choose(numbers[1]), c.choose(numbers[2])
}

// choose returns the corpus of the texts that had these numbers when they were read.
func (c *Corpus) choose(numbers []int32) *Corpus {
	chosen := *c
	chosen.texts.chosen = numbers
	return &chosen
}

// parts returns for each text 0 for train, 1 for dev or 2 for test.
//
// It lines the texts up, label by label, and takes one out each time that the shares add up to a whole one, as in
// systematic sampling; those taken go to dev and test in turn, or as often as their shares say.
func (c *Corpus) parts(cfg SplitConfig) []uint8 {
	parts, taken := make([]uint8, c.Len()), 0
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
	line, labels := make([]int32, c.Len()), make([]int32, 0, c.Len())
	for b, k := range c.texts.all() {
		line[len(labels)] = int32(len(labels))
		labels = append(labels, b.labels[k])
	}
	rnd.Shuffle(len(line), func(i, j int) { line[i], line[j] = line[j], line[i] })
	slices.SortStableFunc(line, func(a, b int32) int { return cmp.Compare(labels[a], labels[b]) })
	kept := line[:0]
	for k, last := 0, int32(-1); k < len(line); k++ {
		if label := labels[line[k]]; label == last {
			kept = append(kept, line[k])
		} else {
			last = label
		}
	}
	return kept
}
