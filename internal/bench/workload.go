// Package bench is the work by which this module and its peers are measured: PyTorch, fastText, Gorgonia's own ops and
// plain Go loops.
//
// All of them do the same work on the same numbers: the workloads of this file, which Write writes for those that are
// not Go programs, and weights that start as initial says. The peers in Go are with the benchmarks, in the tests.
//
//	make bench          the peers in Go
//	make bench-pytorch  PyTorch and fastText
//
// run the command in cmd, which runs both sides in turn and prints the ratios that docs/performance.md holds.
package bench

import (
	"math/rand/v2"
	"slices"
)

// Sizes of a training step: Batch texts of Time ids each, and a table whose rows have Dim elements.
const (
	Batch   = 64
	Time    = 32
	Dim     = 64
	Classes = 2

	StepBatches = 64 // number of batches that a benchmark of the step takes in turn

	// The step on a huge table is compared with that on a smaller one. So many batches touch more of its rows than the
	// caches hold.
	GrowthBatches = 512
	GrowthFrom    = 100_000
	GrowthTo      = 10_000_000
)

// Learning rates of the step, by solver.
const (
	rateSGD  = 0.5
	rateAdam = 1e-3
)

// linearAt is where in the list of initial weights those of the linear layer begin.
const linearAt = 12345

// Solvers returns the names of the step's solvers.
func Solvers() []string { return []string{"sgd", "adam"} }

// Vocabs returns the numbers of rows of the step's tables.
func Vocabs() []int { return []int{1000, 10_000, 100_000, 1_000_000} }

// Sizes of the lookup.
const (
	LookupVocab   = 50_000
	LookupDim     = 128
	LookupIDs     = 8192
	LookupBatches = 16
)

// LossBatch is the number of rows of a loss's logits.
const LossBatch = 128

// LossClasses are the numbers of classes of the cross-entropy.
func LossClasses() []int { return []int{2, 100, 3000, 30_000} }

// Sizes of the whole training.
const (
	TextEpochs = 10
	TextVocab  = 20_000
	TextTime   = 20
	TextTrain  = 10_000
	TextDev    = 1_000
	TextTest   = 2_000
)

// Texts are labelled texts of equal length, one after the other in IDs.
type Texts struct {
	IDs, Labels []int
}

// Batch returns the k-th batch of a step's texts.
func (t Texts) Batch(k int) (ids, labels []int) {
	return t.IDs[k*Batch*Time : (k+1)*Batch*Time], t.Labels[k*Batch : (k+1)*Batch]
}

// StepTexts returns the texts of a number of batches for training steps on a table of vocab rows.
func StepTexts(vocab, batches int) Texts {
	rnd := rand.New(rand.NewPCG(uint64(vocab), 1))
	return texts(rnd, zipf(rnd, vocab), vocab, batches*Batch, Time)
}

// TrainingTexts returns the texts of the whole training.
func TrainingTexts() (train, dev, test Texts) {
	rnd := rand.New(rand.NewPCG(TextVocab, 2))
	next := zipf(rnd, TextVocab)
	train = texts(rnd, next, TextVocab, TextTrain, TextTime)
	dev = texts(rnd, next, TextVocab, TextDev, TextTime)
	test = texts(rnd, next, TextVocab, TextTest, TextTime)
	return train, dev, test
}

// Distributions returns the names that LookupBatch knows.
func Distributions() []string { return []string{"zipf", "uniform"} }

// LookupBatch returns the ids of all batches of the lookup: words as texts use them, or uniform ids, which
// are the worst for a cache.
func LookupBatch(distribution string) []int {
	rnd := rand.New(rand.NewPCG(LookupVocab, 3))
	next := func() int { return rnd.IntN(LookupVocab) }
	if distribution == "zipf" {
		next = zipf(rnd, LookupVocab)
	}
	ids := make([]int, LookupBatches*LookupIDs)
	for i := range ids {
		ids[i] = next()
	}
	return ids
}

// LossLogits returns logits in [−3, 3), and labels, which pytorch.py computes too.
func LossLogits(classes int) (logits []float32, labels []int) {
	logits, labels = initial(LossBatch*classes, 0), make([]int, LossBatch)
	for i := range logits {
		logits[i] *= 30
	}
	for i := range labels {
		labels[i] = i * 7919 % classes
	}
	return logits, labels
}

// zipf draws ids of [0, vocab) as a text draws words, the commonest first: id k with a weight of 1/(k+2.7)
// (Mandelbrot's correction of Zipf's law).
func zipf(rnd *rand.Rand, vocab int) func() int {
	sums, sum := make([]float64, vocab), 0.0
	for i := range sums {
		sum += 1 / (float64(i) + 2.7)
		sums[i] = sum
	}
	return func() int {
		k, _ := slices.BinarySearch(sums, rnd.Float64()*sum)
		return min(k, vocab-1)
	}
}

// texts draws n texts of time ids each. The words whose id ends in 3 are of class 1 and those that end in 4 of
// class 0: in a text of the other class, such a word becomes its neighbour 7 times in 10.
func texts(rnd *rand.Rand, next func() int, vocab, n, time int) Texts {
	t := Texts{IDs: make([]int, 0, n*time), Labels: make([]int, n)}
	for i := range t.Labels {
		t.Labels[i] = rnd.IntN(Classes)
		for range time {
			id := next()
			switch {
			case id%10 == 3 && t.Labels[i] == 0 && id+1 < vocab && rnd.Float64() < 0.7:
				id++
			case id%10 == 4 && t.Labels[i] == 1 && rnd.Float64() < 0.7:
				id--
			}
			t.IDs = append(t.IDs, id)
		}
	}
	return t
}

// initial returns the initial weights from position at of an endless list of numbers in [−0.1, 0.1), which
// pytorch.py computes too.
func initial(n, at int) []float32 {
	w := make([]float32, n)
	for i := range w {
		w[i] = float32((float64(uint32(i+at)*2654435761)/(1<<32) - 0.5) * 0.2)
	}
	return w
}
