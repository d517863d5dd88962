package data

import (
	"bytes"
	"io"
	"iter"

	"github.com/pkg/errors"
)

// Row is an example as a Format reads it. Its memory is the reader's, good until the next row is read.
type Row struct {
	Label, Text []byte // the text may be empty
	File        string // name of the file that holds it, for errors
	Line        int    // line of the file at which it begins, counted from 1
}

// Example returns a copy of the row.
func (r Row) Example() Example { return Example{string(r.Label), string(r.Text), r.File, r.Line} }

var errStopped = errors.New("the consumer stopped")

// rows is an input whose rows are being read.
type rows struct {
	*lineReader
	cfg     ReadConfig
	columns columns
	count   int // number of rows so far
	yield   func(Row, error) bool
}

// reader makes a Format's Read from a function that calls s.add for each example and returns its error.
func reader(read func(s *rows) error) func(r io.Reader, file string, cfg ReadConfig) iter.Seq2[Row, error] {
	return func(r io.Reader, file string, cfg ReadConfig) iter.Seq2[Row, error] {
		return func(yield func(Row, error) bool) {
			s := &rows{lineReader: newLineReader(r, file), cfg: cfg, yield: yield}
			if mark, _ := s.r.Peek(3); string(mark) == "\uFEFF" {
				s.r.Discard(3)
			}
			err := read(s)
			if err == nil && s.count == 0 {
				err = &ParseError{file, max(1, s.line), errors.New("no examples: want a label and a text on each line")}
			}
			if err != nil && err != errStopped {
				yield(Row{}, err)
			}
		}
	}
}

// lines makes the Read of a Format of one example a line from a function that takes a line apart. Empty lines and those
// of which it says errNoExample are passed over.
func lines(parse func(s *rows, line []byte) (label, text []byte, err error)) func(r io.Reader, file string, cfg ReadConfig) iter.Seq2[Row, error] {
	return reader(func(s *rows) error {
		for {
			line, err := s.text()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			label, text, err := parse(s, line)
			if err == errNoExample {
				continue
			}
			if err := s.add(label, text, s.line, err); err != nil {
				return err
			}
		}
	})
}

var errNoExample = errors.New("a line that holds no example, but names the columns")

// text is next, but of text.
func (s *rows) text() ([]byte, error) {
	line, err := s.next()
	if err == nil {
		if err = checkText(line); err != nil {
			err = s.at(err)
		}
	}
	return line, err
}

// add yields the example that begins at a line, if err is nil and it has a label. An error has the line.
func (s *rows) add(label, text []byte, line int, err error) error {
	row := Row{bytes.TrimSpace(label), bytes.TrimSpace(text), s.file, line}
	switch {
	case err != nil:
	case len(row.Label) == 0:
		err = errors.New("the label is empty")
	case len(row.Text) == 0 && s.cfg.Strict:
		err = errors.New("the text is empty")
	}
	if err != nil {
		return &ParseError{s.file, line, err}
	}
	s.count++
	if !s.yield(row, nil) {
		return errStopped
	}
	return nil
}
