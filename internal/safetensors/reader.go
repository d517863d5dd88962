package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"

	"github.com/pkg/errors"
)

// A Reader reads a file, whoever made it: nothing that the header says is believed before it is checked.
type Reader struct {
	Metadata map[string]string
	Tensors  []Tensor // of the file, in the order of their data, without Data

	r     io.Reader
	next  int
	known bool // the size of the data is that of the tensors
}

// NewReader reads the header. It fails if the header is cut off, too long or not JSON, or has tensors of
// another dtype, of impossible shape, or whose data overlap or leave gaps. If r is an io.Seeker it also
// fails if the data are not as many bytes as the tensors.
func NewReader(r io.Reader) (*Reader, error) {
	f := &Reader{r: r}
	if err := f.readHeader(); err != nil {
		return nil, errors.WithMessage(err, "safetensors")
	}
	return f, nil
}

func (f *Reader) readHeader() error {
	var length uint64
	if err := binary.Read(f.r, binary.LittleEndian, &length); err != nil {
		return errors.New("the file ends before the header: it is cut off, or no safetensors file")
	}
	if length > maxHeader {
		return errors.Errorf("a header of %d bytes is longer than %d: this is no safetensors file", length, maxHeader)
	}
	raw, err := io.ReadAll(io.LimitReader(f.r, int64(length)))
	if err != nil {
		return err
	}
	if uint64(len(raw)) != length {
		return errors.Errorf("the file ends after %d of the header's %d bytes: it is cut off", len(raw), length)
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return errors.WithMessage(err, "the header is not JSON")
	}
	return f.readEntries(entries)
}

func (f *Reader) readEntries(entries map[string]json.RawMessage) error {
	starts := map[string]uint64{}
	for name, raw := range entries {
		if name == metadata {
			if err := json.Unmarshal(raw, &f.Metadata); err != nil {
				return errors.WithMessage(err, metadata)
			}
			continue
		}
		var e entry
		if err := strict(raw, &e); err != nil {
			return errors.WithMessagef(err, "tensor %q", name)
		}
		n, err := size(e.Dtype, e.Shape)
		if err != nil {
			return errors.WithMessagef(err, "tensor %q", name)
		}
		if e.Offsets[1] < e.Offsets[0] || e.Offsets[1]-e.Offsets[0] != n {
			return errors.Errorf("tensor %q of %s %v needs %d bytes, and is at bytes %d", name, e.Dtype, e.Shape, n, e.Offsets)
		}
		starts[name] = e.Offsets[0]
		f.Tensors = append(f.Tensors, Tensor{Name: name, Shape: e.Shape, Dtype: e.Dtype})
	}
	slices.SortFunc(f.Tensors, func(a, b Tensor) int {
		na, _ := size(a.Dtype, a.Shape)
		nb, _ := size(b.Dtype, b.Shape)
		return cmp.Or(cmp.Compare(starts[a.Name], starts[b.Name]), cmp.Compare(na, nb), cmp.Compare(a.Name, b.Name))
	})
	var at uint64
	for _, t := range f.Tensors {
		if starts[t.Name] != at {
			return errors.Errorf("the data of tensor %q begin at byte %d, want %d: no overlap and no gap", t.Name, starts[t.Name], at)
		}
		n, _ := size(t.Dtype, t.Shape)
		at += n
	}
	return f.checkSize(at)
}

// strict decodes raw, whose fields must all be v's.
func strict(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// checkSize compares the size of the data, if it can be known, with want.
func (f *Reader) checkSize(want uint64) error {
	s, ok := f.r.(io.Seeker)
	if !ok {
		return nil
	}
	at, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil // a pipe is a Seeker that cannot
	}
	end, err := s.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = s.Seek(at, io.SeekStart)
	}
	if err == nil && uint64(end-at) != want {
		err = errors.Errorf("the header tells of %d bytes of data, and the file has %d", want, end-at)
	}
	f.known = err == nil
	return err
}

// Next reads a tensor's data: those of Tensors[0] at the first call, and so on. It returns io.EOF after the
// last, and another error if the file ends within the data or goes on after them.
func (f *Reader) Next() (Tensor, error) {
	if f.next == len(f.Tensors) {
		if n, _ := io.ReadFull(f.r, make([]byte, 1)); n > 0 {
			return Tensor{}, errors.New("safetensors: the file goes on after the last tensor")
		}
		return Tensor{}, io.EOF
	}
	t := f.Tensors[f.next]
	f.next++
	n, _ := size(t.Dtype, t.Shape)
	count := int(n / width(t.Dtype))
	var err error
	switch t.Dtype {
	case "F32":
		t.Data, err = read[float32](f, count)
	case "F64":
		t.Data, err = read[float64](f, count)
	case "I64":
		t.Data, err = read[int64](f, count)
	case "U8":
		t.Data, err = read[uint8](f, count)
	}
	if err != nil {
		return Tensor{}, errors.Errorf("safetensors: the file ends within tensor %q: it is cut off (%v)", t.Name, err)
	}
	return t, nil
}

// read reads n elements. Unless the file's size is known, memory grows with what has come.
func read[E any](f *Reader, n int) ([]E, error) {
	var data []E
	if f.known {
		data = make([]E, 0, n)
	}
	for len(data) < n {
		at, more := len(data), min(step, n-len(data))
		data = slices.Grow(data, more)[:at+more]
		if err := readElems(f.r, data[at:]); err != nil {
			return nil, err
		}
	}
	return data, nil
}
