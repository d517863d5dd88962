package bench

import "math/rand/v2"

// Sizes of a step of a skip-gram with negative sampling, on two tables of rows of Dim elements.
const (
	SkipGramVocab     = 20_000
	SkipGramBatch     = 256
	SkipGramNegatives = 5
	SkipGramBatches   = 64
)

// SkipGramIDs returns the ids of all batches: of an example the centre, the context and the negatives.
func SkipGramIDs() []int {
	rnd := rand.New(rand.NewPCG(SkipGramVocab, 4))
	next := zipf(rnd, SkipGramVocab)
	ids := make([]int, SkipGramBatches*SkipGramBatch*(2+SkipGramNegatives))
	for i := range ids {
		ids[i] = next()
	}
	return ids
}
