package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// EmbeddingConfig describes an Embedding. Its fields, with those of IDRules, are those of torch.nn.Embedding.
type EmbeddingConfig struct {
	NumEmbeddings int // vocab, the number of rows; required, at least 1
	EmbeddingDim  int // dim, the length of a row; required, at least 1

	IDs IDRules // what ids mean, and which rows train; the zero value: ids are rows, and all train

	// Freeze keeps the table from being trained: no gradient, no Learnables. MaxNorm still holds, as in PyTorch.
	Freeze bool

	// Dtype is tensor.Float32 or tensor.Float64. The zero value means Float32.
	Dtype tensor.Dtype

	// Init fills the table; required. torch's is Normal(rnd, 1). From(weights) takes weights that are there already, a
	// pretrained table, as torch's from_pretrained does, which also freezes it unless told otherwise.
	Init gorgonia.InitWFn

	// AttendBias, if not nil, fills a bias that Attend adds: the parameter name+".bias", of shape (NumEmbeddings).
	// Zeros() suits most.
	AttendBias gorgonia.InitWFn
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
type Embedding struct{ *Table }

// NewEmbedding adds the table name+".weight", of shape (NumEmbeddings, EmbeddingDim), to g. With AttendBias,
// name+".bias" follows. It fails if a field of cfg is out of its range or g already has a node of that name.
func NewEmbedding(g *gorgonia.ExprGraph, name string, cfg EmbeddingConfig) (*Embedding, error) {
	t, err := newTable(g, name, cfg)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding %q", name)
	}
	return &Embedding{t}, nil
}

// Forward looks up ids of shape (d0, …, dn) → (d0, …, dn, EmbeddingDim), from a scalar id up.
// It fails if the ids are not integers; an id outside the table is an *IndexError of the run.
func (e *Embedding) Forward(ids *gorgonia.Node) (*gorgonia.Node, error) { return e.lookup(ids) }

// String returns a line such as "Embedding words (10, 3), padding 0, sparse": what is not the default.
func (e *Embedding) String() string { return e.describe("Embedding") }
