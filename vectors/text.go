package vectors

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// word2vec is the text format of word2vec, gensim and fastText's .vec: a line with the number of words and their
// dimension, then a line for each word, with its numbers after it.
func word2vec() Format {
	return Format{name: "word2vec", endings: []string{".vec", ".w2v"}, sniff: isWord2vec, write: writeWord2vec,
		read: func(r *reader) error { return readText(r, true) }}
}

// glove is the format of GloVe: that of word2vec without its first line.
func glove() Format {
	return Format{name: "glove", endings: []string{".txt"}, sniff: isGlove, write: writeLines,
		read: func(r *reader) error { return readText(r, false) }}
}

// header returns the two numbers of word2vec's first line, and what follows it.
func header(head []byte) (rows, dim int, rest []byte, ok bool) {
	line, rest, _ := bytes.Cut(head, []byte{'\n'})
	fields := bytes.Fields(line)
	if len(fields) != 2 || len(line) > 64 {
		return 0, 0, nil, false
	}
	rows, err := strconv.Atoi(string(fields[0]))
	if err != nil || rows < 0 {
		return 0, 0, nil, false
	}
	dim, err = strconv.Atoi(string(fields[1]))
	return rows, dim, rest, err == nil && dim > 0
}

// isWord2vec also looks at the second line: two whole numbers may be a word of GloVe's and its one number.
func isWord2vec(head []byte) bool {
	_, dim, rest, ok := header(head)
	line, _, _ := bytes.Cut(rest, []byte{'\n'})
	return ok && isText(rest, dim) && (dim == 1 || len(bytes.Fields(line)) != 2)
}

// isText reports whether numbers are written out after the first word of rows.
func isText(rows []byte, dim int) bool {
	_, numbers, _ := bytes.Cut(rows, []byte{' '})
	numbers = numbers[:min(len(numbers), 4*dim)]
	if end := bytes.IndexByte(numbers, '\n'); end >= 0 {
		numbers = numbers[:end]
	}
	for _, b := range numbers {
		if b < ' ' && b != '\t' && b != '\r' || b > '~' {
			return false
		}
	}
	return true
}

func isGlove(head []byte) bool {
	line, _, whole := bytes.Cut(head, []byte{'\n'})
	fields := bytes.Fields(line)
	if !whole && len(fields) > 2 {
		fields = fields[:len(fields)-1] // it may be cut
	}
	if len(fields) < 2 || bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	last := fields[len(fields)-1]
	_, _, ok := number(last, 0)
	return ok
}

// maxLine is the most bytes of a line.
const maxLine = 1 << 24

