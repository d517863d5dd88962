package layers

import (
	"fmt"
	"hash"
	"hash/fnv"
	"math"
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ Layer         = &QuantizedEmbedding{}
	_ gorgonia.SDOp = &quantizedOp{}
	_ gorgonia.ADOp = &quantizedOp{}
)

// QuantizedEmbedding is a trained Embedding for lookup alone, in a byte an element: each row is stored as its least
// element, a step, and for each element the number, of 0 to 255, of steps above the least (the 8-bit row-wise
// affine scheme of torch.ao's and FBGEMM's embedding tables). Make one by Embedding.Quantize.
type QuantizedEmbedding struct {
	rules      rules
	dtype      tensor.Dtype
	dim        int
	codes      []uint8
	low, scale []float32
	maxError   float64
	id         uint64 // of the contents
}

// Quantize returns e, as it is now, in a byte an element. Ids mean what they mean to e; MaxNorm is applied
// to all rows at once, but for frozen ones. The result belongs to no graph. It fails if a weight is not finite, or a
// row's range too large for a float32.
func (e *Embedding) Quantize() (*QuantizedEmbedding, error) {
	w, err := e.table.value()
	if err != nil {
		return nil, errors.Wrapf(err, "embedding %q", e.table.rules.table)
	}
	vocab, dim := w.Shape()[0], w.Shape()[1]
	q := &QuantizedEmbedding{
		rules: e.table.rules, dtype: w.Dtype(), dim: dim,
		codes: make([]uint8, vocab*dim), low: make([]float32, vocab), scale: make([]float32, vocab),
	}
	h := fnv.New64a()
	for id := range vocab {
		row := rowOfTable(w, id)
		if frozen := q.rules.still != nil && q.rules.still.has[id]; q.rules.maxNorm != 0 && !frozen {
			kernel.LimitNorms(row, []int{0}, dim, q.rules.maxNorm, q.rules.normType)
		}
		codes := q.codes[id*dim : (id+1)*dim]
		low, scale := kernel.Quantize(codes, row)
		q.low[id], q.scale[id] = low, scale
		q.maxError = max(q.maxError, q.error(id, row))
		if math.IsNaN(q.maxError) || math.IsInf(q.maxError, 0) || !finite(row) {
			return nil, errors.Errorf("embedding %q: row %d cannot be quantised: its elements go from %v to %v", q.rules.table, id, slices.Min(row), slices.Max(row))
		}
		fmt.Fprint(h, low, scale, codes)
	}
	q.id = h.Sum64()
	return q, nil
}

func finite(x []float64) bool {
	return !slices.ContainsFunc(x, func(e float64) bool { return math.IsNaN(e) || math.IsInf(e, 0) })
}

// error returns the greatest difference between row, of the table, and what is read for it.
func (q *QuantizedEmbedding) error(id int, row []float64) (most float64) {
	read := make([]float64, q.dim)
	if q.dtype == tensor.Float64 {
		kernel.Dequantize(read, q.codes, q.low, q.scale, []int{id}, q.dim)
	} else {
		narrow := make([]float32, q.dim)
		kernel.Dequantize(narrow, q.codes, q.low, q.scale, []int{id}, q.dim)
		for j, x := range narrow {
			read[j] = float64(x)
		}
	}
	for j, x := range row {
		most = max(most, math.Abs(x-read[j]))
	}
	return most
}

// MaxError returns the greatest difference between an element of the table and what is read for it: about half the
// largest step of a row, of which there are 255 between its least and its greatest element.
func (q *QuantizedEmbedding) MaxError() float64 { return q.maxError }

// MemSize returns the bytes that the table takes: vocab·(dim + 8).
func (q *QuantizedEmbedding) MemSize() int { return len(q.codes) + 4*len(q.low) + 4*len(q.scale) }

// Forward looks up ids of shape (d0, …, dn) → (d0, …, dn, EmbeddingDim), of the type that the Embedding had.
// It fails if ids are not integers; an id outside the table is an *IndexError of the run. There is no gradient.
func (q *QuantizedEmbedding) Forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := q.forward(ids)
	return y, errors.Wrapf(err, "quantized embedding %q", q.rules.table)
}

func (q *QuantizedEmbedding) forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	if ids == nil {
		return nil, errNoNode
	}
	if err := checkInts("ids", ids); err != nil {
		return nil, err
	}
	return gorgonia.ApplyOp(&quantizedOp{q: q, lookupOp: lookupOp{rules: q.rules, idType: ids.Dtype(), idDims: ids.Dims()}}, ids)
}

// Learnables returns nil.
func (q *QuantizedEmbedding) Learnables() gorgonia.Nodes { return nil }

// quantizedOp selects rows of a quantised table:
//
//	quantized :: Tensor-n int → Tensor-(n+1) a
type quantizedOp struct {
	own
	q        *QuantizedEmbedding
	lookupOp lookupOp // how ids are read
}

func (op *quantizedOp) Arity() int { return 1 }

func (op *quantizedOp) Type() hm.Type {
	return hm.NewFnType(tensorOf(op.lookupOp.idDims, op.lookupOp.idType), tensorOf(op.lookupOp.idDims+1, op.q.dtype))
}

func (op *quantizedOp) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes, err := gorgonia.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(shapes[0]), op.q.dim), nil
}

func (op *quantizedOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	rows, err := op.lookupOp.read(in[0], len(op.q.low))
	if err != nil {
		return nil, err
	}
	shape := append(slices.Clone(in[0].Shape()), op.q.dim)
	if op.q.dtype == tensor.Float64 {
		return dequantize[float64](op, rows, shape), nil
	}
	return dequantize[float32](op, rows, shape), nil
}

func dequantize[T kernel.Float](op *quantizedOp, rows []int, shape tensor.Shape) gorgonia.Value {
	out := result[T](&op.own, len(rows)*op.q.dim)
	kernel.Dequantize(out, op.q.codes, op.q.low, op.q.scale, rows, op.q.dim)
	return newValue(out, shape)
}

func (op *quantizedOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *quantizedOp) Hashcode() uint32      { return hashcode(op) }
func (op *quantizedOp) String() string {
	return fmt.Sprintf("quantized{%x %v %v}", op.q.id, op.q.dtype, &op.lookupOp)
}

// It has no gradient, but Gorgonia's Grad panics at an op that does not say so.
func (op *quantizedOp) DiffWRT(int) []bool { return []bool{false} }

func (op *quantizedOp) SymDiff(gorgonia.Nodes, *gorgonia.Node, *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{nil}, nil
}

func (op *quantizedOp) DoDiff(gorgonia.ExecutionContext, gorgonia.Nodes, *gorgonia.Node) error {
	return nil
}
