// Package data loads labelled texts and makes batches of them for a static graph.
//
// The way from a file to a batch:
//
//	examples, err := data.ReadFile("train.tsv") // label TAB text, or CSV
//	vocab := data.NewVocab(examples, data.VocabConfig{})
//	labels, err := data.NewLabels(examples)
//	rows, err := data.Encode(examples, vocab, labels, maxLen)
//	batches := data.Batches(rows, 32, rnd)
//
// Toy returns a small set of opinions that is part of the package. An error about a file's content is a
// *ParseError, which holds the file and the line.
package data

import "fmt"

// Example is one labelled text.
type Example struct {
	Label, Text string
	File        string // where it was read, for errors
	Line        int    // counted from 1
}

// errorf returns a *ParseError at the example.
func (e Example) errorf(format string, args ...any) error {
	return &ParseError{e.File, e.Line, fmt.Errorf(format, args...)}
}

// ParseError is an error in the content of a file.
type ParseError struct {
	File string
	Line int // counted from 1
	Err  error
}

func (e *ParseError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns the error without its place.
func (e *ParseError) Unwrap() error { return e.Err }
