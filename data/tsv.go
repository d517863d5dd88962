package data

import "strings"

// TSV is the format of lines of label TAB text. Further tabs belong to the text.
func TSV() Format { return Format{"tsv", []string{".tsv"}, lines(parseTSV)} }

func parseTSV(line string) (label, text string, err error) {
	return twoFields(strings.SplitN(line, "\t", 2))
}
