// Package data reads labelled texts and turns them into numbers.
//
// The way from files to what a classifier takes:
//
//	source, err := data.Open("train.tsv", data.ReadConfig{}) // or .csv, .jsonl, of fastText, a folder; .gz and .zst too
//	defer source.Close()
//	corpus, err := data.ReadCorpus(source.Rows()) // splits each text into words, once, and keeps no text
//	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
//	labels, err := corpus.Labels()
//	samples, err := corpus.Encode(vocab, labels, 0)
//
// Other files are encoded by the vocabulary and the labels of the training file. If there are none, Corpus.Split splits
// a dev and a test set off. NewCorpus takes examples that are in memory, such as those of Toy, a small set of opinions
// that is part of the package, or of ReadFile.
//
// A Source yields the examples of a file one by one, for a program that need not have all of them in memory. An error in
// the content of a file is a *ParseError, which holds the file and the line.
package data
