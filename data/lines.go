package data

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// maxLine is the longest line or text that is read, in bytes: a longer one is a file of another kind.
const maxLine = 64 << 20

var errLongLine = errors.Errorf("longer than %d bytes: this is not a file of one example a line", maxLine)

// lineReader reads lines, of which it holds one in memory.
type lineReader struct {
	r    *bufio.Reader
	file string
	line int    // number of the line that was read last, from 1
	long []byte // memory of lines that the buffer of r is too small for
}

func newLineReader(r io.Reader, file string) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 64<<10), file: file}
}

// next returns the next line without its end, and io.EOF after the last one. The memory is good until the next call. An
// error is told only after the lines before it, and has the name of the file.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		line, err = l.rest(line)
	}
	switch {
	case err != nil && err != io.EOF && err != errLongLine:
		return nil, errors.Wrap(err, l.file)
	case err == io.EOF && len(line) == 0:
		return nil, io.EOF
	}
	l.line++
	if err == errLongLine {
		return nil, l.at(err)
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), nil
}

// rest reads what follows start in its line, and returns both together.
func (l *lineReader) rest(start []byte) (line []byte, err error) {
	l.long = append(l.long[:0], start...)
	for err = bufio.ErrBufferFull; err == bufio.ErrBufferFull; {
		if len(l.long) > maxLine {
			return nil, errLongLine
		}
		start, err = l.r.ReadSlice('\n')
		l.long = append(l.long, start...)
	}
	return l.long, err
}

// at returns err with the file and the line that was read last.
func (l *lineReader) at(err error) error { return &ParseError{l.file, l.line, err} }

// checkText returns an error if a line is no text.
func checkText(line []byte) error {
	if !utf8.Valid(line) {
		valid := 0
		for r, size := utf8.DecodeRune(line); r != utf8.RuneError || size != 1; r, size = utf8.DecodeRune(line[valid:]) {
			valid += size
		}
		return errors.Errorf("invalid UTF-8 at byte %d of the line: convert the file to UTF-8", valid+1)
	}
	if i := bytes.IndexByte(line, 0); i >= 0 {
		return errors.Errorf("a NUL byte at byte %d of the line: this is not a text file", i+1)
	}
	return nil
}
