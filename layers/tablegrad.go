package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/sparse"
)

// A scatter is rows of src, and the rows of a table's gradient that they are added to.
type scatter[T kernel.Float] struct {
	ids  []int // rows of the table, or kernel.NoRow
	skip int   // the id whose row gets nothing, or kernel.NoRow
	from []int // the row of src that is added to row ids[i]; nil means row i
	src  []T

	weights []T // how many times it is added; nil means once
}

// A scatterer reads the inputs of a table's gradient, of which the table is the first.
type scatterer[T kernel.Float] func(in *graphop.Values[T]) (scatter[T], error)

// gradient returns the gradient of an op that reads rows of t by ids: the sum, for each id, of rows of the upstream
// gradient. For a TapeMachine the value is a dense tensor of the table's shape, or a *sparse.Rows.
func (t *Table) gradient(needs []int, s32 scatterer[float32], s64 scatterer[float64]) *graphop.Grad {
	if t.frozen {
		return nil
	}
	g32, g64 := newTableGrad(t, s32), newTableGrad(t, s64)
	grad := &graphop.Grad{
		Needs: needs,
		Rows: func() ([]int, bool) {
			if t.weight.Dtype() == tensor.Float64 {
				return g64.touched, !g64.shared
			}
			return g32.touched, !g32.shared
		},
		Add:  graphop.Kernels{F32: g32.add, F64: g64.add},
		Make: &graphop.Makers{F32: g32.make, F64: g64.make},
		Inspect: func(n *gorgonia.Node) error {
			g32.shared = graphop.Overwritable(n)
			g64.shared = g32.shared
			if o := graphop.Computed(n); o != nil && t.rules.Sparse {
				return errors.Errorf("op %q computes with the sparse gradient of table %q, which is no tensor: set Sparse to false, or leave the gradient to the solvers of package optim", o, t.name)
			}
			return t.leaves.check()
		},
	}
	if t.rules.Sparse {
		grad.Drawn = checkAlone
	}
	return grad
}

// tableGrad makes the gradient of a table.
type tableGrad[T kernel.Float] struct {
	rules      idRules
	vocab, dim int
	scatter    scatterer[T]
	shared     bool             // whether an elementwise op may write into the gradient: it is then cleared whole
	indices    [2]kernel.Index  // rows that each of the two results touched
	rows       [2]sparse.Rows   // the two results, if they are sparse
	touched    []int            // rows that the last result touched
	masked     []int            // memory of group
	weights    any              // memory of group
	sums       kernel.Groups[T] // result of group
}

func newTableGrad[T kernel.Float](t *Table, s scatterer[T]) *tableGrad[T] {
	g := &tableGrad[T]{rules: t.rules, vocab: t.vocab(), dim: t.dim(), scatter: s, shared: true}
	if g.vocab <= fewRows {
		g.indices[0].Rows, g.indices[1].Rows = g.vocab, g.vocab
	}
	return g
}

// fewRows is up to how many rows of a table the ids of a batch are indexed by row, at 4 bytes a row and index, and not by
// hash. It is faster for all tables; of larger ones it would be memory that the process notices (BenchmarkIndex).
const fewRows = 1 << 20

// checkAlone fails if the loss depends on another node than out that has a gradient with respect to table:
// Gorgonia would add it to the sparse one of out, and cannot.
func checkAlone(table, out *gorgonia.Node) error {
	for _, n := range graphop.Readers(table) {
		if n == out || !graphop.FeedsLoss(n) {
			continue
		}
		if d, ok := n.Op().(gorgonia.SDOp); ok && slices.Contains(d.DiffWRT(graphop.GraphOf(n).From(n.ID()).Len()), true) {
			return errors.Errorf("table %q is read by %v too, and Gorgonia cannot add to a sparse gradient: use the layer's Forward and Attend, which may be called many times, or set Sparse to false", table.Name(), n.Op())
		}
	}
	return nil
}

func (g *tableGrad[T]) make(in *graphop.Values[T], m *graphop.Memory) (gorgonia.Value, error) {
	s, err := g.scatter(in)
	if err != nil {
		return nil, err
	}
	x := &g.indices[1-m.Turn()] // of the next result
	if g.rules.Sparse {
		sums := g.group(x, s)
		dst := graphop.Next[T](m, len(x.IDs)*g.dim)
		sums.Sum(dst)
		rows := &g.rows[m.Turn()]
		return rows, rows.Wrap(g.vocab, g.dim, x.IDs, dst)
	}
	dst := graphop.Next[T](m, g.vocab*g.dim)
	if g.shared {
		clear(dst)
	} else {
		kernel.ClearRows(dst, x.IDs, g.dim)
	}
	g.group(x, s).SumByID(dst)
	g.touched = x.IDs
	return graphop.Result(m, dst, tensor.Shape{g.vocab, g.dim}), nil
}

// add adds the gradient to that of a LispMachine, which is dense.
func (g *tableGrad[T]) add(dst []T, in *graphop.Values[T]) error {
	s, err := g.scatter(in)
	if err != nil {
		return err
	}
	var x kernel.Index
	sums, sum := g.group(&x, s), make([]T, g.dim)
	for k, id := range x.IDs {
		sums.SumOne(sum, k)
		kernel.Add(dst[id*g.dim:(id+1)*g.dim], sum)
	}
	return nil
}

// group returns the sums of the rows of s by id, without those that get nothing, in the memory of x.
func (g *tableGrad[T]) group(x *kernel.Index, s scatter[T]) *kernel.Groups[T] {
	switch {
	case g.rules.frozen != nil:
		g.masked = kernel.Mask(g.masked, s.ids, s.skip, g.rules.frozen.has)
		x.Build(g.masked, kernel.NoRow)
	case g.rules.drops():
		g.masked = kernel.Mask(g.masked, s.ids, s.skip, nil)
		x.Build(g.masked, kernel.NoRow)
	default:
		x.Build(s.ids, s.skip)
	}
	var weights []T
	if s.weights != nil {
		weights = graphop.Room[T](&g.weights, len(x.Order))
		for i, at := range x.Order {
			weights[i] = s.weights[at]
		}
	}
	if s.from != nil {
		for i, at := range x.Order {
			x.Order[i] = s.from[at]
		}
	}
	g.sums = kernel.Groups[T]{Index: x, Src: s.src, Weights: weights, Dim: g.dim, ByFreq: g.rules.ScaleGradByFreq}
	return &g.sums
}
