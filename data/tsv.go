package data

import (
	"bytes"
	"cmp"
	"strings"
)

// TSV is the format of lines of label TAB text. A first line may name the columns, which then may be in any order and
// more than these two. Further tabs belong to the last column.
func TSV() Format { return Format{"tsv", []string{".tsv"}, nil, lines(parseTSV)} }

func parseTSV(s *rows, line []byte) (label, text []byte, err error) {
	if s.columns.width == 0 {
		if isHeader, err := s.isHeader(strings.Split(string(line), "\t")); isHeader || err != nil {
			return nil, nil, cmp.Or(err, errNoExample)
		}
	}
	n := 0
	for more := true; more; n++ {
		field := line
		if n+1 < s.columns.width {
			field, line, more = bytes.Cut(line, []byte("\t"))
		} else {
			more = false
		}
		switch n {
		case s.columns.label:
			label = field
		case s.columns.text:
			text = field
		}
	}
	return label, text, s.columns.check(n)
}
