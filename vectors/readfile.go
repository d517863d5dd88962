package vectors

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pkg/errors"
)

// ReadConfig says what to read of a file. Its zero value reads all of it.
type ReadConfig struct {
	Limit  int      // number of the file's first rows to read; 0: all of them
	Only   []string // words whose rows to keep, in memory for these alone; nil: all of them
	Others int      // number of rows to keep beside those of Only: the file's first ones of other words
	Format string   // name of the file's format; empty: the one that its first bytes are of
	Words  string   // path of the words of a file that has none of its own; empty: one of the usual names beside the file
}

// ReadFile reads the word vectors of the file at path, as Read does. A folder is read as the file model.safetensors in it:
// that of a saved model, ours or another one.
func ReadFile(path string, cfg ReadConfig) (*Table, Report, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		folder := path
		path = filepath.Join(folder, "model.safetensors")
		if _, err := os.Stat(path); err != nil {
			return nil, Report{}, errors.Errorf("%s: is a folder without a model.safetensors: name a file in it", folder)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, Report{}, err
	}
	defer f.Close()
	return Read(f, path, cfg)
}

// Read reads the word vectors of r, as they come; file stands for r in errors, and the words of a file that has none of
// its own are looked for beside it. Files that gzip or zstd compressed are read as what is in them. A word that comes
// again, and a row that is not finite, is left out, and counted in the report; so is a number of rows that is not what
// the file says. Any other content that is wrong is a *ParseError, and so is a file of which no row is kept.
//
// Memory grows with the rows that are kept, whatever the file says of how many there are.
func Read(r io.Reader, file string, cfg ReadConfig) (*Table, Report, error) {
	in := &reader{file: file, cfg: cfg, size: sizeOf(r)}
	if err := in.open(r); err != nil {
		return nil, in.report, err
	}
	defer in.close()
	format, err := in.format()
	if err == nil {
		in.report.Format = format.name
		if err = format.read(in); err == errEnough {
			err = nil
		}
	}
	if err == nil && in.words.Len() == 0 {
		err = in.errorf("no rows: want a word and its vector in each")
		if in.report.Rows > 0 && cfg.Only != nil {
			err = in.errorf("none of its %d words is one of those that are asked for", in.report.Rows)
		}
	}
	if err != nil {
		return nil, in.report, in.locate(err)
	}
	t := &Table{words: &in.words, ids: in.ids, dim: in.dim, values: in.values}
	return t, in.report, nil
}

// sizeOf returns the bytes of a file, or -1 if they cannot be known.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case *bytes.Reader:
		return int64(r.Len())
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return -1
}

// bufferSize is the room for what is read at once: little enough to stay in a cache until it is parsed.
const bufferSize = 1 << 18

// expansion is how many bytes a compressed one is expected to stand for at most, where memory is set aside.
const expansion = 16

// maxWindow is the most memory that a file in zstd may ask for: what its strongest usual setting needs.
const maxWindow = 1 << 27

// open makes r.in of what may be compressed.
func (r *reader) open(file io.Reader) error {
	raw := bufio.NewReaderSize(file, 1<<16)
	head, _ := raw.Peek(4)
	var plain io.Reader = raw
	var err error
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		r.report.Compression = "gzip"
		plain, err = gzip.NewReader(raw)
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		r.report.Compression = "zstd"
		var z *zstd.Decoder
		if z, err = zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow)); err == nil {
			plain, r.closeZstd = z, z.Close
		}
	}
	if err != nil {
		return r.locate(errors.WithMessage(err, r.report.Compression))
	}
	if r.report.Compression != "" && r.size >= 0 {
		r.size *= expansion
	}
	r.in = bufio.NewReaderSize(plain, bufferSize)
	return nil
}

func (r *reader) close() {
	if r.closeZstd != nil {
		r.closeZstd()
	}
}

// format returns the format that is asked for, or that of the first bytes.
func (r *reader) format() (Format, error) {
	if r.cfg.Format != "" {
		f, err := findFormat(r.cfg.Format)
		if err == nil && f.read == nil {
			err = errors.Errorf("vectors: files of the format %s cannot be read", f.name)
		}
		return f, err
	}
	head, err := r.in.Peek(1 << 16)
	if err != nil && err != io.EOF {
		return Format{}, err
	}
	return sniffed(bytes.TrimPrefix(head, []byte("\uFEFF")))
}
