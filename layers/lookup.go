package layers

import (
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// weightSuffix ends the name of a layer's main parameter.
const weightSuffix = ".weight"

// LookupConfig describes a Lookup: its fields are those of EmbeddingConfig that are not about the table itself.
type LookupConfig struct {
	PaddingIdx      *int       // an id whose row gets no gradient; the row itself is read like any other
	MaxNorm         float64    // limit of the norm of the rows that are read; 0: none
	NormType        float64    // the p of MaxNorm's p-norm; 0: 2
	ScaleGradByFreq bool       // divides a row's gradient by the number of times that the ids name it
	Sparse          bool       // makes the gradient of the table a *sparse.Rows
	IgnoreIndex     *int       // an id that means nothing: a row of zeros
	OutOfRange      OutOfRange // what becomes of ids outside the table; RangeError unless set
	UnknownIdx      *int       // the row of those ids, with RangeUnknown
	TrainRows       []int      // if not nil, the only rows that get a gradient; not empty
	FreezeRows      []int      // rows that get no gradient
}

// Lookup reads rows of weight, a table that is already a node, as torch.nn.functional.embedding:
// weight (vocab, dim), ids (d0, …, dn) → (d0, …, dn, dim).
//
// The gradient of weight is the sum of the gradients of a row's copies, a (vocab, dim) tensor or, if
// cfg.Sparse, a *sparse.Rows. Gorgonia cannot add sparse gradients: then this lookup must be the only op on
// weight that the loss depends on, or gorgonia.Grad fails. An Embedding may be looked up many times.
// Lookup fails if weight is not a float matrix, ids not tensor.Int, Int32 or Int64 (Int is fastest: the
// others are converted at each run), a field of cfg out of its range, or weight, with Sparse or
// MaxNorm, no leaf. An id
// outside [0, vocab) ends the run with an *IndexError, before anything is written.
func Lookup(weight, ids *gorgonia.Node, cfg LookupConfig) (*gorgonia.Node, error) {
	if weight == nil || ids == nil {
		return nil, errors.Wrap(errNoNode, "lookup")
	}
	table := strings.TrimSuffix(weight.Name(), weightSuffix)
	y, err := lookupNode(table, weight, ids, cfg)
	return y, errors.Wrapf(err, "embedding %q", table)
}

func lookupNode(table string, weight, ids *gorgonia.Node, cfg LookupConfig) (*gorgonia.Node, error) {
	if err := checkTable(weight, cfg); err != nil {
		return nil, err
	}
	r, err := cfg.rules(table, weight.Shape()[0])
	if err != nil {
		return nil, err
	}
	if err := checkIDs(weight, ids); err != nil {
		return nil, err
	}
	return lookup(r, weight, ids)
}

// lookup adds the op for ids that checkIDs passed.
func lookup(r rules, weight, ids *gorgonia.Node) (*gorgonia.Node, error) {
	return gorgonia.ApplyOp(&lookupOp{rules: r, idType: ids.Dtype(), idDims: ids.Dims()}, weight, ids)
}

// checkTable fails if n is not a matrix of floats, or cfg would change it and must not.
func checkTable(n *gorgonia.Node, cfg LookupConfig) error {
	if n.Dims() != 2 {
		return errors.Errorf("weight must be a matrix (vocab, dim), got shape %v", n.Shape())
	}
	if dt := n.Dtype(); dt != tensor.Float32 && dt != tensor.Float64 {
		return dtypeError("weight", dt)
	}
	if n.Shape().TotalSize() == 0 {
		return errors.Errorf("weight must have a row and a column, got shape %v", n.Shape())
	}
	if cfg.Sparse && n.Op() != nil {
		return errors.Errorf("a sparse gradient ends at a leaf of the graph, and weight is the result of %v: look up the leaf itself, or set Sparse to false", n.Op())
	}
	if cfg.MaxNorm != 0 && n.Op() != nil {
		return errors.Errorf("MaxNorm changes the weight in place, which must be a leaf of the graph and not the result of %v", n.Op())
	}
	return nil
}

// checkIDs fails if ids cannot be looked up in table.
func checkIDs(table, ids *gorgonia.Node) error {
	if err := checkInts("ids", ids); err != nil {
		return err
	}
	return checkGraph(table, "ids", ids)
}

// checkGraph fails if n is not in the graph of table.
func checkGraph(table *gorgonia.Node, what string, n *gorgonia.Node) error {
	if n.Graph() != table.Graph() {
		return errors.Errorf("%s belong to another graph than the table: make both on one gorgonia.ExprGraph", what)
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
