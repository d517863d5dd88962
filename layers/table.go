package layers

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/sparse"
)

// weightSuffix ends the name of a layer's main parameter.
const weightSuffix = ".weight"

// layerOf returns the name of the layer whose main parameter is weight.
func layerOf(weight *gorgonia.Node) string { return strings.TrimSuffix(weight.Name(), weightSuffix) }

// Table is the trainable table behind an Embedding or an EmbeddingBag: a row of numbers for each id. One table may
// serve both in a graph, as &EmbeddingBag{Table: words.Table}; its gradients add up.
type Table struct {
	name   string // of the layer, in messages
	weight *gorgonia.Node
	shape  tensor.Shape // of weight
	rules  idRules
	frozen bool    // the whole table
	leaves *leaves // nil if gradients are dense
	used   bool    // by an op
}

// leaves are the leaves of one table with a sparse gradient: a node has one gradient, and Gorgonia cannot add sparse
// ones, so each op that reads the table has a leaf of its own, with the table's value.
type leaves []*gorgonia.Node

// check fails if the loss depends on a leaf that has no gradient, though another one has.
func (l *leaves) check() error {
	if l == nil {
		return nil
	}
	for _, n := range *l {
		if n.Deriv() == nil && graphop.FeedsLoss(n) {
			return errors.Errorf("the gradient of %q is missing: call Learnables after the last Forward, and give all of them to Grad", n.Name())
		}
	}
	return nil
}

// newTable adds the table that cfg describes to g.
func newTable(g *gorgonia.ExprGraph, name string, cfg EmbeddingConfig) (*Table, error) {
	vocab, dim := cfg.NumEmbeddings, cfg.EmbeddingDim
	if vocab < 1 || dim < 1 {
		return nil, errors.Errorf("NumEmbeddings and EmbeddingDim must be at least 1, got %d and %d", vocab, dim)
	}
	if dim > math.MaxInt/8/vocab {
		return nil, errors.Errorf("a table of %d × %d elements is more than memory can be", vocab, dim)
	}
	rules, err := cfg.IDs.check(vocab)
	if err != nil {
		return nil, err
	}
	init := cfg.Init
	if init != nil && rules.PaddingIdx != nil {
		init = zeroRow(init, rules.padding())
	}
	t := &Table{name: name, shape: tensor.Shape{vocab, dim}, rules: rules, frozen: cfg.Freeze}
	if t.weight, err = newParam(g, name+weightSuffix, defaultDtype(cfg.Dtype), init, vocab, dim); err != nil {
		return nil, err
	}
	t.tie()
	return t, nil
}

// tie gives a table with a sparse gradient its first leaf.
func (t *Table) tie() {
	if t.rules.Sparse && !t.frozen {
		t.leaves = &leaves{t.weight}
	}
}

// Weight returns the table, of shape (NumEmbeddings, EmbeddingDim).
func (t *Table) Weight() *gorgonia.Node { return t.weight }

// Learnables returns the table, or nothing if it is frozen. If Sparse, and Forward or Attend were called more than
// once, further leaves with the same value follow, called name+".weight#1" and so on, one for each further call:
// Gorgonia cannot add sparse gradients, so each op has its own, and package optim adds them up. Call
// Learnables after Forward, and give all of it to gorgonia.Grad and to the solver. Look up by Lookup(e.Weight(), …)
// what the loss does not depend on, such as a row to watch: it needs no leaf of its own.
func (t *Table) Learnables() gorgonia.Nodes {
	switch {
	case t.frozen:
		return nil
	case t.leaves != nil:
		return gorgonia.Nodes(slices.Clone(*t.leaves))
	}
	return gorgonia.Nodes{t.weight}
}

// FrozenRows returns the rows that FreezeRows or TrainRows keep from being trained, for optim.Group.FrozenRows.
func (t *Table) FrozenRows() []int { return t.rules.frozen.rows() }

// String returns a line such as "Table words (10, 3), padding 0, sparse": what is not the default.
func (t *Table) String() string { return t.describe("Table") }

func (t *Table) describe(layer string) string {
	s := fmt.Sprintf("%s %s %v%s", layer, t.name, t.shape, t.rules.text)
	if t.frozen {
		s += ", frozen"
	}
	return s
}

// identity returns all of t that makes a difference to an op's result or gradient.
func (t *Table) identity() string { return fmt.Sprintf("%q%v frozen=%t", t.name, t.rules, t.frozen) }

func (t *Table) vocab() int { return t.shape[0] }
func (t *Table) dim() int   { return t.shape[1] }

// label names the table in messages.
func (t *Table) label() string { return fmt.Sprintf("embedding %q", t.name) }

// wrap says of an error which table it is about.
func (t *Table) wrap(err error) error { return errors.Wrap(err, t.label()) }

// value returns the weights. It fails if they were taken off the node, as gorgonia's UnbindAll does.
func (t *Table) value() (*tensor.Dense, error) {
	if w, ok := t.weight.Value().(*tensor.Dense); ok && slices.Equal(w.Shape(), t.shape) {
		return w, nil
	}
	return nil, errors.Errorf("the table %q has no value any more: build the graph anew", t.weight.Name())
}

// rowMajor returns the weights, which must lie in memory row after row: Let can put any view there.
func (t *Table) rowMajor() (*tensor.Dense, error) {
	w, err := t.value()
	if err == nil && (w.RequiresIterator() || !w.DataOrder().IsRowMajor()) {
		return nil, errors.Errorf("the table %q must lie in memory row after row: copy the view", t.weight.Name())
	}
	return w, err
}

// leaf returns the node for the next op that reads the table.
func (t *Table) leaf() (*gorgonia.Node, error) {
	if t.leaves == nil || !t.used {
		t.used = true
		return t.weight, nil
	}
	value, err := t.value()
	if err != nil {
		return nil, err
	}
	n, err := newLeaf(t.weight.Graph(), sparse.LeafName(t.weight.Name(), len(*t.leaves)), value)
	if err == nil {
		*t.leaves = append(*t.leaves, n)
	}
	return n, err
}

// zeroRow makes init zero one row of the matrix that it fills, unless its memory was loaded, as by From.
func zeroRow(init gorgonia.InitWFn, row int) gorgonia.InitWFn {
	return func(dt tensor.Dtype, shape ...int) any {
		backing, dim := init(dt, shape...), shape[1]
		switch b := backing.(type) {
		case []float32:
			clear(b[min(row*dim, len(b)):min((row+1)*dim, len(b))]) // newParam refuses a short b
		case []float64:
			clear(b[min(row*dim, len(b)):min((row+1)*dim, len(b))])
		}
		return backing
	}
}
