package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// EmbeddingConfig describes an Embedding. Its fields are those of torch.nn.Embedding.
type EmbeddingConfig struct {
	NumEmbeddings int // vocab, the number of rows; required, at least 1
	EmbeddingDim  int // dim, the length of a row; required, at least 1

	// PaddingIdx, if not nil, is an id whose row gets no gradient, and starts at zero unless Init is
	// From. A negative one counts from the end. The range is [−NumEmbeddings, NumEmbeddings).
	PaddingIdx *int

	// Sparse makes the gradient of the table a *sparse.Rows: a step then costs what its ids touch, whatever
	// NumEmbeddings is. Train it with a solver of package optim. It cannot go through Gorgonia's own
	// solvers, BindDualValues on the table, WithNaNWatch or WithInfWatch; a LispMachine's gradients are dense
	// in any case. The default is a dense gradient, which any solver takes.
	Sparse bool

	// Dtype is tensor.Float32 or tensor.Float64. The zero value means Float32.
	Dtype tensor.Dtype

	// Init fills the table; required. torch's is Normal(rnd, 1).
	Init gorgonia.InitWFn
}

// Embedding is a trainable table of one vector for each id, as torch.nn.Embedding.
//
// Its result is that of a one-hot matrix times the table, its cost that of a copy of the rows asked for:
//
//	ids  one-hot     table        rows
//	 2   0 0 1 0     0.1 0.2      0.5 0.6
//	 0   1 0 0 0  ×  0.3 0.4  =   0.1 0.2
//	                 0.5 0.6
//	                 0.7 0.8
type Embedding struct {
	table table
	cfg   LookupConfig
}

// NewEmbedding adds the table name+".weight", of shape (NumEmbeddings, EmbeddingDim), to g.
// It fails if a field of cfg is out of its range or g already has a node of that name.
func NewEmbedding(g *gorgonia.ExprGraph, name string, cfg EmbeddingConfig) (*Embedding, error) {
	t, err := newTable(g, name, cfg)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding %q", name)
	}
	return &Embedding{t, LookupConfig{PaddingIdx: cfg.PaddingIdx, Sparse: cfg.Sparse}}, nil
}

// Forward looks up ids of shape (d0, …, dn) → (d0, …, dn, EmbeddingDim), from a scalar id up.
// It fails if ids are not integers; an id outside the table is an *IndexError of the run.
func (e *Embedding) Forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := e.forward(ids)
	return y, errors.Wrapf(err, "embedding %q", e.table.name)
}

func (e *Embedding) forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	if ids == nil {
		return nil, errNoNode
	}
	weight, err := e.table.use()
	if err != nil {
		return nil, err
	}
	return lookup(e.table.name, weight, ids, e.cfg, e.table.tied)
}

// Weight returns the table, of shape (NumEmbeddings, EmbeddingDim).
func (e *Embedding) Weight() *gorgonia.Node { return e.table.weight }

// Learnables returns the table. If Sparse, and Forward was called more than once, further nodes with the
// same value follow, called name+".weight#1" and so on, one for each further call: Gorgonia cannot add sparse
// gradients, so each lookup has its own, and package optim adds them up. Call Learnables after Forward.
func (e *Embedding) Learnables() gorgonia.Nodes { return e.table.learnables() }

// String returns such as "Embedding words (10, 3), padding 0, sparse".
func (e *Embedding) String() string { return e.table.describe("Embedding", e.cfg.PaddingIdx) }
