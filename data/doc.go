// Package data reads labelled texts and turns them into numbers.
//
// The way from files to what a classifier takes:
//
//	train, err := data.ReadFile("train.tsv") // the ending of the name chooses one of Formats
//	corpus := data.NewCorpus(train)          // splits each text into words, once
//	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
//	labels, err := data.NewLabels(train)
//	samples, err := corpus.Encode(vocab, labels, 0)
//
// Other files are encoded by the vocabulary and the labels of the training file:
//
//	dev, err := data.ReadFile("dev.tsv")
//	devSamples, err := data.NewCorpus(dev).Encode(vocab, labels, 0)
//
// A Format yields the examples of a file one by one, for a program that need not have all of them in memory. Toy
// returns a small set of opinions that is part of the package. An error in the content of a file is a *ParseError,
// which holds the file and the line.
package data
