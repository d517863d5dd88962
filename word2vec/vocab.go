package word2vec

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// vocab is the words of a corpus that are frequent enough, in the order of falling counts and, of equal ones, of the
// words' bytes.
type vocab struct {
	words  []string
	counts []int64
	ids    map[string]int32
	total  int64 // sum of counts
}

func newVocab(words []string, counts []int64) *vocab {
	v := &vocab{words: words, counts: counts, ids: make(map[string]int32, len(words))}
	for id, w := range words {
		v.ids[w] = int32(id)
		v.total += counts[id]
	}
	return v
}

// count goes through the corpus once.
func count(ctx context.Context, corpus Corpus, minCount int) (*vocab, error) {
	ids := make(map[string]int32)
	var words []string
	var counts []int64
	for sentence, err := range corpus {
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, w := range sentence {
			id, ok := ids[w]
			if !ok {
				if len(words) == maxRows {
					return nil, errors.Errorf("the corpus has more than %d different words", maxRows)
				}
				w, id = strings.Clone(w), int32(len(words))
				ids[w] = id
				words, counts = append(words, w), append(counts, 0)
			}
			counts[id]++
		}
	}
	return frequent(words, counts, minCount)
}

// frequent returns the vocab of the words that are frequent enough.
func frequent(words []string, counts []int64, minCount int) (*vocab, error) {
	var order []int32
	var most int64
	for id, n := range counts {
		if most = max(most, n); n >= int64(minCount) {
			order = append(order, int32(id))
		}
	}
	if order == nil {
		return nil, errors.Errorf("no word of the corpus occurs MinCount times, %d: it has %d different words, and the most frequent occurs %d times", minCount, len(words), most)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(words[a], words[b]))
	})
	w, c := make([]string, len(order)), make([]int64, len(order))
	for i, id := range order {
		w[i], c[i] = words[id], counts[id]
	}
	return newVocab(w, c), nil
}
