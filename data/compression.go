package data

import (
	"bufio"
	"compress/gzip"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/pkg/errors"
)

// compression is a way to compress a file of any format.
type compression struct {
	name    string
	endings []string // endings of such files' names, behind that of the format
	magic   string   // first bytes of all such files
	open    func(r io.Reader) (io.ReadCloser, error)
}

func compressions() []compression {
	return []compression{
		{"gzip", []string{".gz", ".gzip"}, "\x1f\x8b", openGzip},
		{"zstd", []string{".zst", ".zstd"}, "\x28\xb5\x2f\xfd", openZstd},
	}
}

func openGzip(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }

// openZstd takes windows as large as the command zstd does: 128 MiB.
func openZstd(r io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(128<<20))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// decompress returns what b holds, and the name of the compression, "" for none. It goes by the first bytes alone.
func (s *Source) decompress(b *bufio.Reader) (string, io.Reader, error) {
	for _, c := range compressions() {
		if head, _ := b.Peek(len(c.magic)); string(head) != c.magic {
			continue
		}
		r, err := c.open(b)
		if err != nil {
			return "", nil, errors.Wrapf(err, "it begins as %s does, and is damaged or cut off", c.name)
		}
		s.close = append(s.close, r.Close)
		return c.name, r, nil
	}
	return "", b, nil
}

// plainName returns a file's name without the ending of a compression.
func plainName(name string) string {
	ending := filepath.Ext(name)
	for _, c := range compressions() {
		if slices.Contains(c.endings, strings.ToLower(ending)) {
			return strings.TrimSuffix(name, ending)
		}
	}
	return name
}
