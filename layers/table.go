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

// The ends of the names of a layer's main parameter, and of its bias.
const (
	weightSuffix = ".weight"
	biasSuffix   = ".bias"
)

// layerOf returns the name of the layer whose main parameter is weight.
func layerOf(weight *gorgonia.Node) string { return strings.TrimSuffix(weight.Name(), weightSuffix) }

// Table is the trainable table behind an Embedding or an EmbeddingBag: a row of numbers for each id. One table may
// serve both in a graph, as &EmbeddingBag{Table: words.Table}; its gradients add up.
type Table struct {
	name   string // name of the layer, for messages
	weight *gorgonia.Node
	bias   *gorgonia.Node // bias of Attend, or nil
	shape  tensor.Shape   // shape of weight
	rules  idRules
	frozen bool    // whether the whole table is frozen
	leaves *leaves // nil if gradients are dense
	used   bool    // whether an op reads it

	attended bool // whether Attend was called, so that the bias has a gradient
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
		return nil, errors.Errorf("a table of %d × %d elements is more than memory can hold", vocab, dim)
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
	if cfg.AttendBias != nil {
		if t.bias, err = newParam(g, name+biasSuffix, t.weight.Dtype(), cfg.AttendBias, vocab); err != nil {
			return nil, errors.WithMessage(err, "AttendBias")
		}
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

// Bias returns the bias of Attend, of shape (NumEmbeddings), or nil if there is none.
func (t *Table) Bias() *gorgonia.Node { return t.bias }

// Learnables returns the table, unless it is frozen, and at the end the bias, once Attend uses it. If Sparse, and
// Forward or Attend were called more than once, further leaves with the same value follow, called name+".weight#1" and
// so on, one for each further call: Gorgonia cannot add sparse gradients, so each op has its own, and package optim
// adds them up. Call Learnables after Forward, and give all of it to gorgonia.Grad and to the solver. Look up by
// Lookup(e.Weight(), …) what the loss does not depend on, such as a row to watch: it needs no leaf of its own.
func (t *Table) Learnables() (nodes gorgonia.Nodes) {
	switch {
	case t.frozen:
	case t.leaves != nil:
		nodes = gorgonia.Nodes(slices.Clone(*t.leaves))
	default:
		nodes = gorgonia.Nodes{t.weight}
	}
	if t.attended && t.bias != nil {
		nodes = append(nodes, t.bias)
	}
	return nodes
}

// Rules returns the rules of its ids. Rows in them count from 0, and NormType is not 0.
func (t *Table) Rules() IDRules { return t.rules.IDRules }

// FrozenRows returns the rows that FreezeRows or TrainRows keep from being trained, for optim.Group.FrozenRows.
func (t *Table) FrozenRows() []int { return t.rules.frozen.rows() }

// String returns a line such as "Table words (10, 3), padding 0, sparse": what is not the default.
func (t *Table) String() string { return t.describe("Table") }

func (t *Table) describe(layer string) string {
	s := fmt.Sprintf("%s %s %v%s", layer, t.name, t.shape, t.rules.text)
	if t.frozen {
		s += ", frozen"
	}
	if t.bias != nil {
		s += ", bias"
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
func (t *Table) value() (*tensor.Dense, error) { return valueOf(t.weight, t.shape) }

// rowMajor returns the weights, which must lie in memory row after row: Let can put any view there.
func (t *Table) rowMajor() (*tensor.Dense, error) { return rowMajorOf(t.weight, t.shape) }

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
