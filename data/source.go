package data

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// maxLine is the longest line that is read, in bytes: a longer one is a file of another kind.
const maxLine = 1 << 20

var (
	errLongLine = errors.Errorf("longer than %d bytes: this is not a file of one example a line", maxLine)
	errStopped  = errors.New("the consumer stopped")
)

// source is an input whose examples are being read.
type source struct {
	file  string
	line  int // number of the line that was read last, from 1
	count int // number of examples so far
	yield func(Example, error) bool
}

// stream makes a Format's Read from a function that calls s.add for each example of r and returns its error.
func stream(read func(s *source, r io.Reader) error) func(r io.Reader, file string) iter.Seq2[Example, error] {
	return func(r io.Reader, file string) iter.Seq2[Example, error] {
		return func(yield func(Example, error) bool) {
			b := bufio.NewReader(r)
			if mark, _ := b.Peek(3); string(mark) == "\uFEFF" {
				b.Discard(3)
			}
			s := &source{file: file, yield: yield}
			err := read(s, b)
			if err == nil && s.count == 0 {
				err = &ParseError{file, max(1, s.line), errors.New("no examples: want a label and a text on each line")}
			}
			if err != nil && err != errStopped {
				yield(Example{}, err)
			}
		}
	}
}

// lines makes the Read of a Format of one example a line from a function that takes a line apart. Empty lines
// are passed over.
func lines(parse func(line string) (label, text string, err error)) func(r io.Reader, file string) iter.Seq2[Example, error] {
	return stream(func(s *source, r io.Reader) error {
		scanner := bufio.NewScanner(r)
		scanner.Buffer(nil, maxLine)
		for scanner.Scan() {
			s.line++
			if len(bytes.TrimSpace(scanner.Bytes())) == 0 {
				continue
			}
			if err := s.add(parse(scanner.Text())); err != nil {
				return err
			}
		}
		if errors.Is(scanner.Err(), bufio.ErrTooLong) {
			return &ParseError{s.file, s.line + 1, errLongLine}
		}
		return errors.Wrap(scanner.Err(), s.file)
	})
}

// add yields the example of the line that was read last, if nothing is wrong with it. An err says what is
// missing; label and text are then what there is, and content that is no text is the first thing to tell.
func (s *source) add(label, text string, err error) error {
	e := Example{Label: strings.TrimSpace(label), Text: strings.TrimSpace(text), File: s.file, Line: s.line}
	if err := cmp.Or(checkText(label), checkText(text), err); err != nil {
		return &ParseError{s.file, s.line, err}
	}
	switch {
	case e.Label == "":
		return e.errorf("the label is empty")
	case e.Text == "":
		return e.errorf("the text is empty")
	}
	s.count++
	if !s.yield(e, nil) {
		return errStopped
	}
	return nil
}

// twoFields returns the label and the text that a line of two fields holds.
func twoFields(fields []string) (label, text string, err error) {
	switch len(fields) {
	case 1:
		return fields[0], "", errors.New("one field: want two, label and text")
	case 2:
		return fields[0], fields[1], nil
	}
	return "", "", errors.Errorf("%d fields: want two, label and text; quote a text that holds a comma", len(fields))
}

func checkText(field string) error {
	switch {
	case !utf8.ValidString(field):
		return errors.New("invalid UTF-8: convert the file to UTF-8")
	case strings.IndexByte(field, 0) >= 0:
		return errors.New("a NUL byte: this is not a text file")
	}
	return nil
}
