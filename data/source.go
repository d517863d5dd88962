package data

import (
	"bufio"
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
	errOneField = errors.New("one field: want two, label and text")
	errStopped  = errors.New("the consumer stopped")
)

// source is an input whose examples are being read.
type source struct {
	file  string
	line  int // line that was read last, counted from 1
	count int // number of examples so far
	yield func(Example, error) bool
}

// stream makes a Format's Read from a function that calls s.add for each example of r. Its errors are those of
// s.add and s.fail, which hold the line, and those of r.
func stream(read func(s *source, r io.Reader) error) func(r io.Reader, file string) iter.Seq2[Example, error] {
	return func(r io.Reader, file string) iter.Seq2[Example, error] {
		return func(yield func(Example, error) bool) {
			s := &source{file: file, yield: yield}
			err := read(s, skipMark(r))
			if err == nil && s.count == 0 {
				s.line = max(1, s.line)
				err = s.fail(errors.New("no examples: want a label and a text on each line"))
			}
			var parse *ParseError
			switch {
			case err == nil || err == errStopped:
			case errors.As(err, &parse):
				yield(Example{}, parse)
			default:
				yield(Example{}, errors.Wrap(err, file))
			}
		}
	}
}

// skipMark passes over a byte order mark.
func skipMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); string(mark) == "\uFEFF" {
		b.Discard(3)
	}
	return b
}

// add yields the example of the line that was read last, if nothing is wrong with it. An err says what is
// missing; label and text are then what there is, and content that is no text is the first thing to tell.
func (s *source) add(label, text string, err error) error {
	for _, wrong := range []error{checkText(label), checkText(text), err} {
		if wrong != nil {
			return s.fail(wrong)
		}
	}
	e := Example{Label: strings.TrimSpace(label), Text: strings.TrimSpace(text), File: s.file, Line: s.line}
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

func checkText(field string) error {
	switch {
	case !utf8.ValidString(field):
		return errors.New("invalid UTF-8: convert the file to UTF-8")
	case strings.IndexByte(field, 0) >= 0:
		return errors.New("a NUL byte: this is not a text file")
	}
	return nil
}

// fail returns a *ParseError at the line that was read last.
func (s *source) fail(err error) error { return &ParseError{s.file, s.line, err} }
