package layers

import (
	"fmt"
	"hash"
	"slices"

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

// lookupOp selects rows of a table:
//
//	lookup :: Matrix a → Tensor-n int → Tensor-(n+1) a
type lookupOp struct {
	own
	rules
	idType tensor.Dtype
	idDims int
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
	rows, err := op.read(ids, vocab)
	if err != nil {
		return nil, err
	}
	if err := limitNorms(&op.rules, weight, table, rows); err != nil {
		return nil, err
	}
	out := result[T](&op.own, len(rows)*dim)
	if op.ignores {
		kernel.GatherOrZero(out, table, rows, dim)
	} else {
		kernel.Gather(out, table, rows, dim)
	}
	return newValue(out, append(slices.Clone(ids.Shape()), dim)), nil
}

// read returns the rows that ids mean.
func (op *lookupOp) read(ids gorgonia.Value, vocab int) ([]int, error) {
	if ids.Shape().Dims() != op.idDims {
		return nil, errors.Errorf("embedding %q: ids have shape %v, the graph was built for rank %d", op.table, ids.Shape(), op.idDims)
	}
	elems, err := ints(ids)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding %q: ids", op.table)
	}
	return op.rows(elems, ids.Shape(), vocab)
}

func (op *lookupOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *lookupOp) Hashcode() uint32      { return hashcode(op) }
func (op *lookupOp) String() string {
	return fmt.Sprintf("lookup{%q ids=%d-D %v %v}", op.table, op.idDims, op.idType, &op.rules)
}

func (op *lookupOp) DiffWRT(int) []bool { return []bool{!op.frozen, false} }

func (op *lookupOp) SymDiff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dw, err := lookupGradOp(op).apply(out, in[0], in[1], grad)
	return gorgonia.Nodes{dw, nil}, err
}

func (op *lookupOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	if op.frozen {
		return nil
	}
	return lookupGradOp(op).accumulate(in[0], out, in[0], in[1])
}

// lookupGradOp adds each row of the upstream gradient to the row of the table that it came from:
//
//	∂lookup :: Matrix a → Tensor-n int → Tensor-(n+1) a → Matrix a
func lookupGradOp(op *lookupOp) *tableGradOp {
	return newTableGrad("∂"+op.String(), &op.rules,
		func(a hm.Type) []hm.Type {
			return []hm.Type{tensorOf(2, a), tensorOf(op.idDims, op.idType), tensorOf(op.idDims+1, a), tensorOf(2, a)}
		},
		scatterLookup[float32](op), scatterLookup[float64](op))
}

func scatterLookup[T kernel.Float](op *lookupOp) scatterer[T] {
	return func(in []gorgonia.Value) (scatter[T], error) {
		vocab, dim := in[0].Shape()[0], in[0].Shape()[1]
		rows, err := op.read(in[1], vocab)
		if err != nil {
			return scatter[T]{}, err
		}
		grad, err := floatsOf[T](in[2], len(rows)*dim)
		return scatter[T]{ids: rows, skip: op.padding, src: grad}, err
	}
}
