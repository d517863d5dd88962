package data

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// openFolder opens a folder of a folder for each label. Its SHA256 is what this prints, in the folder and with LC_ALL=C:
// sha256sum */*.txt | sha256sum.
func openFolder(path string, cfg ReadConfig) (*Source, error) {
	classes, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, cfg: cfg}
	for _, c := range classes {
		if info, err := os.Stat(filepath.Join(path, c.Name())); err == nil && info.IsDir() && !strings.HasPrefix(c.Name(), ".") {
			f.labels = append(f.labels, c.Name())
		}
	}
	if len(f.labels) == 0 {
		return nil, errors.Errorf("%s: a folder without folders in it: name a file, or a folder with one of .txt files for each label", path)
	}
	sum := sha256.New()
	f.sums = sum
	return &Source{info: FileInfo{Name: path, Format: "folder"}, rows: f.rows(), input: bytes.NewReader(nil), sum: sum}, nil
}

// folder is a folder of a folder for each label.
type folder struct {
	path   string
	cfg    ReadConfig
	labels []string
	sums   io.Writer // takes a line for each file, as sha256sum prints it
	memory bytes.Buffer
}

// rows yields the files in the order of their labels and names.
func (f *folder) rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		files := 0
		for _, label := range f.labels {
			list, err := os.ReadDir(filepath.Join(f.path, label))
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, file := range list {
				if !strings.EqualFold(filepath.Ext(file.Name()), ".txt") || strings.HasPrefix(file.Name(), ".") {
					continue
				}
				row, err := f.read(label, file.Name())
				if files++; !yield(row, err) || err != nil {
					return
				}
			}
		}
		if files == 0 {
			yield(Row{}, errors.Errorf("%s: no examples: want a folder for each label with .txt files in it", f.path))
		}
	}
}

// read reads one file.
func (f *folder) read(label, name string) (Row, error) {
	path := filepath.Join(f.path, label, name)
	file, err := os.Open(path)
	if err != nil {
		return Row{}, err
	}
	defer file.Close()
	f.memory.Reset()
	if _, err := f.memory.ReadFrom(io.LimitReader(file, maxLine+1)); err != nil {
		return Row{}, err
	}
	content := f.memory.Bytes()
	fmt.Fprintf(f.sums, "%x  %s/%s\n", sha256.Sum256(content), label, name)
	content = bytes.TrimPrefix(content, []byte("\uFEFF"))
	row := Row{[]byte(label), bytes.TrimSpace(content), path, 1}
	switch {
	case len(content) > maxLine:
		return row, errorf(path, 1, "longer than %d bytes: this is not one example", maxLine)
	case len(row.Text) == 0 && f.cfg.Strict:
		return row, errorf(path, 1, "the text is empty")
	}
	line := 0
	for l := range bytes.Lines(content) {
		if line++; checkText(l) != nil {
			return row, &ParseError{path, line, checkText(l)}
		}
	}
	return row, nil
}
