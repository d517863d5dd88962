// Smallworld makes the file of word vectors that notebooks/04-vectors.ipynb reads, in GloVe's format.
//
//	go -C notebooks/kernel run ./smallworld ../04-smallworld.txt
//
// It makes up sentences about a small world of countries, people, animals and comparisons (world.go), and trains
// vectors on them by skip-gram with negative sampling (Mikolov et al., NIPS 2013), as the notebook does on the toy set.
// The sentences are random, with a fixed seed; no text of anybody's is in them. The committed file was made on amd64.
package main

import (
	"log"
	"math"
	"math/rand/v2"
	"os"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
	"gorgonia-embedding/vectors"
)

const (
	size      = 20000 // sentences
	dim       = 32
	window    = 4 // words on either side that are a word's context
	negatives = 5
	batch     = 256
	epochs    = 5
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("smallworld takes the file to write, such as ../04-smallworld.txt")
	}
	if err := trained().WriteFile(os.Args[1], "glove"); err != nil {
		log.Fatal(err)
	}
}

// trained returns the vectors of the small world's words, the commonest first, with numbers of four decimals.
func trained() *vectors.Table {
	rnd := rand.New(rand.NewPCG(1, 1))
	said := sentences(size, rnd)
	counts := map[string]int{}
	for _, words := range said {
		for _, word := range words {
			counts[word]++
		}
	}
	vocab := data.NewVocab(counts, data.VocabConfig{MinCount: 1})
	centres, contexts := pairs(said, vocab)
	values := skipGram(centres, contexts, vocab.Len(), rnd)[2*dim:] // neither padding nor unknown
	for i, x := range values {
		values[i] = float32(math.Round(float64(x)*1e4) / 1e4)
	}
	words := vectors.List{}
	for id := 2; id < vocab.Len(); id++ {
		words = append(words, vocab.Word(id))
	}
	return must(vectors.New(words, values))
}

// pairs returns the ids of each word with each other one in its window.
func pairs(said [][]string, vocab *data.Vocab) (centres, contexts []int32) {
	for _, words := range said {
		for i := range words {
			for j := max(0, i-window); j < min(len(words), i+window+1); j++ {
				if i != j {
					centres = append(centres, int32(vocab.ID(words[i])))
					contexts = append(contexts, int32(vocab.ID(words[j])))
				}
			}
		}
	}
	return centres, contexts
}

// skipGram returns a table of rows that foretell the contexts of their words, row-major. The negatives of a pair are
// contexts of other ones.
func skipGram(centres, contexts []int32, rows int, rnd *rand.Rand) []float32 {
	g := gorgonia.NewGraph()
	table := func(name string, init gorgonia.InitWFn) *layers.Embedding {
		return must(layers.NewEmbedding(g, name, layers.EmbeddingConfig{NumEmbeddings: rows, EmbeddingDim: dim,
			IDs: layers.IDRules{Sparse: true}, Init: init}))
	}
	words, around := table("words", layers.Uniform(rnd, -0.5/dim, 0.5/dim)), table("around", layers.Zeros())
	c, o, n := make([]int32, batch), make([]int32, batch), make([]int32, batch*negatives)
	cost := must(loss.NegativeSampling(words.Table, around.Table, loss.Pairs{Centres: must(layers.Input(g, "centres", c)),
		Contexts: must(layers.Input(g, "contexts", o)), Negatives: must(layers.Input(g, "negatives", n, batch, negatives))}))
	step := must(train.NewStep(cost, optim.Adam{}, optim.Config{LearningRate: 0.003}, words, around))
	for range epochs {
		for order := rnd.Perm(len(centres)); len(order) >= batch; order = order[batch:] {
			for k, e := range order[:batch] {
				c[k], o[k] = centres[e], contexts[e]
			}
			for k := range n {
				n[k] = contexts[rnd.IntN(len(contexts))]
			}
			must(step.Run())
		}
	}
	return words.Weight().Value().Data().([]float32)
}

func must[T any](x T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return x
}