// nextLine returns the next line that is not empty, without blanks at its end, or io.EOF.
func (r *reader) nextLine() ([]byte, error) {
	for {
		line, err := r.in.ReadSlice('\n')
		r.line++
		if err == bufio.ErrBufferFull {
			line, err = r.longLine(line)
		}
		if r.line == 1 {
			line = bytes.TrimPrefix(line, []byte("\uFEFF"))
		}
		if line = bytes.TrimRight(line, " \t\r\n"); len(line) > 0 && (err == nil || err == io.EOF) {
			return line, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// longLine returns a line that begins so and is longer than the buffer.
func (r *reader) longLine(start []byte) ([]byte, error) {
	r.long = append(r.long[:0], start...)
	for {
		more, err := r.in.ReadSlice('\n')
		r.long = append(r.long, more...)
		if len(r.long) > maxLine {
			return nil, r.errorf("longer than %d bytes: this is no file of word vectors", maxLine)
		}
		if err != bufio.ErrBufferFull {
			return r.long, err
		}
	}
}

// readText reads lines of a word and its numbers.
func readText(r *reader, withHeader bool) error {
	line, err := r.nextLine()
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return err
	}
	r.report.Type = "text"
	if withHeader {
		rows, dim, _, ok := header(line)
		if !ok {
			return r.errorf("want the number of words and their dimension, got %.40q", line)
		}
		if err := r.begin(rows, dim, 2*dim); err != nil {
			return err
		}
		line, err = r.nextLine()
	} else if err := r.begin(0, dimension(line), min(len(line)/2, 4*dimension(line))); err != nil {
		return err
	}
	for ; err == nil; line, err = r.nextLine() {
		if err := r.textRow(line); err != nil {
			return err
		}
	}
	if err == io.EOF {
		r.line--
		return r.countRows()
	}
	return err
}

// countRows warns if there are not as many rows as the file said.
func (r *reader) countRows() error {
	if off := r.report.Rows - r.report.Declared; off < 0 && r.report.Declared > 0 {
		r.report.Warnings = append(r.report.Warnings, Warning{What: "rows fewer than the file says it has", Count: -off, Line: r.line, Byte: r.at})
	} else if off > 0 && r.report.Declared > 0 {
		r.report.Warnings = append(r.report.Warnings, Warning{What: "rows more than the file says it has", Count: off, Line: r.line, Byte: r.at})
	}
	return nil
}

// dimension returns how many numbers a line ends with, without its first field.
func dimension(line []byte) (n int) {
	fields := bytes.FieldsFunc(line, func(c rune) bool { return c == ' ' || c == '\t' })
	for n < len(fields)-1 {
		field := fields[len(fields)-1-n]
		if _, _, ok := number(field, 0); !ok {
			break
		}
		n++
	}
	return n
}

// textRow reads a line.
func (r *reader) textRow(line []byte) error {
	word, at, err := r.split(line)
	if err != nil {
		return err
	}
	row, err := r.row(word)
	if row == nil || err != nil {
		return err
	}
	for j := range row {
		for at < len(line) && isBlank(line[at]) {
			at++
		}
		end, ok := 0, false
		if row[j], end, ok = number(line, at); !ok {
			if n := dimension(line); n < r.dim {
				return r.errorf("%d numbers, want %d", n, r.dim)
			}
			return r.errorf("%.40q is no number", line[at:end])
		}
		at = end
	}
	r.check(row)
	return nil
}

// split returns the word of a line, and where its numbers begin. A word may have blanks in it: the last fields of a line
// are the numbers.
func (r *reader) split(line []byte) (word []byte, at int, err error) {
	if first := bytes.IndexByte(line, ' '); bytes.Count(line, []byte{' '}) == r.dim && bytes.IndexByte(line, '\t') < 0 {
		return line[:first], first, nil
	}
	at = len(line)
	n := 0
	for ; n < r.dim && at > 0; n++ { // at the blank before a field
		for at--; at > 0 && isBlank(line[at]); at-- {
		}
		for ; at > 0 && !isBlank(line[at]); at-- {
		}
	}
	word = bytes.TrimRight(line[:at], " \t")
	more := dimension(append(bytes.Clone(word), " 0"...)) - 1
	if numbers := dimension(line); len(word) == 0 && !isBlank(line[0]) || more > 0 && numbers > r.dim && more+1 == len(bytes.Fields(word)) {
		return nil, 0, r.errorf("%d numbers, want %d", numbers, r.dim)
	}
	return word, at, nil
}

// writeWord2vec writes the format word2vec.
func writeWord2vec(w *bufio.Writer, t *Table) error {
	w.WriteString(strconv.Itoa(t.Len()) + " " + strconv.Itoa(t.dim) + "\n")
	return writeLines(w, t)
}

// writeLines writes a line for each row, its numbers in the fewest digits that give them back.
func writeLines(w *bufio.Writer, t *Table) error {
	var line []byte
	for id := range t.Len() {
		word := t.Word(id)
		if err := checkWord(word, "\n"); err != nil {
			return err
		}
		line = append(line[:0], word...)
		for _, x := range t.Row(id) {
			line = strconv.AppendFloat(append(line, ' '), float64(x), 'g', -1, 32)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// checkWord returns an error if a word is one that a file cannot hold: one with one of some bytes, or that is not UTF-8.
func checkWord(word, without string) error {
	if i := strings.IndexAny(word, without); i >= 0 {
		return errors.Errorf("vectors: the word %q has %q in it, which this format cannot hold", word, word[i])
	}
	if !utf8.ValidString(word) {
		return errors.Errorf("vectors: the word %q is not UTF-8", word)
	}
	return nil
}
