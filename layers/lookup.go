package layers

import (
	"fmt"
	"hash"
	"slices"
	"strings"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ gorgonia.SDOp = &lookupOp{}
	_ gorgonia.ADOp = &lookupOp{}
)

// weightSuffix ends the name of a layer's main parameter.
const weightSuffix = ".weight"

// LookupConfig describes a Lookup.
type LookupConfig struct {
	// PaddingIdx, if not nil, is an id whose row gets no gradient. A negative one counts from the end.
	// The row itself is read like any other.
	PaddingIdx *int
}

// Lookup reads rows of weight, a table that is already a node, as torch.nn.functional.embedding:
// weight (vocab, dim), ids (d0, …, dn) → (d0, …, dn, dim).
//
// The gradient of weight is the sum of the gradients of a row's copies, a dense (vocab, dim) tensor.
// Lookup fails if weight is not a float matrix, ids not tensor.Int, Int32 or Int64 (Int is fastest: the
// others are converted at each run), or PaddingIdx out of range. An id outside [0, vocab) ends the run
// with an *IndexError, before anything is written.
func Lookup(weight, ids *gorgonia.Node, cfg LookupConfig) (*gorgonia.Node, error) {
	if weight == nil || ids == nil {
		return nil, errors.Wrap(errNoNode, "lookup")
	}
	table := strings.TrimSuffix(weight.Name(), weightSuffix)
	y, err := lookup(table, weight, ids, cfg)
	return y, errors.Wrapf(err, "embedding %q", table)
}

func lookup(table string, weight, ids *gorgonia.Node, cfg LookupConfig) (*gorgonia.Node, error) {
	if weight.Dims() != 2 {
		return nil, errors.Errorf("weight must be a matrix (vocab, dim), got shape %v", weight.Shape())
	}
	if dt := weight.Dtype(); dt != tensor.Float32 && dt != tensor.Float64 {
		return nil, dtypeError("weight", dt)
	}
	if err := checkInts("ids", ids); err != nil {
		return nil, err
	}
	padding, err := paddingRow(cfg.PaddingIdx, weight.Shape()[0])
	if err != nil {
		return nil, err
	}
	return gorgonia.ApplyOp(&lookupOp{table: table, idType: ids.Dtype(), idDims: ids.Dims(), padding: padding}, weight, ids)
}

// checkInts fails if n cannot hold ids or labels.
func checkInts(what string, n *gorgonia.Node) error {
	switch n.Dtype() {
	case tensor.Int, tensor.Int32, tensor.Int64:
		return nil
	}
	return errors.Errorf("%s must be int, int32 or int64, got %v", what, n.Dtype())
}

// lookupOp selects rows of a table:
//
//	lookup :: Matrix a → Tensor-n int → Tensor-(n+1) a
type lookupOp struct {
	own
	table   string // for errors
	idType  tensor.Dtype
	idDims  int
	padding int
}

func (op *lookupOp) Arity() int { return 2 }

func (op *lookupOp) Type() hm.Type {
	a := hm.TypeVariable('a')
	return hm.NewFnType(tensorOf(2, a), tensorOf(op.idDims, op.idType), tensorOf(op.idDims+1, a))
}

func (op *lookupOp) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes, err := gorgonia.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(shapes[1]), shapes[0][1]), nil
}

func (op *lookupOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if in[0].Dtype() == tensor.Float32 {
		return doLookup[float32](op, in[0], in[1])
	}
	return doLookup[float64](op, in[0], in[1])
}

func doLookup[T kernel.Float](op *lookupOp, weight, ids gorgonia.Value) (gorgonia.Value, error) {
	vocab, dim := weight.Shape()[0], weight.Shape()[1]
	table, err := floats[T](weight)
	if err != nil {
		return nil, err
	}
	rows, err := op.rows(ids, vocab)
	if err != nil {
		return nil, err
	}
	out := result[T](&op.own, len(rows)*dim)
	kernel.Gather(out, table, rows, dim)
	return newValue(out, append(slices.Clone(ids.Shape()), dim)), nil
}

// rows returns the elements of ids, all of which are rows of a table of vocab rows.
func (op *lookupOp) rows(ids gorgonia.Value, vocab int) ([]int, error) {
	if ids.Shape().Dims() != op.idDims {
		return nil, errors.Errorf("embedding %q: ids have shape %v, the graph was built for rank %d", op.table, ids.Shape(), op.idDims)
	}
	rows, err := ints(ids)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding %q: ids", op.table)
	}
	if i := kernel.FirstOutside(rows, vocab); i >= 0 {
		return nil, &IndexError{op.table, rows[i], i, slices.Clone(ids.Shape()), vocab}
	}
	return rows, nil
}

func (op *lookupOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *lookupOp) Hashcode() uint32      { return hashcode(op) }
func (op *lookupOp) String() string {
	return fmt.Sprintf("lookup{%q ids=%d-D %v padding=%d}", op.table, op.idDims, op.idType, op.padding)
}

func (op *lookupOp) DiffWRT(int) []bool { return []bool{true, false} }

func (op *lookupOp) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dw, err := gorgonia.ApplyOp(lookupGradOp(op), in[0], in[1], grad)
	return gorgonia.Nodes{dw, nil}, err
}

func (op *lookupOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	return lookupGradOp(op).accumulate(in[0], out, in[0], in[1])
}

// lookupGradOp adds each row of the upstream gradient to the row of the table that it came from:
//
//	∂lookup :: Matrix a → Tensor-n int → Tensor-(n+1) a → Matrix a
func lookupGradOp(op *lookupOp) *gradOp {
	return &gradOp{
		name: "∂" + op.String(),
		types: func(a hm.Type) []hm.Type {
			return []hm.Type{tensorOf(2, a), tensorOf(op.idDims, op.idType), tensorOf(op.idDims+1, a), tensorOf(2, a)}
		},
		shape: func(in []tensor.Shape) tensor.Shape { return in[0] },
		add32: addLookupGrad[float32](op),
		add64: addLookupGrad[float64](op),
	}
}

func addLookupGrad[T kernel.Float](op *lookupOp) adder[T] {
	return func(dst []T, in []gorgonia.Value) error {
		vocab, dim := in[0].Shape()[0], in[0].Shape()[1]
		rows, err := op.rows(in[1], vocab)
		if err != nil {
			return err
		}
		grad, err := floatsOf[T](in[2], len(rows)*dim)
		if err != nil {
			return err
		}
		kernel.ScatterAdd(dst, grad, rows, dim, op.padding)
		return nil
	}
}
