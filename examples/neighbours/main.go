// Neighbours trains word vectors on the toy set by skip-gram with negative sampling (Mikolov et al., NIPS 2013).
//
//	go run ./examples/neighbours
//
// It prints the loss of the last epoch (PyTorch's is 1.440), and which words are near each other:
//
//	loss 1.446
//	film         waiter         boring
//	drama 0.79   porters 0.90   lazy 0.79
//	webcam 0.77  waitress 0.87  aquarium 0.76
package main

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
	"gorgonia-embedding/vectors"
)

const dim, window, negatives, batch = 32, 2, 5, 128

func main() {
	opinions, _, _ := data.Toy()
	corpus := data.NewCorpus(opinions)
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{MinCount: 3})
	centre, context := pairs(must(corpus.Encode(vocab, must(corpus.Labels()), 0)))
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	table := func(name string, init gorgonia.InitWFn) *layers.Embedding {
		return must(layers.NewEmbedding(g, name, layers.EmbeddingConfig{NumEmbeddings: vocab.Len(), EmbeddingDim: dim,
			IDs: layers.IDRules{Sparse: true}, Init: init}))
	}
	words, around := table("words", layers.Uniform(rnd, -0.5/dim, 0.5/dim)), table("around", layers.Zeros())
	c, o, n := make([]int32, batch), make([]int32, batch), make([]int32, batch*negatives)
	cost := must(loss.NegativeSampling(words.Table, around.Table, loss.Pairs{Centres: must(layers.Input(g, "centres", c)),
		Contexts: must(layers.Input(g, "contexts", o)), Negatives: must(layers.Input(g, "negatives", n, batch, negatives))}))
	step := must(train.NewStep(cost, optim.Adam{}, optim.Config{LearningRate: 0.005}, words, around))
	sum := 0.0
	for range 10 {
		sum = 0
		for order := rnd.Perm(len(centre)); len(order) >= batch; order = order[batch:] {
			for k, e := range order[:batch] {
				c[k], o[k] = centre[e], context[e]
			}
			for k := range n {
				n[k] = int32(2 + rnd.IntN(vocab.Len()-2))
			}
			sum += must(step.Run())
		}
	}
	near := must(must(vectors.New(vocab, words.Weight().Value().Data())).Nearest(2, "film", "waiter", "boring"))
	fmt.Printf("loss %.3f\n%s", sum/float64(len(centre)/batch), near)
}

func pairs(samples *data.Samples) (centre, context []int32) {
	for _, s := range samples.All() {
		known := slices.DeleteFunc(s.IDs, func(id int32) bool { return id < 2 }) // neither padding nor unknown
		for k, id := range known {
			for _, other := range slices.Concat(known[max(0, k-window):k], known[k+1:min(k+1+window, len(known))]) {
				centre, context = append(centre, id), append(context, other)
			}
		}
	}
	return centre, context
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
