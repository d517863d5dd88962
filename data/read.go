package data

import (
	"bufio"
	"bytes"
	"encoding/csv"
	stderrors "errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// maxLine is the longest line that is read, in bytes: a longer one is a file of another kind.
const maxLine = 1 << 20

// Format is the layout of a file of examples.
type Format int

const (
	TSV Format = iota // label TAB text, one a line; further tabs belong to the text
	CSV               // label,text as in RFC 4180; a first line "label,text" is a header
)

// ReadFile reads the examples of the file at path: CSV if its name ends in .csv, else TSV.
func ReadFile(path string) ([]Example, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.Errorf("%s: is a folder: name a file in it", path)
	}
	format := TSV
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		format = CSV
	}
	return Read(f, path, format)
}

// Read reads examples from r; name stands for it in errors. A byte order mark at the start, carriage
// returns at line ends and empty lines are passed over. An input without examples, a line without two
// fields, with an empty one, with invalid UTF-8 or a NUL, or longer than 1 MiB is a *ParseError.
func Read(r io.Reader, name string, format Format) ([]Example, error) {
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); string(mark) == "\uFEFF" {
		b.Discard(3)
	}
	p := &parser{file: name}
	var err error
	if format == CSV {
		err = p.readCSV(b)
	} else {
		err = p.readTSV(b)
	}
	if err == nil && len(p.examples) == 0 {
		err = &ParseError{name, max(1, p.line), errors.New("no examples: want a label and a text on each line")}
	}
	if err != nil {
		return nil, err
	}
	return p.examples, nil
}

type parser struct {
	file     string
	line     int // the last one seen
	examples []Example
}

func (p *parser) readTSV(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		p.line++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		label, text, found := strings.Cut(lines.Text(), "\t")
		if !found {
			text = "" // the label's own errors, such as binary content, come first
		}
		if err := p.add(label, text, found); err != nil {
			return err
		}
	}
	if stderrors.Is(lines.Err(), bufio.ErrTooLong) {
		return &ParseError{p.file, p.line + 1, errLongLine}
	}
	return errors.Wrap(lines.Err(), p.file)
}

func (p *parser) readCSV(r io.Reader) error {
	records := csv.NewReader(&lineLimiter{r: r})
	records.FieldsPerRecord = -1
	records.ReuseRecord = true
	for {
		record, err := records.Read()
		var syntax *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case stderrors.As(err, &syntax):
			return &ParseError{p.file, syntax.Line, syntax.Err}
		case stderrors.Is(err, errLongLine):
			return &ParseError{p.file, p.line + 1, err}
		case err != nil:
			return errors.Wrap(err, p.file)
		}
		p.line, _ = records.FieldPos(0)
		if len(p.examples) == 0 && len(record) == 2 && strings.EqualFold(record[0], "label") && strings.EqualFold(record[1], "text") {
			continue
		}
		if len(record) > 2 {
			return &ParseError{p.file, p.line, errors.Errorf("%d fields: want two, label and text; quote a text that holds a comma", len(record))}
		}
		if err := p.add(record[0], strings.Join(record[1:], ""), len(record) == 2); err != nil {
			return err
		}
	}
}

// add checks a line's two fields and keeps them.
func (p *parser) add(label, text string, two bool) error {
	e := Example{Label: strings.TrimSpace(label), Text: strings.TrimSpace(text), File: p.file, Line: p.line}
	for _, field := range []string{label, text} {
		switch {
		case !utf8.ValidString(field):
			return e.errorf("invalid UTF-8: convert the file to UTF-8")
		case strings.ContainsRune(field, 0):
			return e.errorf("a NUL byte: this is not a text file")
		}
	}
	switch {
	case !two:
		return e.errorf("one field: want two, label and text")
	case e.Label == "":
		return e.errorf("the label is empty")
	case e.Text == "":
		return e.errorf("the text is empty")
	}
	p.examples = append(p.examples, e)
	return nil
}

var errLongLine = errors.Errorf("longer than %d bytes: this is not a file of one example a line", maxLine)

// lineLimiter reads from r until a line is too long.
type lineLimiter struct {
	r      io.Reader
	length int // of the line so far
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
