// Package word2vec trains word vectors by skip-gram or CBOW with negative sampling (Mikolov et al., NIPS 2013), also
// with character n-grams (Bojanowski et al., TACL 2017), on a stream of sentences of any size.
//
//	model, err := word2vec.Train(ctx, word2vec.File("corpus.txt"), word2vec.Defaults())
//	table, err := vectors.New(model, model.Vectors())
//
// A sentence is a list of words, or of whatever comes in sequences: Sequences takes lists of strings, IDs those of
// numbers, such as the items of a basket or the nodes of a walk through a graph.
//
// The same seed gives the same vectors to the bit, whatever Threads and GOMAXPROCS. A training that was interrupted goes
// on from its state file, and comes to the vectors that it would have come to (Trainer.State).
//
// # How it works
//
// The corpus is read in blocks of some 2,000 words. Each thread makes the examples of a block: which words are left out,
// how wide the windows are and which words are drawn follows from the seed and the number of the block. Then all threads
// train on all blocks of the round, step by step. A step is some hundred targets, of which no row is used often. The
// tables are cut into panels of columns: each thread computes its panels' parts of the step's scores, all meet, each adds
// up the parts and updates its own panels. Rows are always as all examples before have left them; scores are those of
// before the step. There are two panels up to a dimension of 112, and two more for each further 112: threads beyond that
// make examples alone.
package word2vec

import "context"

// Train is New and Fit.
func Train(ctx context.Context, corpus Corpus, cfg Config) (*Model, error) {
	t, err := New(corpus, cfg)
	if err != nil {
		return nil, err
	}
	return t.Fit(ctx)
}
