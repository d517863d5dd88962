package vectors

import (
	"bufio"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/choice"
)

// Format is a layout of files of word vectors.
type Format struct {
	name    string
	endings []string // of such files' names, in lower case and with the dot; the first format that has one writes it

	sniff func(head []byte) bool                // whether a file that begins so may be one
	read  func(r *reader) error                 // reads all rows
	write func(w *bufio.Writer, t *Table) error // nil if there is no writer

	// beside is the ending, in place of the file's own, of the list of words that is written beside a file; empty if the
	// file holds the words itself.
	beside string
}

// Name returns the short name of the format, such as "word2vec".
func (f Format) Name() string { return f.name }

// Formats returns the formats that ReadFile and WriteFile know, in the order in which ReadFile tries them.
func Formats() []Format {
	return []Format{
		fastText(),
		npy(),
		safeTensors(),
		word2vecBinary(),
		word2vec(),
		glove(),
		projector(),
	}
}

// find returns the format called name.
func findFormat(name string) (Format, error) {
	return choice.Of[Format](Formats()).Find("vectors: the format", name)
}

// sniffed returns the format of a file that begins with head.
func sniffed(head []byte) (Format, error) {
	for _, f := range Formats() {
		if f.sniff != nil && f.sniff(head) {
			return f, nil
		}
	}
	if len(head) == 0 {
		return Format{}, errors.New("the file is empty")
	}
	readable := slices.DeleteFunc(Formats(), func(f Format) bool { return f.read == nil })
	return Format{}, errors.Errorf("this is no file of word vectors that begins as one of %s", choice.Of[Format](readable))
}

// ending returns the format that writes files whose names end as path does.
func ending(path string) (Format, bool) {
	lower := strings.ToLower(path)
	for _, f := range Formats() {
		for _, e := range f.endings {
			if f.write != nil && strings.HasSuffix(lower, e) {
				return f, true
			}
		}
	}
	return Format{}, false
}
