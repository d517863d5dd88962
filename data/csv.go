package data

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"io"

	"github.com/pkg/errors"
)

// CSV is the format of records as in RFC 4180. A first one may name the columns, which then may be in any order and more
// than label and text; without it each record is label,text.
func CSV() Format { return Format{"csv", []string{".csv"}, sniffCSV, reader(readCSV)} }

func sniffCSV(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return bytes.IndexByte(line, ',') >= 0 && bytes.IndexByte(line, '\t') < 0
}

func readCSV(s *rows) error {
	in := &csvLines{rows: s}
	records := csv.NewReader(in)
	records.FieldsPerRecord = -1
	records.ReuseRecord = true
	var label, text []byte
	for {
		record, err := records.Read()
		if err != nil {
			return csvError(err, s.file)
		}
		in.length = 0
		line, _ := records.FieldPos(0)
		isHeader, err := s.isHeader(record)
		if isHeader {
			continue
		}
		if err = cmp.Or(err, s.columns.check(len(record))); err == nil {
			label, text = append(label[:0], record[s.columns.label]...), append(text[:0], record[s.columns.text]...)
		}
		if err := s.add(label, text, line, err); err != nil {
			return err
		}
	}
}

// csvError returns the error that one of a csv.Reader means, nil for the end of the file.
func csvError(err error, file string) error {
	var syntax *csv.ParseError
	switch {
	case err == io.EOF:
		return nil
	case errors.As(err, &syntax):
		return &ParseError{file, syntax.Line, syntax.Err}
	}
	return err
}

// csvLines gives the lines of rows to a csv.Reader, which would not see that a line is no text or a record too long.
type csvLines struct {
	*rows
	line   []byte // last line, and its end
	read   int    // number of its bytes that were read
	length int    // number of bytes since the last record
}

func (c *csvLines) Read(p []byte) (int, error) {
	if c.read == len(c.line) {
		line, err := c.text()
		if err != nil {
			return 0, err
		}
		c.line, c.read = append(append(c.line[:0], line...), '\n'), 0
		if c.length += len(c.line); c.length > maxLine {
			return 0, c.at(errLongLine)
		}
	}
	n := copy(p, c.line[c.read:])
	c.read += n
	return n, nil
}
