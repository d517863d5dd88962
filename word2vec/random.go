package word2vec

// random is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a word of state, so that each piece of the corpus has a
// stream of its own, whichever goroutine works on it.
type random uint64

// newRandom returns the stream that some numbers name.
func newRandom(names ...uint64) random {
	var r random
	for _, n := range names {
		r = random(r.next() ^ n)
	}
	r.next()
	return r
}

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number in [0, n).
func (r *random) below(n int) int { return int(r.next() >> 32 * uint64(n) >> 32) }

// unit returns a number in [0, 1).
func (r *random) unit() float32 { return float32(r.next()>>40) / (1 << 24) }
