package word2vec

import "math"

// keeps returns, for each word, the chance of an occurrence to be kept, in units of 2⁻³²: √(sample/f) + sample/f for the
// word's share f of the corpus, as word2vec computes it.
func keeps(v *vocab, sample float64) []uint32 {
	keep := make([]uint32, len(v.words))
	for id, n := range v.counts {
		keep[id] = math.MaxUint32
		if ratio := sample * float64(v.total) / float64(n); sample > 0 && math.Sqrt(ratio)+ratio < 1 {
			keep[id] = uint32((math.Sqrt(ratio) + ratio) * (1 << 32))
		}
	}
	return keep
}

// power is what counts are raised to for the draws (Mikolov et al., NIPS 2013, section 2.2).
const power = 0.75

// alias draws words by count^power from two tables of the size of the vocabulary (Vose, IEEE Transactions on Software
// Engineering 17, 1991): an entry is a word, and another one that takes its place with some chance.
type alias []aliasEntry

type aliasEntry struct {
	keep  uint32 // chance of the word itself, in units of 2⁻³²
	other int32
}

func newAlias(counts []int64) alias {
	weights, sum := make([]float64, len(counts)), 0.0
	for id, n := range counts {
		weights[id] = math.Pow(float64(n), power)
		sum += weights[id]
	}
	a := make(alias, len(counts))
	var small, large []int32
	for id := range weights {
		a[id] = aliasEntry{math.MaxUint32, int32(id)}
		if weights[id] *= float64(len(weights)) / sum; weights[id] < 1 {
			small = append(small, int32(id))
		} else {
			large = append(large, int32(id))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a[s] = aliasEntry{uint32(weights[s] * (1 << 32)), l}
		if weights[l] -= 1 - weights[s]; weights[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	return a
}

// draw returns a word.
func (a alias) draw(r *random) int32 {
	x := r.next()
	i := int32(x >> 32 * uint64(len(a)) >> 32)
	if e := a[i]; uint32(x) >= e.keep {
		return e.other
	}
	return i
}
