// Package data reads labelled texts and turns them into numbers.
//
// The way from a file to what a classifier takes:
//
//	examples, err := data.ReadFile("train.tsv") // the ending of the name chooses one of Formats
//	vocab := data.NewVocab(examples, data.VocabConfig{})
//	labels, err := data.NewLabels(examples)
//	samples, err := data.Encode(examples, vocab, labels, 0)
//
// Toy returns a small set of opinions that is part of the package. An error in the content of a file is a
// *ParseError, which holds the file and the line.
package data
