// Attention classifies the toy set's opinions by self-attention: each word looks at the others, then the mean.
//
//	go run ./examples/attention
//
// It prints the accuracy (PyTorch's is 0.745), and how much the first word of the last text attends to five:
//
//	accuracy 0.768
//	weights [0.059 0.066 0.062 0.064 0.062]
package main

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

func main() {
	const dim, heads, time, batch = 32, 2, 32, 32
	samples, devSamples, vocab := read(time)
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	ids, labels := make([]int32, batch*time), make([]int, batch)
	x := must(layers.Input(g, "ids", ids, batch, time))
	words := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: vocab.Len(), EmbeddingDim: dim,
		IDs: layers.IDRules{PaddingIdx: new(0)}, Init: layers.Normal(rnd, 0.1)}))
	attend := must(layers.NewMultiheadAttention(g, "attend", layers.MultiheadAttentionConfig{EmbedDim: dim,
		Attention: layers.Attention{Heads: heads, IDs: x, PaddingIdx: new(0)}, Init: layers.Glorot(rnd)}))
	out := must(layers.NewLinear(g, "out", layers.LinearConfig{InFeatures: dim, OutFeatures: 2, Init: layers.Glorot(rnd)}))
	v := must(words.Forward(x))
	logits := must(layers.Sequential{attend, layers.MeanPool{IDs: x, PaddingIdx: new(0)}, out}.Forward(v))
	cost := must(loss.CrossEntropy(logits, must(layers.Input(g, "labels", labels))))
	var scores, weights gorgonia.Value
	gorgonia.Read(logits, &scores)
	gorgonia.Read(must(attend.Weights(v, v)), &weights)
	step := must(train.NewStep(cost, optim.Adam{}, optim.Config{LearningRate: 0.002}, words, attend, out))
	for range 6 {
		for order := rnd.Perm(samples.Len()); len(order) >= batch; order = order[batch:] {
			clear(ids)
			for k, e := range order[:batch] {
				labels[k] = samples.Label(e)
				copy(ids[k*time:], samples.At(e).IDs)
			}
			must(step.Run())
		}
	}
	right := 0
	for _, s := range devSamples.All() {
		clear(ids)
		copy(ids, s.IDs)
		must(step.Evaluate())
		if logits := scores.Data().([]float32); (logits[1] > logits[0]) == (s.Label == 1) {
			right++
		}
	}
	fmt.Printf("accuracy %.3f\n", float64(right)/float64(devSamples.Len()))
	fmt.Printf("weights %.3f\n", weights.Data().([]float32)[:5]) // of (batch, heads, queries, keys)
}

func read(time int) (train, dev *data.Samples, vocab *data.Vocab) {
	trainSet, devSet, _ := data.Toy()
	corpus := data.NewCorpus(trainSet)
	names := must(corpus.Labels())
	vocab = data.NewVocab(corpus.Counts(), data.VocabConfig{MinCount: 2})
	train, dev = must(corpus.Encode(vocab, names, time)), must(data.NewCorpus(devSet).Encode(vocab, names, time))
	return train, dev, vocab
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
