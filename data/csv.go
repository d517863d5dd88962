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
			s.line = syntax.Line
			return s.fail(syntax.Err)
		case errors.Is(err, errLongLine):
			s.line++
			return s.fail(err)
		case err != nil:
			return err
		}
		s.line, _ = records.FieldPos(0)
		if s.count == 0 && isHeader(record) {
			continue
		}
		if err := s.addRecord(record); err != nil {
			return err
		}
	}
}

func isHeader(record []string) bool {
	return len(record) == 2 && strings.EqualFold(record[0], "label") && strings.EqualFold(record[1], "text")
}

func (s *source) addRecord(record []string) error {
	switch len(record) {
	case 1:
		return s.add(record[0], "", errOneField)
	case 2:
		return s.add(record[0], record[1], nil)
	}
	return s.fail(errors.Errorf("%d fields: want two, label and text; quote a text that holds a comma", len(record)))
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
