package vectors

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/hugepages"
	"gorgonia-embedding/internal/kernel"
)

// maxDim is the largest dimension of vectors: a larger one is that of a file of another kind.
const maxDim = 1 << 20

// maxRoom is how many words there is room for before they come.
const maxRoom = 1 << 20

// errEnough ends the reading of a file of which no more rows are wanted.
var errEnough = errors.New("enough")

// ParseError is an error in the content of a file.
type ParseError struct {
	File string
	Line int   // line of a file of text, counted from 1; or 0
	Byte int64 // place in a file of binary numbers, if Line is 0
	Err  error
}

// Error returns a line such as "glove.txt:7: 49 numbers, want 50" or "news.bin: byte 1200: the file ends".
func (e *ParseError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
	}
	return fmt.Sprintf("%s: byte %d: %v", e.File, e.Byte, e.Err)
}

// Unwrap returns the error without its place.
func (e *ParseError) Unwrap() error { return e.Err }

// Report says what was in a file.
type Report struct {
	Format      string // name of its format
	Compression string // gzip, zstd or none
	Type        string // what its numbers are: text, float16, float32, …
	Rows        int    // rows that were read, whether or not they were kept
	Declared    int    // rows that it says it has; 0 if it does not say
	Warnings    []Warning
}

// Warning is something odd that a file has Count times.
type Warning struct {
	What  string // such as "words that were there before, left out"
	Count int
	Word  string // the first one
	Line  int    // its line; or 0
	Byte  int64  // its place, if Line is 0
}

// String returns a line such as `2 words that were there before, left out: the first is "the" in line 7`.
func (w Warning) String() string {
	place := fmt.Sprintf("at byte %d", w.Byte)
	if w.Line > 0 {
		place = fmt.Sprintf("in line %d", w.Line)
	}
	if w.Word == "" {
		return fmt.Sprintf("%d %s, %s", w.Count, w.What, place)
	}
	return fmt.Sprintf("%d %s: the first is %q %s", w.Count, w.What, w.Word, place)
}

// String returns a line about the file, and one for each warning.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s", r.Format, r.Type)
	if r.Compression != "" {
		fmt.Fprintf(&b, ", %s", r.Compression)
	}
	fmt.Fprintf(&b, ", %d rows read", r.Rows)
	if r.Declared > 0 && r.Declared != r.Rows {
		fmt.Fprintf(&b, " of %d that the file tells of", r.Declared)
	}
	b.WriteByte('\n')
	for _, w := range r.Warnings {
		fmt.Fprintln(&b, w)
	}
	return b.String()
}

// reader is a file of vectors that is being read, and the table that it makes.
type reader struct {
	file      string
	cfg       ReadConfig
	report    Report
	in        *bufio.Reader
	closeZstd func()
	size      int64  // bytes of the file, or about as many, or -1
	line      int    // number of the line that was read last; 0 in files that have none
	long      []byte // the line that was read last, if it is longer than the buffer
	at        int64  // bytes that were read, in files that have no lines

	dim    int
	words  lexicon
	ids    index
	values []float32
	only   map[string]bool // words of cfg.Only that have not come yet
	others int             // rows of other words that are still to be kept
}

// begin is told what the file says of its size; rows is 0 if it does not say. A row takes at least so many bytes.
func (r *reader) begin(rows, dim, bytes int) error {
	if rows < 0 || dim < 1 || dim > maxDim {
		return r.errorf("%d rows of %d numbers: want a dimension in [1, %d]", rows, dim, maxDim)
	}
	r.dim, r.report.Declared = dim, rows
	room := rows
	if r.size >= 0 {
		fit := int(r.size/int64(bytes)) + 1
		if room == 0 || room > fit {
			room = fit
		}
	} else {
		room = min(room, 1+(1<<24)/dim)
	}
	if r.cfg.Limit > 0 {
		room = min(room, r.cfg.Limit)
	}
	if r.cfg.Only != nil {
		r.only = make(map[string]bool, len(r.cfg.Only))
		for _, w := range r.cfg.Only {
			r.only[w] = true
		}
		r.others = max(0, min(r.cfg.Others, math.MaxInt32))
		room = min(room, len(r.only)+r.others)
	}
	r.values = make([]float32, 0, room*dim) // memory that is not written to takes no room
	hugepages.Ask(r.values)
	r.words.ends = make([]uint32, 0, min(room, maxRoom))
	r.ids = newIndex(min(room, maxRoom))
	return nil
}

