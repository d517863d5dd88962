// Attention classifies the toy set's opinions by self-attention: each word looks at the others, then the mean.
//
//	go run ./examples/attention
//
// It prints the accuracy (PyTorch's is 0.745), and how much the first word of a text attends to five:
//
//	accuracy 0.770
//	"Our hotel looked drab from": [0.047 0.044 0.049 0.046 0.047]
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
)

func main() {
	const dim, heads, time, batch = 32, 2, 32, 32
	opinions, dev, _ := data.Toy()
	corpus, names := data.NewCorpus(opinions), must(data.NewLabels(opinions))
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{MinCount: 2})
	samples, devSamples := must(corpus.Encode(vocab, names, time)), must(data.NewCorpus(dev).Encode(vocab, names, time))
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	ids, labels := make([]int, batch*time), make([]int, batch)
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
	fill := func(samples []data.Sample) {
		clear(ids)
		for k := range labels {
			copy(ids[k*time:], samples[k%len(samples)].IDs) // the last batch is filled up from its beginning
			labels[k] = samples[k%len(samples)].Label
		}
	}
	for range 6 {
		rnd.Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
		for part := range slices.Chunk(samples, batch) {
			fill(part)
			must(step.Run())
		}
	}
	right := 0
	for first := (len(devSamples) - 1) / batch * batch; first >= 0; first -= batch {
		fill(devSamples[first:])
		must(step.Evaluate())
		for k, s := range devSamples[first:min(first+batch, len(devSamples))] {
			if logits := scores.Data().([]float32)[2*k:]; (logits[1] > logits[0]) == (s.Label == 1) {
				right++
			}
		}
	}
	weight := weights.Data().([]float32) // (batch, heads, queries, keys)
	fmt.Printf("accuracy %.3f\n%q: %.3f\n", float64(right)/float64(len(dev)), dev[0].Text[:26], weight[:5])
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
