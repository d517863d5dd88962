package safetensors

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"
	"sort"

	"github.com/pkg/errors"
)

// A Reader reads a file, whoever made it: nothing that the header says is believed before it is checked.
type Reader struct {
	Metadata map[string]string
	Tensors  []Tensor // of the file, in the order of their data, without Data, unless the file is a Part

	r     io.Reader
	next  int
	raw   io.LimitedReader // what is left of the tensor that Raw returned last
	known bool             // the size of the data is that of the tensors
}

// NewReader reads the header. It fails if the header is cut off, too long or not JSON, or has tensors of
// another dtype, of impossible shape, or whose data overlap or leave gaps. If r is an io.Seeker it also
// fails if the data are not as many bytes as the tensors.
func NewReader(r io.Reader) (*Reader, error) {
	if p, ok := r.(*Part); ok {
		return p.reader(), nil
	}
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
	rest := &io.LimitedReader{R: f.r, N: int64(length)}
	starts, err := f.readEntries(rest)
	if _, cut := io.Copy(io.Discard, rest); cut != nil || rest.N > 0 {
		return errors.Errorf("the file ends after %d of the header's %d bytes: it is cut off", int64(length)-rest.N, length)
	}
	if err != nil {
		return err
	}
	return f.checkPlaces(starts)
}

// readEntries reads the header, and returns where the data of each tensor begin. A header of many small entries takes no
// more memory than a few times its own.
func (f *Reader) readEntries(header io.Reader) (starts []uint64, err error) {
	d := json.NewDecoder(header)
	d.DisallowUnknownFields()
	if open, err := d.Token(); err != nil {
		return nil, errors.WithMessage(err, "the header is not JSON")
	} else if open != json.Delim('{') {
		return nil, errors.Errorf("the header is not a JSON object: it begins with %v", open)
	}
	for d.More() {
		name, err := d.Token()
		if err == nil && name == metadata {
			if err := f.readMetadata(d); err != nil {
				return nil, errors.WithMessage(err, metadata)
			}
			continue
		}
		var e entry
		if err == nil {
			err = d.Decode(&e)
		}
		if err == nil {
			err = e.check()
		}
		if err != nil {
			return nil, errors.WithMessagef(err, "tensor %q", name)
		}
		f.Tensors, starts = append(f.Tensors, Tensor{Name: name.(string), Shape: e.Shape, Dtype: e.Dtype}), append(starts, e.Offsets[0])
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.WithMessage(err, "the header is not JSON")
	}
	if after, err := d.Token(); err != io.EOF {
		return nil, errors.Errorf("the header goes on after its JSON object: %v %v", after, err)
	}
	return starts, nil
}

// maxMetadata is the most strings of metadata. Many small ones would take more than a few times their memory.
const maxMetadata = 10_000

// readMetadata reads an object of strings, or null.
func (f *Reader) readMetadata(d *json.Decoder) error {
	open, err := d.Token()
	if err != nil || open == nil {
		return err
	}
	if open != json.Delim('{') {
		return errors.Errorf("want an object of strings, got %v", open)
	}
	f.Metadata = map[string]string{}
	for d.More() {
		name, err := d.Token()
		var text string
		if err == nil {
			err = d.Decode(&text)
		}
		if err != nil {
			return err
		}
		if f.Metadata[name.(string)] = text; len(f.Metadata) > maxMetadata {
			return errors.Errorf("there are more than %d strings", maxMetadata)
		}
	}
	_, err = d.Token()
	return err
}

// check fails unless e has the size of its shape.
func (e entry) check() error {
	n, err := size(e.Dtype, e.Shape)
	if err == nil && (e.Offsets[1] < e.Offsets[0] || e.Offsets[1]-e.Offsets[0] != n) {
		err = errors.Errorf("%s %v needs %d bytes, and is at bytes %d", e.Dtype, e.Shape, n, e.Offsets)
	}
	return err
}

// checkPlaces sorts the tensors by the places at which their data start, and fails unless these follow each other and
// names are unique.
func (f *Reader) checkPlaces(starts []uint64) error {
	sort.Sort(&byPlace{f.Tensors, starts})
	var at uint64
	for i, t := range f.Tensors {
		if starts[i] != at {
			return errors.Errorf("the data of tensor %q begin at byte %d, want %d: no overlap and no gap", t.Name, starts[i], at)
		}
		n, _ := size(t.Dtype, t.Shape)
		at += n
	}
	names := make([]string, len(f.Tensors))
	for i, t := range f.Tensors {
		names[i] = t.Name
	}
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			return errors.Errorf("the header has tensor %q twice", names[i])
		}
	}
	return f.checkSize(at)
}

// byPlace sorts tensors and the places at which their data start.
type byPlace struct {
	tensors []Tensor
	starts  []uint64
}

func (p *byPlace) Len() int { return len(p.tensors) }

func (p *byPlace) Swap(i, j int) {
	p.tensors[i], p.tensors[j] = p.tensors[j], p.tensors[i]
	p.starts[i], p.starts[j] = p.starts[j], p.starts[i]
}

func (p *byPlace) Less(i, j int) bool {
	a, b := p.tensors[i], p.tensors[j]
	na, _ := size(a.Dtype, a.Shape)
	nb, _ := size(b.Dtype, b.Shape)
	return cmp.Or(cmp.Compare(p.starts[i], p.starts[j]), cmp.Compare(na, nb), cmp.Compare(a.Name, b.Name)) < 0
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
// last, and another error if their dtype is none of F32, F64, I64 and U8, if the file ends within the data or goes on
// after them.
func (f *Reader) Next() (Tensor, error) {
	t, err := f.advance()
	if err != nil || t.Data != nil { // a Part's have their data
		return t, err
	}
	n, _ := size(t.Dtype, t.Shape)
	count := int(n / width(t.Dtype))
	switch t.Dtype {
	case "F32":
		t.Data, err = read[float32](f, count)
	case "F64":
		t.Data, err = read[float64](f, count)
	case "I64":
		t.Data, err = read[int64](f, count)
	case "U8":
		t.Data, err = read[uint8](f, count)
	default:
		return Tensor{}, errors.Errorf("safetensors: tensor %q: want dtype F32, F64, I64 or U8, got %q", t.Name, t.Dtype)
	}
	if err != nil {
		return Tensor{}, errors.Errorf("safetensors: the file ends within tensor %q: it is cut off (%v)", t.Name, err)
	}
	return t, nil
}

// Raw is Next without the data of the tensor, which is no Part's: r reads their bytes, of any dtype of the format, until
// the next call.
func (f *Reader) Raw() (t Tensor, r io.Reader, err error) {
	if t, err = f.advance(); err != nil {
		return Tensor{}, nil, err
	}
	n, _ := size(t.Dtype, t.Shape)
	f.raw = io.LimitedReader{R: f.r, N: int64(n)}
	return t, &f.raw, nil
}

// advance goes to the next tensor, or to the end.
func (f *Reader) advance() (Tensor, error) {
	if n, err := io.CopyN(io.Discard, &f.raw, f.raw.N); err != nil {
		return Tensor{}, errors.Errorf("safetensors: the file ends within tensor %q, after %d of its last bytes: it is cut off", f.Tensors[f.next-1].Name, n)
	}
	if f.next == len(f.Tensors) {
		if n, _ := io.ReadFull(f.r, make([]byte, 1)); n > 0 {
			return Tensor{}, errors.New("safetensors: the file goes on after the last tensor")
		}
		return Tensor{}, io.EOF
	}
	f.next++
	return f.Tensors[f.next-1], nil
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
