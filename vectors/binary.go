package vectors

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"strconv"
)

// maxWord is the most bytes of a word in a file that does not say how long its words are.
const maxWord = 1 << 12

// word2vecBinary is the binary format of word2vec: its first line, and then for each word the word, a blank and its
// numbers as float32. A line may end after them.
func word2vecBinary() Format {
	return Format{name: "word2vec-binary", endings: []string{".bin", ".w2vbin"}, sniff: isWord2vecBinary, read: readBinary, write: writeBinary}
}

func isWord2vecBinary(head []byte) bool {
	_, dim, rest, ok := header(head)
	return ok && len(rest) > 0 && !isText(rest, dim)
}

func readBinary(r *reader) error {
	line, err := r.until('\n', maxWord)
	rows, dim, _, ok := header(line)
	if err != nil || !ok {
		return r.errorf("want a line with the number of words and their dimension, got %.40q", line)
	}
	r.report.Type = "float32"
	if err := r.begin(rows, dim, 4*dim+1); err != nil {
		return err
	}
	buffer := make([]byte, 4*dim)
	for range rows {
		word, err := r.binaryWord()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		row, err := r.row(word)
		if err != nil {
			return err
		}
		if err := r.full(buffer); err != nil {
			return err
		}
		if row != nil {
			float32s(row, buffer)
			r.check(row)
		}
	}
	if rest, _ := r.in.Peek(2); len(rest) > 1 || len(rest) == 1 && rest[0] != '\n' {
		r.warn("place where the file goes on after its last row, left out", "")
	}
	return r.countRows()
}

// binaryWord reads a word with the blank after it, and passes over the ends of lines before it.
func (r *reader) binaryWord() ([]byte, error) {
	for {
		b, err := r.in.Peek(1)
		if err != nil {
			return nil, err
		}
		if b[0] != '\n' {
			break
		}
		r.in.Discard(1)
		r.at++
	}
	word, err := r.until(' ', maxWord)
	if err != nil {
		return nil, err
	}
	return word[:len(word)-1], nil
}

// float32s sets row to the numbers in b, in the order of bytes of most machines.
func float32s(row []float32, b []byte) {
	b = b[:4*len(row)]
	for j := range row {
		row[j] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*j:]))
	}
}

// writeBinary writes the format word2vec-binary.
func writeBinary(w *bufio.Writer, t *Table) error {
	w.WriteString(strconv.Itoa(t.Len()) + " " + strconv.Itoa(t.dim) + "\n")
	var row []byte
	for id := range t.Len() {
		word := t.Word(id)
		if err := checkWord(word, " \n"); err != nil {
			return err
		}
		row = append(append(row[:0], word...), ' ')
		row = appendFloats(row, t.Row(id))
		if _, err := w.Write(append(row, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// appendFloats appends numbers as float32.
func appendFloats(b []byte, row []float32) []byte {
	for _, x := range row {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}
