// Language predicts the next word of the toy set's opinions from the three before it. The table of input words is that
// of output words, too (Press and Wolf, EACL 2017).
//
//	go run ./examples/language
//
// It prints the perplexity on other sentences (PyTorch's is 133, too, and that of word frequencies 262):
//
//	one word in 133
package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

const dim, time, batch = 32, 3, 64

func main() {
	trainSet, dev, _ := data.Toy()
	corpus := data.NewCorpus(trainSet)
	labels := must(corpus.Labels())
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{MinCount: 2})
	past, next := contexts(must(corpus.Encode(vocab, labels, 0)))
	devPast, devNext := contexts(must(data.NewCorpus(dev).Encode(vocab, labels, 0)))
	g, rnd := gorgonia.NewGraph(), rand.New(rand.NewPCG(1, 1))
	words := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: vocab.Len(), EmbeddingDim: dim,
		Init: layers.Normal(rnd, 0.1), AttendBias: layers.Zeros()}))
	hidden := must(layers.NewLinear(g, "hidden", layers.LinearConfig{InFeatures: dim, OutFeatures: dim,
		Init: layers.Glorot(rnd)}))
	in, out := make([]int32, batch*time), make([]int32, batch)
	encoder := layers.Sequential{words, layers.MeanPool{}, hidden, layers.Func(gorgonia.Tanh)}
	logits := must(words.Attend(must(encoder.Forward(must(layers.Input(g, "past", in, batch, time))))))
	cost := must(loss.CrossEntropy(logits, must(layers.Input(g, "next", out))))
	step := must(train.NewStep(cost, optim.Adam{}, optim.Config{LearningRate: 0.003}, encoder))
	for range 5 {
		for order := rnd.Perm(len(next)); len(order) >= batch; order = order[batch:] {
			for k, e := range order[:batch] {
				copy(in[k*time:], past[e*time:(e+1)*time])
				out[k] = next[e]
			}
			must(step.Run())
		}
	}
	sum := 0.0
	for at := 0; at < len(devNext); at += batch {
		copy(in, devPast[at*time:])
		copy(out, slices.Repeat([]int32{loss.Ignored}, batch))
		n := copy(out, devNext[at:])
		sum += must(step.Evaluate()) * float64(n)
	}
	fmt.Printf("one word in %.0f\n", math.Exp(sum/float64(len(devNext))))
}

// contexts returns the words of the samples, and those before each; what is before the first one is padding.
func contexts(samples *data.Samples) (past, next []int32) {
	for _, s := range samples.All() {
		next = append(next, s.IDs...)
		for k, padded := 0, append(make([]int32, time), s.IDs...); k < len(s.IDs); k++ {
			past = append(past, padded[k:k+time]...)
		}
	}
	return past, next
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