// row adds a row for word and returns the memory of its vector; or nil if the row is not wanted. It returns errEnough
// after the last one that is.
func (r *reader) row(word []byte) ([]float32, error) {
	if r.cfg.Limit > 0 && r.report.Rows == r.cfg.Limit || r.only != nil && len(r.only)+r.others == 0 {
		return nil, errEnough
	}
	r.report.Rows++
	if !utf8.Valid(word) {
		word = []byte(strings.ToValidUTF8(string(word), "\uFFFD"))
		r.warn("words that are not UTF-8, with U+FFFD for what is wrong", string(word))
	}
	other := r.only != nil && !r.only[string(word)]
	if other && r.others == 0 {
		return nil, nil
	}
	if _, again := r.ids.find(&r.words, text(word)); again {
		r.warn("words that were there before, left out", string(word))
		return nil, nil
	}
	if len(r.words.text)+len(word) > math.MaxUint32 || r.words.Len() == math.MaxInt32-1 {
		return nil, r.errorf("more than 2³¹ words, or 4 GiB of them: read fewer")
	}
	if delete(r.only, string(word)); other {
		r.others--
	}
	r.words.add(word)
	r.ids.add(&r.words, r.words.Len()-1)
	n := len(r.values)
	if n+r.dim > cap(r.values) {
		r.values = append(r.values, make([]float32, r.dim)...)
	}
	r.values = r.values[:n+r.dim]
	return r.values[n:], nil
}

// check is called when the vector of the last row is there. If that is not finite it takes the row back.
func (r *reader) check(vector []float32) {
	if kernel.FirstNotFinite(vector) < 0 {
		return
	}
	last := r.words.Len() - 1
	r.warn("rows that are not finite, left out", strings.Clone(r.words.Word(last)))
	r.ids.takeBack(&r.words, last)
	r.words.takeBack()
	r.values = r.values[:last*r.dim]
}

// warn counts something odd.
func (r *reader) warn(what, word string) {
	for i := range r.report.Warnings {
		if r.report.Warnings[i].What == what {
			r.report.Warnings[i].Count++
			return
		}
	}
	r.report.Warnings = append(r.report.Warnings, Warning{what, 1, word, r.line, r.at})
}

// errorf returns a *ParseError at the place that was read last.
func (r *reader) errorf(format string, args ...any) error {
	return &ParseError{r.file, r.line, r.at, errors.Errorf(format, args...)}
}

// locate gives an error a place, unless it has one.
func (r *reader) locate(err error) error {
	var parse *ParseError
	var path interface{ Timeout() bool }
	if errors.As(err, &parse) || errors.As(err, &path) {
		return err
	}
	if r.report.Compression != "" && errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the compressed data end: the file is cut off")
	}
	return &ParseError{r.file, r.line, r.at, err}
}

// full reads all of b.
func (r *reader) full(b []byte) error {
	n, err := io.ReadFull(r.in, b)
	r.at += int64(n)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return r.errorf("the file ends within a row: it is cut off")
	}
	return err
}

// until reads up to and with a byte, at most limit bytes. It returns io.EOF if there is nothing left.
func (r *reader) until(end byte, limit int) ([]byte, error) {
	b, err := r.in.ReadSlice(end)
	if err == io.EOF && len(b) == 0 {
		return nil, io.EOF
	}
	start := r.at
	r.at += int64(len(b))
	switch {
	case len(b) > limit || err == bufio.ErrBufferFull:
		r.at = start
		return nil, r.errorf("no %q within %d bytes: this is no word, or the numbers before it are of another dimension", end, limit)
	case err == io.EOF:
		return nil, r.errorf("the file ends within a word: it is cut off")
	}
	return b, err
}
