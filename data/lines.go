package data

import (
	"bufio"
	"bytes"
	"io"
	"iter"

	"github.com/pkg/errors"
)

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
			s.line++
			return s.fail(errLongLine)
		}
		return scanner.Err()
	})
}
