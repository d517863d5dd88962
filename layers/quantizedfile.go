package layers

import (
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/safetensors"
)

// quantizedFormat names what Save writes; a file of other content gets another number.
const quantizedFormat = "gorgonia-embedding quantized 1"

// Save writes the table as a safetensors file. If words is its name, that has words.codes, of shape (vocab, dim) in U8,
// words.low and words.scale, of shape (vocab) in F32, and the rest as metadata. Equal tables give equal bytes. It fails
// if w does, or if the name is not UTF-8.
func (q *QuantizedEmbedding) Save(w io.Writer) error {
	ids, err := json.Marshal(q.rules.IDRules.forReading())
	if err != nil {
		return errors.Wrap(err, q.label())
	}
	meta := map[string]string{
		"format": quantizedFormat, "name": q.name, "dtype": q.dtype.String(), "ids": string(ids),
		"max_error": strconv.FormatFloat(q.maxError, 'g', -1, 64),
	}
	return errors.Wrap(safetensors.Write(w, meta, q.tensors(len(q.low))), q.label()+": saving it")
}

// LoadQuantized reads a table that Save wrote. It has the same name, and reads the same vectors for the same ids, to the
// bit. It fails if r is cut off or no such file, or if its content cannot come from Quantize.
func LoadQuantized(r io.Reader) (*QuantizedEmbedding, error) {
	q := &QuantizedEmbedding{}
	if err := q.load(r); err != nil {
		return nil, errors.Wrap(err, "embedding: loading a quantised table")
	}
	return q, nil
}

// tensors returns what a file of a table of vocab rows has.
func (q *QuantizedEmbedding) tensors(vocab int) []safetensors.Tensor {
	return []safetensors.Tensor{
		{Name: q.name + ".codes", Shape: []int{vocab, q.dim}, Dtype: "U8", Data: q.codes},
		{Name: q.name + ".low", Shape: []int{vocab}, Dtype: "F32", Data: q.low},
		{Name: q.name + ".scale", Shape: []int{vocab}, Dtype: "F32", Data: q.scale},
	}
}

func (q *QuantizedEmbedding) load(r io.Reader) error {
	f, err := safetensors.NewReader(r)
	if err != nil {
		return err
	}
	rules, err := q.readMetadata(f.Metadata)
	if err != nil {
		return err
	}
	vocab, err := q.checkTensors(f.Tensors)
	if err != nil {
		return err
	}
	if q.rules, err = rules.check(vocab); err != nil {
		return err
	}
	for {
		t, err := f.Next()
		if err == io.EOF {
			q.identify()
			return q.checkRows()
		}
		if err != nil {
			return err
		}
		switch t.Name {
		case q.name + ".codes":
			q.codes = t.Data.([]uint8)
		case q.name + ".low":
			q.low = t.Data.([]float32)
		case q.name + ".scale":
			q.scale = t.Data.([]float32)
		}
	}
}

// readMetadata sets what a file has as metadata, and returns the rules, which are still to be checked.
func (q *QuantizedEmbedding) readMetadata(meta map[string]string) (rules IDRules, err error) {
	if meta["format"] != quantizedFormat {
		return rules, errors.Errorf("the file's format is %q: want %q", meta["format"], quantizedFormat)
	}
	q.name = meta["name"]
	if q.dtype = tensor.Float32; meta["dtype"] == tensor.Float64.String() {
		q.dtype = tensor.Float64
	}
	if meta["dtype"] != q.dtype.String() {
		return rules, errors.Errorf("dtype must be float32 or float64, got %q", meta["dtype"])
	}
	if q.maxError, err = strconv.ParseFloat(meta["max_error"], 64); err != nil || !(q.maxError >= 0) || math.IsInf(q.maxError, 1) {
		return rules, errors.Errorf("max_error must be a number that is finite and not negative, got %q", meta["max_error"])
	}
	err = json.Unmarshal([]byte(meta["ids"]), &rules)
	return rules.forReading(), errors.Wrapf(err, "ids must be rules of ids as JSON, got %q", meta["ids"])
}

// checkTensors fails unless there are the tensors of a table. It sets dim, and returns the number of rows.
func (q *QuantizedEmbedding) checkTensors(tensors []safetensors.Tensor) (vocab int, err error) {
	for _, t := range tensors {
		if t.Name == q.name+".codes" && len(t.Shape) == 2 {
			vocab, q.dim = t.Shape[0], t.Shape[1]
		}
	}
	if vocab < 1 || q.dim < 1 {
		return 0, errors.Errorf("it has no matrix %q with a row and a column", q.name+".codes")
	}
	want := q.tensors(vocab)
	for _, t := range want {
		if !slices.ContainsFunc(tensors, func(has safetensors.Tensor) bool {
			return has.Name == t.Name && has.Dtype == t.Dtype && slices.Equal(has.Shape, t.Shape)
		}) {
			return 0, errors.Errorf("it has no tensor %q of %s %v", t.Name, t.Dtype, t.Shape)
		}
	}
	if len(tensors) > len(want) {
		return 0, errors.Errorf("it has %d tensors: want %d", len(tensors), len(want))
	}
	return vocab, nil
}

// checkRows fails if a row has an element that is not finite.
func (q *QuantizedEmbedding) checkRows() error {
	for id := range q.low {
		if !finite(q.wide(id)) {
			return errors.Errorf("row %d is not finite: its least element is %v, its step %v", id, q.low[id], q.scale[id])
		}
	}
	return nil
}
