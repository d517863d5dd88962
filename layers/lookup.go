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

	// Sparse makes the gradient of the table a *sparse.Rows, which costs what the ids touch and goes
	// to the solvers of package optim alone. The default is a dense tensor, for which any solver will do.
	Sparse bool
}

// Lookup reads rows of weight, a table that is already a node, as torch.nn.functional.embedding:
// weight (vocab, dim), ids (d0, …, dn) → (d0, …, dn, dim).
//
// The gradient of weight is the sum of the gradients of a row's copies, a (vocab, dim) tensor or, if
// cfg.Sparse, a *sparse.Rows. Gorgonia cannot add sparse gradients: then this lookup must be the only op that
// reads weight and has a gradient, or gorgonia.Grad fails. An Embedding may be looked up many times.
// Lookup fails if weight is not a float matrix, ids not tensor.Int, Int32 or Int64 (Int is fastest: the
// others are converted at each run), or PaddingIdx out of range. An id outside [0, vocab) ends the run
// with an *IndexError, before anything is written.
func Lookup(weight, ids *gorgonia.Node, cfg LookupConfig) (*gorgonia.Node, error) {
	if weight == nil || ids == nil {
		return nil, errors.Wrap(errNoNode, "lookup")
	}
	table := strings.TrimSuffix(weight.Name(), weightSuffix)
	y, err := lookup(table, weight, ids, cfg, nil)
	return y, errors.Wrapf(err, "embedding %q", table)
}

func lookup(table string, weight, ids *gorgonia.Node, cfg LookupConfig, tied *tied) (*gorgonia.Node, error) {
	if err := checkTable(weight); err != nil {
		return nil, err
	}
	if err := checkInts("ids", ids); err != nil {
		return nil, err
	}
	padding, err := paddingRow(cfg.PaddingIdx, weight.Shape()[0])
	if err != nil {
		return nil, err
	}
	op := &lookupOp{table: table, idType: ids.Dtype(), idDims: ids.Dims(), padding: padding, sparse: cfg.Sparse, tied: tied}
	return gorgonia.ApplyOp(op, weight, ids)
}

// checkTable fails if n is not a matrix of floats.
func checkTable(n *gorgonia.Node) error {
	if n.Dims() != 2 {
		return errors.Errorf("weight must be a matrix (vocab, dim), got shape %v", n.Shape())
	}
	if dt := n.Dtype(); dt != tensor.Float32 && dt != tensor.Float64 {
		return dtypeError("weight", dt)
	}
	return nil
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
	sparse  bool
	tied    *tied // lookups of the same table, or nil
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
	return rows, checkRows(op.table, rows, ids.Shape(), vocab)
}

// checkRows fails if an id is no row of a table of vocab rows.
func checkRows(table string, ids []int, shape tensor.Shape, vocab int) error {
	if i := kernel.FirstOutside(ids, vocab); i >= 0 {
		return &IndexError{table, ids[i], i, slices.Clone(shape), vocab}
	}
	return nil
}

func (op *lookupOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *lookupOp) Hashcode() uint32      { return hashcode(op) }
func (op *lookupOp) String() string {
	return fmt.Sprintf("lookup{%q ids=%d-D %v padding=%d sparse=%t}", op.table, op.idDims, op.idType, op.padding, op.sparse)
}

func (op *lookupOp) DiffWRT(int) []bool { return []bool{true, false} }

func (op *lookupOp) SymDiff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dw, err := lookupGradOp(op).apply(out, in[0], in[1], grad)
	return gorgonia.Nodes{dw, nil}, err
}

func (op *lookupOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	return lookupGradOp(op).accumulate(in[0], out, in[0], in[1])
}

// lookupGradOp adds each row of the upstream gradient to the row of the table that it came from:
//
//	∂lookup :: Matrix a → Tensor-n int → Tensor-(n+1) a → Matrix a
func lookupGradOp(op *lookupOp) *tableGradOp {
	return newTableGrad("∂"+op.String(), op.sparse, op.tied,
		func(a hm.Type) []hm.Type {
			return []hm.Type{tensorOf(2, a), tensorOf(op.idDims, op.idType), tensorOf(op.idDims+1, a), tensorOf(2, a)}
		},
		scatterLookup[float32](op), scatterLookup[float64](op))
}

func scatterLookup[T kernel.Float](op *lookupOp) scatterer[T] {
	return func(in []gorgonia.Value) (scatter[T], error) {
		vocab, dim := in[0].Shape()[0], in[0].Shape()[1]
		rows, err := op.rows(in[1], vocab)
		if err != nil {
			return scatter[T]{}, err
		}
		grad, err := floatsOf[T](in[2], len(rows)*dim)
		return scatter[T]{ids: rows, skip: op.padding, src: grad}, err
	}
}
