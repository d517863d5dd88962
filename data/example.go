package data

import (
	"fmt"

	"github.com/pkg/errors"
)

// Example is one labelled text.
type Example struct {
	Label, Text string
	File        string // name of the file that holds it, for errors
	Line        int    // line of the file, counted from 1
}

// ParseError is an error in the content of a file.
type ParseError struct {
	File string
	Line int // line of the file, counted from 1
	Err  error
}

// Error returns a line such as "films.tsv:2: the label is empty".
func (e *ParseError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns the error without its place.
func (e *ParseError) Unwrap() error { return e.Err }

// errorf returns a *ParseError at a line of a file.
func errorf(file string, line int, format string, args ...any) error {
	return &ParseError{file, line, errors.Errorf(format, args...)}
}
