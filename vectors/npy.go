package vectors

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// npy is numpy's format of one matrix, with its words in a file beside it. The versions 1 to 3 are read, with numbers of
// 16, 32 or 64 bits in any order of bytes; https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
func npy() Format {
	return Format{name: "npy", endings: []string{".npy"}, read: readNpy, write: writeNpy, beside: ".vocab.txt",
		sniff: func(head []byte) bool { return strings.HasPrefix(string(head[:min(6, len(head))]), magicNpy) }}
}

const magicNpy = "\x93NUMPY"

// maxNpyHeader is far more than the header of a matrix has.
const maxNpyHeader = 1 << 16

func readNpy(r *reader) error {
	start := make([]byte, 8)
	if err := r.full(start); err != nil {
		return err
	}
	size := make([]byte, 4)
	if start[6] == 1 {
		size = size[:2]
	}
	if err := r.full(size); err != nil {
		return err
	}
	length := int(binary.LittleEndian.Uint32(append(size, 0, 0)))
	if string(start[:6]) != magicNpy || start[6] < 1 || start[6] > 3 || length > maxNpyHeader {
		return r.errorf("no header of numpy's versions 1 to 3")
	}
	text := make([]byte, length)
	if err := r.full(text); err != nil {
		return err
	}
	rows, dim, e, err := npyHeader(string(text))
	if err != nil {
		return err
	}
	words, err := r.wordList(rows)
	if err != nil {
		return err
	}
	return r.matrix(words, dim, e)
}

// npyHeader takes a header such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), } apart.
func npyHeader(text string) (rows, dim int, e element, err error) {
	descr := regexp.MustCompile(`'descr': *'([<>|=])([fi])(\d)'`).FindStringSubmatch(text)
	shape := regexp.MustCompile(`'shape': *\((\d+)L?, *(\d+)L?,?\)`).FindStringSubmatch(text)
	switch {
	case descr == nil || shape == nil:
		return 0, 0, e, errors.Errorf("want a matrix of floating-point numbers, got %.80s", strings.TrimSpace(text))
	case !regexp.MustCompile(`'fortran_order': *False`).MatchString(text):
		return 0, 0, e, errors.New("the matrix is in Fortran's order: save numpy.ascontiguousarray of it")
	}
	rows, err = strconv.Atoi(shape[1])
	if err == nil {
		dim, err = strconv.Atoi(shape[2])
	}
	if err != nil {
		return 0, 0, e, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	if descr[1] == ">" {
		order = binary.BigEndian
	}
	kind := map[string]string{"f": "float", "i": "int"}[descr[2]]
	bytes, _ := strconv.Atoi(descr[3])
	e, err = elementOf(kind+strconv.Itoa(8*bytes), order)
	return rows, dim, e, err
}

// writeNpy writes version 1, padded so that the numbers begin at a multiple of 64.
func writeNpy(w *bufio.Writer, t *Table) error {
	text := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", t.Len(), t.dim)
	text += strings.Repeat(" ", 63-(10+len(text))%64) + "\n"
	w.WriteString(magicNpy + "\x01\x00")
	w.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(text))))
	w.WriteString(text)
	var row []byte
	for id := range t.Len() {
		row = appendFloats(row[:0], t.Row(id))
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
	return nil
}
