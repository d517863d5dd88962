package data

import (
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Format is a layout of files of examples. docs/adding-a-format.md shows how one is added.
type Format struct {
	Name    string   // short name in lower case, such as "tsv"
	Endings []string // endings of such files' names, in lower case and with the dot

	// Read yields the examples of r one by one, and holds no more than one of them in memory; file stands for
	// r in errors. The first error ends it. It stops reading when its consumer does.
	Read func(r io.Reader, file string) iter.Seq2[Example, error]
}

// Formats returns the formats that ReadFile knows. The first is that of files with an ending that none claims.
func Formats() []Format {
	return []Format{
		TSV(),
		CSV(),
		JSONL(),
	}
}

// ReadFile reads the examples of the file at path, in the format that the ending of its name says.
func ReadFile(path string) ([]Example, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.Errorf("%s: is a folder: name a file in it", path)
	}
	return Read(f, path, formatOf(path))
}

func formatOf(path string) Format {
	formats, ending := Formats(), strings.ToLower(filepath.Ext(path))
	i := slices.IndexFunc(formats, func(f Format) bool { return slices.Contains(f.Endings, ending) })
	return formats[max(0, i)]
}

// Read reads all examples of r; file stands for r in errors. A byte order mark at the start, carriage returns
// at line ends and empty lines are passed over. An input without examples, a line without a label and a text,
// with an empty one, with invalid UTF-8 or a NUL, or longer than 1 MiB is a *ParseError.
func Read(r io.Reader, file string, format Format) ([]Example, error) {
	if format.Read == nil {
		return nil, errors.Errorf("%s: the format %q cannot read: want one of Formats, or one with a Read", file, format.Name)
	}
	var examples []Example
	for e, err := range format.Read(r, file) {
		if err != nil {
			return nil, err
		}
		examples = append(examples, e)
	}
	return examples, nil
}
