package data

import "strings"

// TSV is the format of lines of label TAB text. Further tabs belong to the text.
func TSV() Format { return Format{"tsv", []string{".tsv"}, lines(parseTSV)} }

func parseTSV(line string) (label, text string, err error) {
	label, text, found := strings.Cut(line, "\t")
	if !found {
		return label, "", errOneField
	}
	return label, text, nil
}
