package data

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"iter"
	"os"

	"github.com/pkg/errors"
)

// ReadConfig says how examples are read. The zero value reads what is usual.
type ReadConfig struct {
	Text, Label string // names of the columns or keys, for formats that have them; empty means text and label
	Format      Format // format of the content; the zero value means that of the name's ending, or else of the first bytes
	Strict      bool   // whether an empty text is an error
}

// FileInfo tells what a Source has read.
type FileInfo struct {
	Name     string `json:"name"`
	Format   string `json:"format"` // such as "tsv" or "csv in gzip"
	SHA256   string `json:"sha256"` // of the file as it is, in hexadecimal digits; empty if it was not read to the end
	Examples int    `json:"examples"`
	Empty    int    `json:"empty,omitempty"` // number of examples whose text is empty
}

// Source is an input of examples, which can be read once.
type Source struct {
	info  FileInfo
	rows  iter.Seq2[Row, error]
	input io.Reader // what sum is of, as far as it was read
	sum   hash.Hash
	close []func() error
}

// Open returns the file at path to be read: in the format of cfg, or else of the name's ending, or else of its first
// bytes; also if gzip or zstd has compressed it. A folder holds a folder for each label, and in it a .txt file for each
// text. The path - is standard input.
//
// A byte order mark at the start, carriage returns at line ends and empty lines are passed over, and so is white space
// around a label and a text. An input without examples, a line without label and text or with an empty label, with
// invalid UTF-8 or a NUL, or longer than 64 MiB is a *ParseError.
func Open(path string, cfg ReadConfig) (*Source, error) {
	if path == "-" {
		return NewSource(os.Stdin, "stdin", cfg)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return openFolder(path, cfg)
	}
	s, err := NewSource(f, path, cfg)
	if err != nil {
		f.Close()
		return nil, err
	}
	s.close = append(s.close, f.Close)
	return s, nil
}

// NewSource is Open for any input; name stands for it in errors, and its ending may say the format.
func NewSource(r io.Reader, name string, cfg ReadConfig) (*Source, error) {
	s := &Source{info: FileInfo{Name: name}, sum: sha256.New()}
	s.input = io.TeeReader(r, s.sum)
	compression, plain, err := s.decompress(bufio.NewReaderSize(s.input, 64<<10))
	if err != nil {
		return nil, errors.Wrap(err, name)
	}
	format := cfg.Format
	if format.Name == "" && format.Read == nil {
		b := bufio.NewReaderSize(plain, 64<<10) // plain itself, if that is one already
		head, _ := b.Peek(4 << 10)
		format, plain = formatOf(plainName(name), bytes.TrimPrefix(head, []byte("\uFEFF"))), b
	}
	if format.Read == nil {
		return nil, errors.Errorf("%s: the format %q cannot read: want one of Formats, or one with a Read", name, format.Name)
	}
	if s.info.Format = format.Name; compression != "" {
		s.info.Format += " in " + compression
	}
	s.rows = format.Read(plain, name, cfg)
	return s, nil
}

// Format returns the name of the format, such as "tsv" or "csv in gzip".
func (s *Source) Format() string { return s.info.Format }

// Rows yields the examples, of which it holds one in memory. The first error ends it.
func (s *Source) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for row, err := range s.rows {
			if err != nil {
				yield(row, err)
				return
			}
			s.info.Examples++
			if len(row.Text) == 0 {
				s.info.Empty++
			}
			if !yield(row, nil) {
				return
			}
		}
		if _, err := io.Copy(io.Discard, s.input); err != nil { // what stands behind the end of a compressed file
			yield(Row{}, errors.Wrap(err, s.info.Name))
			return
		}
		s.info.SHA256 = hex.EncodeToString(s.sum.Sum(nil))
	}
}

// Examples yields what Rows does, copied.
func (s *Source) Examples() iter.Seq2[Example, error] {
	return func(yield func(Example, error) bool) {
		for row, err := range s.Rows() {
			if !yield(row.Example(), err) {
				return
			}
		}
	}
}

// Info tells what was read; it is complete after Rows or Examples has yielded all.
func (s *Source) Info() FileInfo { return s.info }

// Close closes the file.
func (s *Source) Close() (err error) {
	for _, close := range s.close {
		if e := close(); err == nil {
			err = e
		}
	}
	s.close = nil
	return err
}

// ReadFile reads all examples of the file at path, as Open does.
func ReadFile(path string, cfg ReadConfig) ([]Example, error) {
	s, err := Open(path, cfg)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.all()
}

// Read reads all examples of r; name stands for it in errors, and its ending may say the format.
func Read(r io.Reader, name string, cfg ReadConfig) ([]Example, error) {
	s, err := NewSource(r, name, cfg)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.all()
}

func (s *Source) all() (examples []Example, err error) {
	for e, err := range s.Examples() {
		if err != nil {
			return nil, err
		}
		examples = append(examples, e)
	}
	return examples, nil
}
