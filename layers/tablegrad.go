package layers

import (
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/sparse"
)

// tableGradOp is the gradient of a table, whose rows an op read by ids: the sum, for each id, of rows of the
// upstream gradient. Its first input is the table. The value is a dense tensor of the table's shape, or
// a *sparse.Rows.
type tableGradOp struct {
	gradOp
	rules     *rules
	scatter32 scatterer[float32]
	scatter64 scatterer[float64]
	indices   [2]kernel.Index // of own's two results: which rows each touched
	node      *gorgonia.Node  // of this op
	masked    []int           // memory of group
}

// A scatter says which rows the gradient of a table is the sum of.
type scatter[T kernel.Float] struct {
	ids  []int // rows of the table, or kernel.NoRow
	skip int   // the id whose row gets nothing, or kernel.NoPadding
	from []int // the row of src that is added to row ids[i]; nil means row i
	src  []T

	weights []T // how many times it is added; nil means once
}

type scatterer[T kernel.Float] func(in []gorgonia.Value) (scatter[T], error)

// newTableGrad makes the gradient of an op that reads the table in[0]. Its inputs are in and the upstream
// gradient; types are theirs and the result's.
func newTableGrad(name string, r *rules, types func(a hm.Type) []hm.Type, s32 scatterer[float32], s64 scatterer[float64]) *tableGradOp {
	op := &tableGradOp{rules: r, scatter32: s32, scatter64: s64}
	op.gradOp = gradOp{
		name:  name,
		types: types,
		shape: func(in []tensor.Shape) tensor.Shape { return in[0] },
		add32: addScatter(op, s32),
		add64: addScatter(op, s64),
	}
	return op
}

// apply adds the gradient to the graph of out, the result of the op on in.
func (op *tableGradOp) apply(out *gorgonia.Node, in ...*gorgonia.Node) (*gorgonia.Node, error) {
	if op.rules.sparse {
		if err := checkAlone(in[0], out); err != nil {
			return nil, err
		}
	}
	n, err := gorgonia.ApplyOp(op, in...)
	if err == nil {
		n.Op().(*tableGradOp).node = n
	}
	return n, err
}

// checkAlone fails if the loss depends on another node than out that has a gradient with respect to table:
// Gorgonia would add it to the sparse one of out, and cannot.
func checkAlone(table, out *gorgonia.Node) error {
	for _, n := range readers(table) {
		if n == out || !feedsLoss(n) {
			continue
		}
		if d, ok := n.Op().(gorgonia.SDOp); ok && slices.Contains(d.DiffWRT(n.Graph().From(n.ID()).Len()), true) {
			return errors.Errorf("table %q is read by %v too, and Gorgonia cannot add to a sparse gradient: use the layer's Forward and Attend, which may be called many times, or set Sparse to false", table.Name(), n.Op())
		}
	}
	return nil
}

// feedsLoss reports whether the loss depends on n, in a graph whose gradients are being made or are there: then
// a node that depends on n has one.
func feedsLoss(n *gorgonia.Node) bool {
	return n.Deriv() != nil || slices.ContainsFunc(readers(n), feedsLoss)
}

// readers returns the nodes that read n, without gradients.
func readers(n *gorgonia.Node) (list []*gorgonia.Node) {
	for all := n.Graph().To(n.ID()); all.Next(); {
		if r := all.Node().(*gorgonia.Node); !isGradient(r.Op()) {
			list = append(list, r)
		}
	}
	return list
}

func isGradient(op gorgonia.Op) bool {
	switch op.(type) {
	case *gradOp, *tableGradOp:
		return true
	}
	return false
}

func (op *tableGradOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if in[0].Dtype() == tensor.Float32 {
		return doTableGrad(op, op.scatter32, in)
	}
	return doTableGrad(op, op.scatter64, in)
}

func doTableGrad[T kernel.Float](op *tableGradOp, scatter scatterer[T], in []gorgonia.Value) (gorgonia.Value, error) {
	if err := op.rules.tied.check(); err != nil {
		return nil, err
	}
	s, err := scatter(in)
	if err != nil {
		return nil, errors.Wrap(err, op.name)
	}
	vocab, dim := in[0].Shape()[0], in[0].Shape()[1]
	x := &op.indices[1-op.last] // of the next result
	if op.rules.sparse {
		weights := group(op, x, s)
		dst := result[T](&op.own, len(x.IDs)*dim)
		kernel.SumGroups(dst, s.src, x, weights, dim, false, op.rules.byFreq)
		return sparse.Wrap(vocab, dim, x.IDs, dst)
	}
	dst := result[T](&op.own, vocab*dim)
	if op.shared() {
		clear(dst)
	} else {
		kernel.ClearRows(dst, x.IDs, dim)
	}
	weights := group(op, x, s)
	kernel.SumGroups(dst, s.src, x, weights, dim, true, op.rules.byFreq)
	return newValue(dst, in[0].Shape()), nil
}

// shared reports whether an op of the graph reads the gradient: an elementwise one may write into it, and
// then more rows than the touched ones have to be cleared. The step of a solver of package optim does not.
func (op *tableGradOp) shared() bool {
	if op.node == nil {
		return true
	}
	for all := op.node.Graph().To(op.node.ID()); all.Next(); {
		if _, ok := all.Node().(*gorgonia.Node).Op().(interface{ LeavesInputs() }); !ok {
			return true
		}
	}
	return false
}

// group sorts the rows of s by id, without those that get nothing. The order of x then holds rows of s.src,
// and weights, if s has any, those of that order.
func group[T kernel.Float](op *tableGradOp, x *kernel.Index, s scatter[T]) (weights []T) {
	r := op.rules
	switch {
	case r.still != nil:
		op.masked = kernel.Mask(op.masked, s.ids, s.skip, r.still.has)
		x.Build(op.masked, kernel.NoRow)
	case r.ignores:
		op.masked = kernel.Mask(op.masked, s.ids, s.skip, nil)
		x.Build(op.masked, kernel.NoRow)
	default:
		x.Build(s.ids, s.skip)
	}
	if s.weights != nil {
		weights = make([]T, len(x.Order))
		for i, at := range x.Order {
			weights[i] = s.weights[at]
		}
	}
	if s.from != nil {
		for i, at := range x.Order {
			x.Order[i] = s.from[at]
		}
	}
	return weights
}

// addScatter makes a scatter the part of gradOp that a LispMachine's gradients, which are dense, are added to by.
func addScatter[T kernel.Float](op *tableGradOp, scatter scatterer[T]) adder[T] {
	return func(dst []T, in []gorgonia.Value) error {
		s, err := scatter(in)
		if err != nil {
			return err
		}
		var x kernel.Index
		weights := group(op, &x, s)
		dim := in[0].Shape()[1]
		sum := make([]T, dim)
		for k, id := range x.IDs {
			kernel.SumGroup(sum, s.src, &x, k, weights, op.rules.byFreq)
			kernel.Add(dst[id*dim:(id+1)*dim], sum)
		}
		return nil
	}
}
