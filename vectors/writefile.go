package vectors

import (
	"bufio"
	"cmp"
	"io"
	"path/filepath"
	"strings"

	"compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pkg/errors"

	"gorgonia-embedding/internal/replace"
)

// WriteFile writes the table to the file at path, in the format called name or, if that is empty, the one that the ending
// of the path says; a further ending .gz or .zst compresses it. The words of a format that holds none are written
// beside it. A file that is there is replaced once the new one is complete. It fails if no format is called so or has
// that ending, or if the format cannot hold one of the words.
func (t *Table) WriteFile(path, name string) error {
	f, err := formatFor(path, name)
	if err != nil {
		return err
	}
	if f.beside != "" {
		plain := plainName(path)
		if err := writeTo(strings.TrimSuffix(plain, filepath.Ext(plain))+f.beside, t, writeWords); err != nil {
			return err
		}
	}
	return writeTo(path, t, f.write)
}

// formatFor returns the format that writes a file.
func formatFor(path, name string) (Format, error) {
	if name == "" {
		f, ok := ending(plainName(path))
		if !ok {
			return f, errors.Errorf("vectors: the ending of %s is that of no format that is written: name one of %s", path, strings.Join(Writable(), ", "))
		}
		return f, nil
	}
	f, err := findFormat(name)
	if err == nil && f.write == nil {
		err = errors.Errorf("vectors: files of the format %s cannot be written: want one of %s", name, strings.Join(Writable(), ", "))
	}
	return f, err
}

// Writable returns the names of the formats that WriteFile writes.
func Writable() (names []string) {
	for _, f := range Formats() {
		if f.write != nil {
			names = append(names, f.name)
		}
	}
	return names
}

// writeTo writes a file whole or not at all.
func writeTo(path string, t *Table, write func(*bufio.Writer, *Table) error) error {
	return replace.File(path, func(f io.Writer) error {
		packed, err := compressor(f, path)
		if err != nil {
			return err
		}
		w := bufio.NewWriterSize(packed, 1<<16)
		if err := write(w, t); err != nil {
			return errors.WithMessage(err, path)
		}
		return cmp.Or(w.Flush(), packed.Close())
	})
}

// compressor returns a writer to f that compresses as the ending of path says.
func compressor(f io.Writer, path string) (io.WriteCloser, error) {
	switch lower := strings.ToLower(path); {
	case strings.HasSuffix(lower, ".gz"):
		return gzip.NewWriter(f), nil
	case strings.HasSuffix(lower, ".zst"):
		return zstd.NewWriter(f)
	}
	return plain{f}, nil
}

// plain is a writer that need not be closed.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }
