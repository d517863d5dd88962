package data

import (
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Format is a layout of files of examples. docs/adding-a-format.md shows how one is added.
type Format struct {
	Name    string   // short name in lower case, such as "tsv"
	Endings []string // endings of such files' names, in lower case and with the dot

	// Sniff returns whether a file that begins with head is one; head may end anywhere. Files whose names have no known
	// ending are shown to it. nil: none is.
	Sniff func(head []byte) bool

	// Read yields the examples of r one by one, and holds no more than one of them in memory; file stands for r in
	// errors. The first error ends it. It stops reading when its consumer does. A row is good until the next.
	Read func(r io.Reader, file string, cfg ReadConfig) iter.Seq2[Row, error]
}

// Formats returns the formats that Open knows. The first is that of files that none claims; of several that Sniff says
// yes, it is the first.
func Formats() []Format {
	return []Format{
		TSV(),
		JSONL(),
		FastText(),
		CSV(),
	}
}

// ParseFormat returns the format of Formats with the given name.
func ParseFormat(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, errors.Errorf("no format %q: want one of %s", name, strings.Join(names, ", "))
}

// formatOf returns the format that the ending of a file's name says, or else its first bytes.
func formatOf(name string, head []byte) Format {
	ending := strings.ToLower(filepath.Ext(name))
	claims := func(f Format) bool { return slices.Contains(f.Endings, ending) }
	sniffs := func(f Format) bool { return f.Sniff != nil && f.Sniff(head) }
	formats := Formats()
	i := slices.IndexFunc(formats, claims)
	if i < 0 {
		i = slices.IndexFunc(formats, sniffs)
	}
	return formats[max(0, i)]
}
