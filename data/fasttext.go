package data

import (
	"bytes"

	"github.com/pkg/errors"
)

// FastText is the format of fastText's lines "__label__good a fine film". The label may stand anywhere in the line. A line
// of several labels is an error.
func FastText() Format { return Format{"fasttext", nil, sniffFastText, lines(parseFastText)} }

const labelPrefix = "__label__"

func sniffFastText(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte(labelPrefix))
}

func parseFastText(_ *rows, line []byte) (label, text []byte, err error) {
	start, end := nextLabel(line, 0)
	if start < 0 {
		return nil, nil, errors.New("no label: want a word that begins with " + labelPrefix)
	}
	label = line[start+len(labelPrefix) : end]
	if other, otherEnd := nextLabel(line, end); other >= 0 {
		return nil, nil, errors.Errorf("two labels, %q and %q: keep one, or write a line for each", label, line[other+len(labelPrefix):otherEnd])
	}
	if before := bytes.TrimSpace(line[:start]); len(before) > 0 { // the label moves to the front
		label, text = bytes.Clone(label), append(line[:start], line[end:]...)
		return label, text, nil
	}
	return label, line[end:], nil
}

// nextLabel returns where the next label of a line begins and ends, from the place at on; start is -1 if there is none.
func nextLabel(line []byte, at int) (start, end int) {
	for {
		i := bytes.Index(line[at:], []byte(labelPrefix))
		if i < 0 {
			return -1, -1
		}
		start = at + i
		if end = bytes.IndexAny(line[start:], " \t\v\f\r"); end < 0 {
			end = len(line) - start
		}
		if start == 0 || bytes.IndexByte([]byte(" \t\v\f\r"), line[start-1]) >= 0 {
			return start, start + end
		}
		at = start + len(labelPrefix)
	}
}
