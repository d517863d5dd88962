package vectors

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// ReadPairs reads lines of two words and their similarity, with tabs, commas or blanks between them. Empty lines, lines
// that begin with # and a first line without a number are passed over; any other line is a *ParseError.
func ReadPairs(r io.Reader, file string) (pairs []Pair, err error) {
	err = eachLine(r, file, func(line string, number int) error {
		fields := strings.FieldsFunc(line, func(c rune) bool { return c == '\t' || c == ',' || c == ';' })
		if len(fields) < 3 {
			fields = strings.Fields(line)
		}
		if len(fields) < 3 {
			return errors.Errorf("want two words and a number, got %.40q", line)
		}
		similarity, err := strconv.ParseFloat(strings.TrimSpace(fields[2]), 64)
		if err != nil && number == 1 {
			return nil
		}
		if err != nil {
			return errors.Errorf("%.40q is no number", fields[2])
		}
		pairs = append(pairs, Pair{strings.TrimSpace(fields[0]), strings.TrimSpace(fields[1]), similarity})
		return nil
	})
	return pairs, err
}

// ReadAnalogies reads lines of four words, in sections that begin with a line of a colon and the section's name. Empty
// lines and lines that begin with # or // are passed over; any other line is a *ParseError.
func ReadAnalogies(r io.Reader, file string) (sections []Section, err error) {
	err = eachLine(r, file, func(line string, _ int) error {
		if name, ok := strings.CutPrefix(line, ":"); ok {
			sections = append(sections, Section{Name: strings.TrimSpace(name)})
			return nil
		}
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "//"):
			return nil
		case len(words) != 4:
			return errors.Errorf("want four words, got %d", len(words))
		case len(sections) == 0:
			sections = append(sections, Section{})
		}
		last := &sections[len(sections)-1]
		last.Questions = append(last.Questions, Question{words[0], words[1], words[2], words[3]})
		return nil
	})
	return sections, err
}

// IsAnalogies reports whether a file that begins with head has analogies, and not pairs: a first line with a colon at
// its start, or four words.
func IsAnalogies(head []byte) bool {
	for line := range bytes.Lines(head) {
		if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' || bytes.HasPrefix(line, []byte("//")) {
			continue
		}
		fields := bytes.Fields(line)
		if len(fields) != 4 {
			return line[0] == ':'
		}
		_, err := strconv.ParseFloat(string(fields[2]), 64)
		return err != nil
	}
	return false
}

// eachLine calls f with each line that is not empty and no remark.
func eachLine(r io.Reader, file string, f func(line string, number int) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	number := 0
	for s.Scan() {
		number++
		line := strings.TrimSpace(strings.TrimPrefix(s.Text(), "\uFEFF"))
		if line == "" || line[0] == '#' {
			continue
		}
		if err := f(line, number); err != nil {
			return &ParseError{File: file, Line: number, Err: err}
		}
	}
	return errors.Wrap(s.Err(), file)
}
