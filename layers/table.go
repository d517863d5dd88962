package layers

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// table is the parameter of an Embedding or EmbeddingBag.
type table struct {
	name   string // of the layer
	weight *gorgonia.Node
	used   bool  // by a lookup
	tied   *tied // nil if gradients are dense
}

// tied are the nodes that stand for one table in its second and further lookups, with its value: a node
// has one gradient, and Gorgonia cannot add sparse ones.
type tied []*gorgonia.Node

// check fails if a lookup of the table has no gradient though another one has.
func (t *tied) check() error {
	if t == nil {
		return nil
	}
	for _, n := range *t {
		if n.Deriv() == nil {
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
	padding, err := paddingRow(cfg.PaddingIdx, cfg.NumEmbeddings)
	if err != nil {
		return table{}, err
	}
	init := cfg.Init
	if init != nil && padding != kernel.NoPadding {
		init = zeroRow(init, padding)
	}
	t := table{name: name}
	if cfg.Sparse {
		t.tied = new(tied)
	}
	t.weight, err = newParam(g, name+weightSuffix, defaultDtype(cfg.Dtype), init, cfg.NumEmbeddings, cfg.EmbeddingDim)
	return t, err
}

// use returns the node for the next lookup.
func (t *table) use() (*gorgonia.Node, error) {
	if t.tied == nil || !t.used {
		t.used = true
		return t.weight, nil
	}
	name := fmt.Sprintf("%s#%d", t.weight.Name(), len(*t.tied)+1)
	n, err := newLeaf(t.weight.Graph(), name, t.weight.Value().(*tensor.Dense))
	if err == nil {
		*t.tied = append(*t.tied, n)
	}
	return n, err
}

// learnables returns the table's nodes, that of the first lookup first.
func (t *table) learnables() gorgonia.Nodes {
	nodes := gorgonia.Nodes{t.weight}
	if t.tied != nil {
		nodes = append(nodes, slices.Clone(*t.tied)...)
	}
	return nodes
}

// describe returns such as "Embedding words (10, 3), padding 0, sparse".
func (t *table) describe(layer string, padding *int) string {
	s := fmt.Sprintf("%s %s %v", layer, t.name, t.weight.Shape())
	if padding != nil {
		s += fmt.Sprintf(", padding %d", *padding)
	}
	if t.tied != nil {
		s += ", sparse"
	}
	return s
}

// paddingRow returns the row that idx means in a table of vocab rows.
func paddingRow(idx *int, vocab int) (int, error) {
	switch {
	case idx == nil:
		return kernel.NoPadding, nil
	case *idx < -vocab || *idx >= vocab:
		return 0, errors.Errorf("PaddingIdx %d is outside [%d, %d)", *idx, -vocab, vocab)
	case *idx < 0:
		return *idx + vocab, nil
	}
	return *idx, nil
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
