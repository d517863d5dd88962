package safetensors

import (
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"strings"

	"github.com/pkg/errors"
)

// A Bundle is the content of a file as a whole, which can have other files in it.
type Bundle struct {
	Metadata map[string]string
	Tensors  []Tensor
}

// checksum is the name in the metadata of the CRC-32C of the file as it is without this entry.
const checksum = "crc32c"

// sum returns the checksum of b.
func (b *Bundle) sum() (string, error) {
	meta := maps.Clone(b.Metadata)
	delete(meta, checksum)
	h := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	err := Write(h, meta, b.Tensors)
	return fmt.Sprintf("%08x", h.Sum32()), err
}

// Write writes b, with a checksum among its metadata. It fails as the function Write does.
func (b *Bundle) Write(w io.Writer) error {
	sum, err := b.sum()
	if err != nil {
		return err
	}
	meta := maps.Clone(b.Metadata)
	meta[checksum] = sum
	return Write(w, meta, b.Tensors)
}

// ReadBundle reads what a Bundle's Write wrote. It fails as a Reader does, and if the checksum is another one.
func ReadBundle(r io.Reader) (*Bundle, error) {
	f, err := NewReader(r)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Metadata: f.Metadata}
	for {
		t, err := f.Next()
		if err == io.EOF {
			return b, b.check()
		}
		if err != nil {
			return nil, err
		}
		b.Tensors = append(b.Tensors, t)
	}
}

// check compares the checksum with that in the metadata.
func (b *Bundle) check() error {
	sum, err := b.sum()
	if got := b.Metadata[checksum]; err == nil && got != sum {
		err = errors.Errorf("safetensors: the file's %s is %s, and it says %q: it is damaged, or was not written as a whole", checksum, sum, got)
	}
	return err
}

// Tensor returns the tensor called name, or false.
func (b *Bundle) Tensor(name string) (Tensor, bool) {
	for _, t := range b.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

// At returns the place in b of a file all of whose names begin with prefix.
func (b *Bundle) At(prefix string) *Part { return &Part{b, prefix} }

// A Part is the place of a file in a Bundle. The function Write takes it for a writer, and NewReader for a reader: data
// are not copied, and stay those of their owner.
type Part struct {
	bundle *Bundle
	prefix string
}

var errNoStream = errors.New("safetensors: a part of a bundle is not for bytes")

// Write fails: a Part is for the function Write alone.
func (p *Part) Write([]byte) (int, error) { return 0, errNoStream }

// Read fails: a Part is for NewReader alone.
func (p *Part) Read([]byte) (int, error) { return 0, errNoStream }

// add makes a file a part of the bundle.
func (p *Part) add(meta map[string]string, tensors []Tensor) {
	for name, text := range meta {
		p.bundle.Metadata[p.prefix+name] = text
	}
	for _, t := range tensors {
		t.Name = p.prefix + t.Name
		p.bundle.Tensors = append(p.bundle.Tensors, t)
	}
}

// reader returns a Reader of the file.
func (p *Part) reader() *Reader {
	f := &Reader{r: strings.NewReader(""), Metadata: map[string]string{}}
	for name, text := range p.bundle.Metadata {
		if rest, ok := strings.CutPrefix(name, p.prefix); ok {
			f.Metadata[rest] = text
		}
	}
	for _, t := range p.bundle.Tensors {
		if rest, ok := strings.CutPrefix(t.Name, p.prefix); ok {
			t.Name = rest
			f.Tensors = append(f.Tensors, t)
		}
	}
	return f
}
