// Package safetensors writes and reads the safetensors format as a stream: the data go straight between the
// file and the slices they belong to, whatever their size.
//
// A file is the length of the header (8 bytes, little-endian), the header (JSON: of each tensor its name,
// dtype, shape and place; strings under "__metadata__"), and the data, little-endian, without gaps. See
// https://github.com/huggingface/safetensors#format. Tensors of F32, F64, I64 and U8 are read and written as slices, those
// of other dtypes are read as bytes.
package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// metadata is the name in the header that is no tensor's.
const metadata = "__metadata__"

// maxHeader is the longest header, in bytes, that the format's own implementation reads.
const maxHeader = 100_000_000

// A Tensor is one tensor of a file.
type Tensor struct {
	Name  string
	Shape []int
	Dtype string // "F32", "F64", "I64" or "U8"; Write goes by Data
	Data  any    // []float32, []float64, []int64 or []uint8, in row-major order; nil in a Reader's list
}

// entry is a tensor in the header.
type entry struct {
	Dtype   string    `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

// Write writes a file. Equal content gives equal bytes: the wider dtypes come first, which aligns the data,
// then the order is that of names. It fails if a name is taken, reserved or not UTF-8, if Data is of
// another type or size than Shape, or with w.
func Write(w io.Writer, meta map[string]string, tensors []Tensor) error {
	tensors = slices.Clone(tensors)
	for i := range tensors {
		if err := tensors[i].setDtype(); err != nil {
			return errors.WithMessagef(err, "safetensors: tensor %q", tensors[i].Name)
		}
	}
	slices.SortFunc(tensors, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(width(b.Dtype), width(a.Dtype)), strings.Compare(a.Name, b.Name))
	})
	if p, ok := w.(*Part); ok {
		p.add(meta, tensors)
		return nil
	}
	raw, err := header(meta, tensors)
	if err != nil {
		return err
	}
	err = binary.Write(w, binary.LittleEndian, uint64(len(raw)))
	if err == nil {
		_, err = w.Write(raw)
	}
	for _, t := range tensors {
		if err == nil {
			err = writeData(w, t.Data)
		}
	}
	return errors.WithMessage(err, "safetensors")
}

// setDtype sets the Dtype to that of Data, which must fill the shape.
func (t *Tensor) setDtype() error {
	var n int
	switch data := t.Data.(type) {
	case []float32:
		t.Dtype, n = "F32", len(data)
	case []float64:
		t.Dtype, n = "F64", len(data)
	case []int64:
		t.Dtype, n = "I64", len(data)
	case []uint8:
		t.Dtype, n = "U8", len(data)
	default:
		return errors.Errorf("want dtype F32, F64, I64 or U8, got data of %T", t.Data)
	}
	want, err := size(t.Dtype, t.Shape)
	if have := uint64(n) * width(t.Dtype); err == nil && have != want {
		err = errors.Errorf("shape %v needs %d bytes, got %d", t.Shape, want, have)
	}
	return err
}

// header returns the header of tensors in their order, padded with spaces to a multiple of 8 bytes.
func header(meta map[string]string, tensors []Tensor) ([]byte, error) {
	entries := map[string]any{}
	if meta != nil {
		entries[metadata] = meta
	}
	var at uint64
	for _, t := range tensors {
		if _, taken := entries[t.Name]; taken || t.Name == metadata || !utf8.ValidString(t.Name) {
			return nil, errors.Errorf("safetensors: the name %q is taken, reserved or not UTF-8", t.Name)
		}
		n, _ := size(t.Dtype, t.Shape) // checked by Write
		entries[t.Name] = entry{Dtype: t.Dtype, Shape: append([]int{}, t.Shape...), Offsets: [2]uint64{at, at + n}}
		at += n
	}
	var raw bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false)
	if err := e.Encode(entries); err != nil { // sorts the names
		return nil, err
	}
	raw.Truncate(raw.Len() - 1) // the end of the line
	for raw.Len()%8 != 0 {
		raw.WriteByte(' ')
	}
	return raw.Bytes(), nil
}

// width returns the bytes of an element, 0 for a dtype that there is not.
func width(dtype string) uint64 {
	switch dtype {
	case "U8", "I8", "BOOL":
		return 1
	case "F16", "BF16", "I16", "U16":
		return 2
	case "F32", "I32", "U32":
		return 4
	case "F64", "I64", "U64":
		return 8
	}
	return 0
}

// size returns the bytes of a tensor.
func size(dtype string, shape []int) (uint64, error) {
	n := width(dtype)
	if n == 0 {
		return 0, errors.Errorf("want a dtype of 8, 16, 32 or 64 bits, such as F32, got %q", dtype)
	}
	for _, d := range shape {
		hi, lo := bits.Mul64(n, uint64(max(d, 0)))
		if d < 0 || hi != 0 || lo > math.MaxInt {
			return 0, errors.Errorf("shape %v is negative or too large", shape)
		}
		n = lo
	}
	return n, nil
}

// step is how many elements pass at once: enough for speed, and little memory.
const step = 1 << 16

// writeData writes one part of data after the other.
func writeData(w io.Writer, data any) error {
	switch data := data.(type) {
	case []float32:
		return chunks(w, data)
	case []float64:
		return chunks(w, data)
	case []int64:
		return chunks(w, data)
	case []uint8:
		return chunks(w, data)
	}
	return nil
}

func chunks[E any](w io.Writer, data []E) error {
	for part := range slices.Chunk(data, step) {
		if err := writeElems(w, part); err != nil {
			return err
		}
	}
	return nil
}
