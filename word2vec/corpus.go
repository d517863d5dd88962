package word2vec

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"os"
	"strconv"

	"github.com/pkg/errors"
)

// Corpus yields sentences, each a list of words; an error ends it. It is gone through once to count the words and once
// for each epoch, and must yield the same each time. The list may be used again for the next sentence.
type Corpus iter.Seq2[[]string, error]

// File is the text in a file: a sentence a line, words between white space.
func File(path string) Corpus {
	return Lines(func() (io.ReadCloser, error) { return os.Open(path) }, nil)
}

// Lines is text that open opens anew each time: a sentence a line, of any length. split returns its words, data.Words for
// example; nil means those between white space.
func Lines(open func() (io.ReadCloser, error), split func(line string) []string) Corpus {
	return func(yield func([]string, error) bool) {
		r, err := open()
		if err != nil {
			yield(nil, err)
			return
		}
		defer r.Close()
		var words []string
		for line, err := range lines(r) {
			if split != nil {
				words = split(line)
			} else {
				words = appendFields(words[:0], line)
			}
			if !yield(words, err) || err != nil {
				return
			}
		}
	}
}

// longLine is where a longer line is cut, at white space.
const longLine = 1 << 16

// lines yields the lines of r, and the pieces of long ones.
func lines(r io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(make([]byte, 0, 4*longLine), 1<<30)
		s.Split(splitLines)
		for s.Scan() {
			if !yield(s.Text(), nil) {
				return
			}
		}
		if err := s.Err(); err != nil {
			yield("", errors.Wrap(err, "reading the corpus"))
		}
	}
}

// splitLines is a bufio.SplitFunc for lines, and for pieces of long ones that end at a blank.
func splitLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	advance, token, err = bufio.ScanLines(data, atEOF)
	if advance == 0 && len(data) >= longLine {
		if i := bytes.LastIndexByte(data, ' '); i > 0 {
			return i + 1, data[:i], nil
		}
	}
	return advance, token, err
}

// appendFields appends the words of a line: what strings.Fields returns if the white space is ASCII.
func appendFields(words []string, line string) []string {
	start := -1
	for i := range len(line) {
		switch c := line[i]; {
		case c == ' ' || c-'\t' <= '\r'-'\t':
			if start >= 0 {
				words = append(words, line[start:i])
			}
			start = -1
		case start < 0:
			start = i
		}
	}
	if start >= 0 {
		words = append(words, line[start:])
	}
	return words
}

// Sequences is lists of strings: words, or names of items.
func Sequences(sequences iter.Seq[[]string]) Corpus {
	return func(yield func([]string, error) bool) {
		for s := range sequences {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// IDs is lists of numbers, such as walks through a graph. Their words are the decimal numbers.
func IDs(sequences iter.Seq[[]int]) Corpus {
	return func(yield func([]string, error) bool) {
		names := make(map[int]string)
		var words []string
		for s := range sequences {
			words = words[:0]
			for _, id := range s {
				name, ok := names[id]
				if !ok {
					name = strconv.Itoa(id)
					names[id] = name
				}
				words = append(words, name)
			}
			if !yield(words, nil) {
				return
			}
		}
	}
}
