package data

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"

	"github.com/pkg/errors"
)

// CSV is the format of records label,text as in RFC 4180. A first record "label,text" is a header.
func CSV() Format { return Format{"csv", []string{".csv"}, stream(readCSV)} }

func readCSV(s *source, r io.Reader) error {
	records := csv.NewReader(&lineLimiter{r: r})
	records.FieldsPerRecord = -1
	records.ReuseRecord = true
	for {
		record, err := records.Read()
		var syntax *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &syntax):
			return &ParseError{s.file, syntax.Line, syntax.Err}
		case errors.Is(err, errLongLine):
			return &ParseError{s.file, s.line + 1, err}
		case err != nil:
			return errors.Wrap(err, s.file)
		}
		s.line, _ = records.FieldPos(0)
		if s.count == 0 && len(record) == 2 && strings.EqualFold(record[0], "label") && strings.EqualFold(record[1], "text") {
			continue
		}
		if err := s.add(twoFields(record)); err != nil {
			return err
		}
	}
}

// lineLimiter reads from r until a line is too long.
type lineLimiter struct {
	r      io.Reader
	length int // number of bytes of the line so far
}

func (l *lineLimiter) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if i := bytes.LastIndexByte(p[:n], '\n'); i >= 0 {
		l.length = n - i - 1
	} else if l.length += n; l.length > maxLine {
		return 0, errLongLine
	}
	return n, err
}
