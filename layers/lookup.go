package layers

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// Lookup reads rows of weight, a table that is already a node, as torch.nn.functional.embedding:
// weight (vocab, dim), ids (d0, …, dn) → (d0, …, dn, dim).
//
// The gradient of weight is the sum of the gradients of a row's copies, a (vocab, dim) tensor or, if rules.Sparse, a
// *sparse.Rows. Gorgonia cannot add sparse gradients: then this lookup must be the only op on weight that the loss
// depends on, or gorgonia.Grad fails. An Embedding may be looked up many times.
//
// Lookup fails if weight is not a float matrix, if ids is not of tensor.Int, Int32 or Int64 (Int is fastest: the others
// are converted at each run), if a rule is out of its range, or if weight is not a leaf and rules has Sparse or
// MaxNorm. An id outside [0, vocab) ends the run with an *IndexError, before anything is written.
func Lookup(weight, ids *gorgonia.Node, rules IDRules) (*gorgonia.Node, error) {
	t, err := tableOf(weight, rules)
	if err != nil {
		return nil, err
	}
	return t.lookup(ids)
}

// lookup reads the rows of t that ids mean.
func (t *Table) lookup(ids *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := t.drawLookup(ids)
	return y, t.wrap(err)
}

// drawLookup adds the op
//
//	lookup :: Matrix a → Tensor-n int → Tensor-(n+1) a
func (t *Table) drawLookup(ids *gorgonia.Node) (*gorgonia.Node, error) {
	in := []graphop.Input{graphop.Floats("weight", t.weight), graphop.Ints("ids", ids)}
	err := graphop.Check(in...)
	if err != nil {
		return nil, err
	}
	if in[0].Node, err = t.leaf(); err != nil { // when nothing else can fail
		return nil, err
	}
	back := t.reader(ids)
	return graphop.Apply(graphop.Op{
		Name: fmt.Sprintf("lookup{%s}", t.identity()), Layer: t.label(),
		Shape: append(slices.Clone(ids.Shape()), t.dim()),
		Run:   graphop.Kernels{F32: gather[float32](t.reader(ids)), F64: gather[float64](t.reader(ids))},
		Grads: []*graphop.Grad{t.gradient([]int{0, 1}, scatterLookup[float32](back), scatterLookup[float64](back))},
	}, in...)
}

func gather[T kernel.Float](r *idReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		rows, err := r.rows(in.Ints(1))
		if err != nil {
			return err
		}
		if err := limitNorms(r, in, 0, rows); err != nil {
			return err
		}
		dim := len(in.Floats(0)) / r.vocab
		if r.rules.drops() {
			kernel.GatherOrZero(dst, in.Floats(0), rows, dim)
		} else {
			kernel.Gather(dst, in.Floats(0), rows, dim)
		}
		return nil
	}
}

// scatterLookup adds each row of the upstream gradient to the row of the table that it came from.
func scatterLookup[T kernel.Float](r *idReader) scatterer[T] {
	return func(in *graphop.Values[T]) (scatter[T], error) {
		rows, err := r.rows(in.Ints(1))
		return scatter[T]{ids: rows, skip: r.rules.padding(), src: in.Last()}, err
	}
}

// reader returns the idReader of an op with this node of ids.
func (t *Table) reader(ids *gorgonia.Node) *idReader {
	return &idReader{rules: t.rules, table: t.name, vocab: t.vocab(), shape: ids.Shape()}
}

// tableOf returns a table of weight, a node, for one op.
func tableOf(weight *gorgonia.Node, rules IDRules) (*Table, error) {
	if weight == nil {
		return nil, errors.New("embedding: weight: the node is nil")
	}
	t := &Table{name: layerOf(weight), weight: weight, shape: weight.Shape()}
	if err := graphop.Check(graphop.Floats("weight", weight)); err != nil {
		return nil, t.wrap(err)
	}
	if err := checkWeight(weight, rules); err != nil {
		return nil, t.wrap(err)
	}
	var err error
	t.rules, err = rules.check(t.vocab())
	return t, t.wrap(err)
}

// checkWeight fails if n is no table, or rules would change it and must not.
func checkWeight(n *gorgonia.Node, rules IDRules) error {
	switch {
	case n.Dims() != 2:
		return errors.Errorf("weight must be a matrix (vocab, dim), got shape %v", n.Shape())
	case n.Shape().TotalSize() == 0:
		return errors.Errorf("weight must have a row and a column, got shape %v", n.Shape())
	case rules.Sparse && n.Op() != nil:
		return errors.Errorf("a sparse gradient ends at a leaf of the graph, and weight is the result of %v: look up the leaf itself, or set Sparse to false", n.Op())
	case rules.MaxNorm != 0 && n.Op() != nil:
		return errors.Errorf("MaxNorm changes the weight in place, which must be a leaf of the graph and not the result of %v", n.Op())
	}
	return nil
}
