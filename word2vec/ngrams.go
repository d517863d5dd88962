package word2vec

// ngrams are the character n-grams of words as fastText makes them: those of <word>, by the hash of their bytes.
type ngrams struct{ min, max, bucket int }

// appendTo appends the rows of a word's n-grams, of which the first is first, as Dictionary::computeSubwords of fastText
// finds them: a lone < or > is none.
func (g ngrams) appendTo(rows []int32, first int32, word string) []int32 {
	marked := "<" + word + ">"
	for i := range len(marked) {
		if continues(marked, i) {
			continue
		}
		for j, n := i, 1; j < len(marked) && n <= g.max; n++ {
			for j++; j < len(marked) && continues(marked, j); {
				j++
			}
			if n >= g.min && !(n == 1 && (i == 0 || j == len(marked))) {
				rows = append(rows, first+int32(hash(marked[i:j])%uint32(g.bucket)))
			}
		}
	}
	return rows
}

// continues reports whether byte i goes on with a character of UTF-8.
func continues(s string, i int) bool { return s[i]&0xC0 == 0x80 }

// hash is FNV-1a of 32 bits, but with bytes that have a sign, as Dictionary::hash of fastText has them.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(int8(s[i]))) * 16777619
	}
	return h
}

// bags are the rows whose mean is a word's vector: its own, and those of its n-grams.
type bags struct {
	rows []int32
	ends []int // nil if the bag of a word is its own row
}

func newBags(v *vocab, cfg Config) bags {
	if cfg.MaxN == 0 {
		return bags{}
	}
	var b bags
	g := ngrams{cfg.MinN, cfg.MaxN, cfg.Bucket}
	for id, w := range v.words {
		b.rows = g.appendTo(append(b.rows, int32(id)), int32(len(v.words)), w)
		b.ends = append(b.ends, len(b.rows))
	}
	return b
}

// appendTo appends the bag of a word.
func (b bags) appendTo(rows []int32, word int32) []int32 {
	if b.ends == nil {
		return append(rows, word)
	}
	start := 0
	if word > 0 {
		start = b.ends[word-1]
	}
	return append(rows, b.rows[start:b.ends[word]]...)
}
