package layers

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

var _ Layer = &QuantizedEmbedding{}

// QuantizedEmbedding is a trained Embedding for lookup alone, in one byte per element: each row is stored as its least
// element, a step, and for each element the number, of 0 to 255, of steps above the least (the 8-bit row-wise
// affine scheme of torch.ao's and FBGEMM's embedding tables). Make one by Table.Quantize or LoadQuantized.
type QuantizedEmbedding struct {
	name       string
	rules      idRules
	dtype      tensor.Dtype
	dim        int
	codes      []uint8
	low, scale []float32
	maxError   float64
	id         uint64 // hash of the contents
}

// Quantize returns t, as it is now, in one byte per element. Ids mean what they mean to t; MaxNorm is applied
// to all rows at once, but for frozen ones. The result belongs to no graph. It fails if a weight is not finite, or a
// row's range too large for a float32.
func (t *Table) Quantize() (*QuantizedEmbedding, error) {
	q, err := t.quantize()
	return q, t.wrap(err)
}

func (t *Table) quantize() (*QuantizedEmbedding, error) {
	w, err := t.rowMajor()
	if err != nil {
		return nil, err
	}
	vocab, dim := t.vocab(), t.dim()
	q := &QuantizedEmbedding{
		name: t.name, dtype: w.Dtype(), dim: dim,
		codes: make([]uint8, vocab*dim), low: make([]float32, vocab), scale: make([]float32, vocab),
	}
	if q.rules, err = t.rules.forReading().check(vocab); err != nil {
		return nil, err
	}
	for id := range vocab {
		row := rowOfTable(w, id)
		if t.rules.MaxNorm != 0 && !t.rules.frozen.contains(id) {
			kernel.LimitNorms(row, []int{0}, dim, t.rules.MaxNorm, t.rules.NormType)
		}
		codes := q.codes[id*dim : (id+1)*dim]
		low, scale := kernel.Quantize(codes, row)
		q.low[id], q.scale[id] = low, scale
		q.maxError = max(q.maxError, q.error(id, row))
		if math.IsNaN(q.maxError) || math.IsInf(q.maxError, 0) || !finite(row) {
			return nil, errors.Errorf("row %d cannot be quantised: its elements go from %v to %v", id, slices.Min(row), slices.Max(row))
		}
	}
	q.identify()
	return q, nil
}

// identify sets id.
func (q *QuantizedEmbedding) identify() {
	h := fnv.New64a()
	for _, part := range []any{q.codes, q.low, q.scale} {
		_ = binary.Write(h, binary.LittleEndian, part) // a hash takes everything
	}
	q.id = h.Sum64()
}

func finite(x []float64) bool {
	return !slices.ContainsFunc(x, func(e float64) bool { return math.IsNaN(e) || math.IsInf(e, 0) })
}

// error returns the greatest difference between row, of the table, and what is read for it.
func (q *QuantizedEmbedding) error(id int, row []float64) (most float64) {
	for j, x := range q.wide(id) {
		most = max(most, math.Abs(x-row[j]))
	}
	return most
}

// wide returns what is read for a row.
func (q *QuantizedEmbedding) wide(id int) []float64 {
	read := make([]float64, q.dim)
	if q.dtype == tensor.Float64 {
		kernel.Dequantize(read, q.codes, q.low, q.scale, []int{id}, q.dim)
		return read
	}
	narrow := make([]float32, q.dim)
	kernel.Dequantize(narrow, q.codes, q.low, q.scale, []int{id}, q.dim)
	for j, x := range narrow {
		read[j] = float64(x)
	}
	return read
}

// MaxError returns the greatest difference between an element of the table and what is read for it: about half the
// largest step of a row, of which there are 255 between its least and its greatest element.
func (q *QuantizedEmbedding) MaxError() float64 { return q.maxError }

// MemSize returns the bytes that the table takes: vocab·(dim + 8).
func (q *QuantizedEmbedding) MemSize() int { return len(q.codes) + 4*len(q.low) + 4*len(q.scale) }

// String returns a line such as "QuantizedEmbedding words (10, 3), padding 0, 110 bytes".
func (q *QuantizedEmbedding) String() string {
	return fmt.Sprintf("QuantizedEmbedding %s %v%s, %d bytes", q.name, tensor.Shape{len(q.low), q.dim}, q.rules.text, q.MemSize())
}

// label names the table in messages.
func (q *QuantizedEmbedding) label() string { return fmt.Sprintf("embedding %q", q.name) }

// Forward looks up ids of shape (d0, …, dn) → (d0, …, dn, EmbeddingDim), of the type that the table had.
// It fails if ids are not integers; an id outside the table is an *IndexError of the run. There is no gradient.
func (q *QuantizedEmbedding) Forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := q.forward(ids)
	return y, errors.Wrap(err, q.label())
}

// forward adds the op
//
//	quantized :: Tensor-n int → Tensor-(n+1) a
func (q *QuantizedEmbedding) forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	in := graphop.Ints("ids", ids)
	if err := graphop.Check(in); err != nil {
		return nil, err
	}
	r := &idReader{rules: q.rules, table: q.name, vocab: len(q.low), shape: ids.Shape()}
	return graphop.Apply(graphop.Op{
		Name:  fmt.Sprintf("quantized{%x %v %q%v}", q.id, q.dtype, q.name, q.rules),
		Layer: q.label(), Dtype: q.dtype,
		Shape: append(slices.Clone(ids.Shape()), q.dim),
		Run:   graphop.Kernels{F32: dequantize[float32](q, r), F64: dequantize[float64](q, r)},
	}, in)
}

func dequantize[T kernel.Float](q *QuantizedEmbedding, r *idReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		rows, err := r.rows(in.Ints(0))
		if err == nil {
			kernel.Dequantize(dst, q.codes, q.low, q.scale, rows, q.dim)
		}
		return err
	}
}

// Learnables returns nil.
func (q *QuantizedEmbedding) Learnables() gorgonia.Nodes { return nil }
