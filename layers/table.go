package layers

import (
	"fmt"
	"math"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/sparse"
)

// table is the parameter of an Embedding or EmbeddingBag, and the rules of its ids.
type table struct {
	rules  rules
	weight *gorgonia.Node
	used   bool // by an op
}

// tied are the nodes of one table: a node has one gradient, and Gorgonia cannot add sparse ones, so each op
// that reads the table has a node of its own, with the table's value.
type tied []*gorgonia.Node

// check fails if the loss depends on a node of the table that has no gradient, though another one has.
func (t *tied) check() error {
	if t == nil {
		return nil
	}
	for _, n := range *t {
		if n.Deriv() == nil && feedsLoss(n) {
			return errors.Errorf("the gradient of %q is missing: call Learnables after the last Forward, and give all of them to Grad", n.Name())
		}
	}
	return nil
}

// newTable adds the table that cfg describes to g.
func newTable(g *gorgonia.ExprGraph, name string, cfg EmbeddingConfig) (table, error) {
	if cfg.NumEmbeddings < 1 || cfg.EmbeddingDim < 1 {
		return table{}, errors.Errorf("NumEmbeddings and EmbeddingDim must be at least 1, got %d and %d", cfg.NumEmbeddings, cfg.EmbeddingDim)
	}
	if cfg.EmbeddingDim > math.MaxInt/8/cfg.NumEmbeddings {
		return table{}, errors.Errorf("a table of %d × %d elements is more than memory can be", cfg.NumEmbeddings, cfg.EmbeddingDim)
	}
	r, err := cfg.lookup().rules(name, cfg.NumEmbeddings)
	if err != nil {
		return table{}, err
	}
	r.frozen = cfg.Freeze != nil && *cfg.Freeze
	init := cfg.Init
	if init != nil && r.padding != kernel.NoPadding {
		init = zeroRow(init, r.padding)
	}
	weight, err := newParam(g, name+weightSuffix, defaultDtype(cfg.Dtype), init, cfg.NumEmbeddings, cfg.EmbeddingDim)
	if err != nil {
		return table{}, err
	}
	return tableOf(r, weight), nil
}

func tableOf(r rules, weight *gorgonia.Node) table {
	if r.tied = nil; r.sparse && !r.frozen {
		r.tied = &tied{weight}
	}
	return table{rules: r, weight: weight}
}

// pretrained completes cfg for a table whose weights are given.
func pretrained(weight gorgonia.Value, cfg EmbeddingConfig) (EmbeddingConfig, error) {
	w, ok := weight.(*tensor.Dense)
	if ok && w == nil {
		weight, ok = nil, false
	}
	if ok && w.Dims() == 2 && w.Shape().TotalSize() == 0 {
		return cfg, errors.Errorf("weight must have a row and a column, got shape %v", w.Shape())
	}
	if !ok || w.Dims() != 2 || w.RequiresIterator() || !w.DataOrder().IsRowMajor() {
		return cfg, errors.Errorf("weight must be a matrix (vocab, dim) that lies in memory row after row, got %s", kindOf(weight))
	}
	vocab, dim := w.Shape()[0], w.Shape()[1]
	switch {
	case cfg.Init != nil:
		return cfg, errors.New("Init must be nil: the weights are given")
	case cfg.NumEmbeddings != 0 && cfg.NumEmbeddings != vocab || cfg.EmbeddingDim != 0 && cfg.EmbeddingDim != dim:
		return cfg, errors.Errorf("NumEmbeddings and EmbeddingDim must be 0 or those of the weight %v, got %d and %d", w.Shape(), cfg.NumEmbeddings, cfg.EmbeddingDim)
	case cfg.Dtype != (tensor.Dtype{}) && cfg.Dtype != w.Dtype():
		return cfg, errors.Errorf("Dtype must be unset or that of the weight, %v, got %v", w.Dtype(), cfg.Dtype)
	}
	cfg.NumEmbeddings, cfg.EmbeddingDim, cfg.Dtype, cfg.Init = vocab, dim, w.Dtype(), From(w.Data())
	if cfg.Freeze == nil {
		cfg.Freeze = new(true)
	}
	return cfg, nil
}

// kindOf names what is wrong with v as a table.
func kindOf(v gorgonia.Value) string {
	switch w := v.(type) {
	case nil:
		return "nil"
	case *tensor.Dense:
		if w.Dims() == 2 {
			return "a view or a transposed tensor"
		}
		return fmt.Sprintf("shape %v", w.Shape())
	}
	return fmt.Sprintf("a %T", v)
}

// value returns the weights. It fails if they were taken off the node, as gorgonia's UnbindAll does.
func (t *table) value() (*tensor.Dense, error) {
	if w, ok := t.weight.Value().(*tensor.Dense); ok && slices.Equal(w.Shape(), t.weight.Shape()) {
		return w, nil
	}
	return nil, errors.Errorf("the table %q has no value any more: build the graph anew", t.weight.Name())
}

// use returns the node for the next op that reads the table.
func (t *table) use() (*gorgonia.Node, error) {
	if t.rules.tied == nil || !t.used {
		t.used = true
		return t.weight, nil
	}
	nodes := t.rules.tied
	name := sparse.LeafName(t.weight.Name(), len(*nodes))
	value, err := t.value()
	if err != nil {
		return nil, err
	}
	n, err := newLeaf(t.weight.Graph(), name, value)
	if err == nil {
		*nodes = append(*nodes, n)
	}
	return n, err
}

// learnables returns the table's nodes, that of the first op first, or none if it is frozen.
func (t *table) learnables() gorgonia.Nodes {
	switch {
	case t.rules.frozen:
		return nil
	case t.rules.tied != nil:
		return gorgonia.Nodes(slices.Clone(*t.rules.tied))
	}
	return gorgonia.Nodes{t.weight}
}

// frozenRows returns the rows that are frozen while the table is not.
func (t *table) frozenRows() (ids []int) {
	if t.rules.still == nil {
		return nil
	}
	for id, in := range t.rules.still.has {
		if in {
			ids = append(ids, id)
		}
	}
	return ids
}

// describe returns such as "Embedding words (10, 3), padding 0, sparse".
func (t *table) describe(layer string) string {
	return fmt.Sprintf("%s %s %v%s", layer, t.rules.table, t.weight.Shape(), t.rules.describe())
}

// zeroRow makes init zero one row of the matrix that it fills, unless that was loaded by From.
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
