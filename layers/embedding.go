package layers

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// EmbeddingConfig describes an Embedding. Its fields are those of torch.nn.Embedding.
type EmbeddingConfig struct {
	NumEmbeddings int // vocab, the number of rows; required, at least 1
	EmbeddingDim  int // dim, the length of a row; required, at least 1

	// PaddingIdx, if not nil, is an id whose row gets no gradient, and starts at zero unless Init is
	// From. A negative one counts from the end. The range is [−NumEmbeddings, NumEmbeddings).
	PaddingIdx *int

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
	weight *gorgonia.Node // (vocab, dim)
	cfg    LookupConfig
}

// NewEmbedding adds the table name+".weight", of shape (NumEmbeddings, EmbeddingDim), to g.
// It fails if a field of cfg is out of its range or g already has a node of that name.
func NewEmbedding(g *gorgonia.ExprGraph, name string, cfg EmbeddingConfig) (*Embedding, error) {
	weight, err := newTable(g, name, cfg)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding %q", name)
	}
	return &Embedding{weight, LookupConfig{PaddingIdx: cfg.PaddingIdx}}, nil
}

func newTable(g *gorgonia.ExprGraph, name string, cfg EmbeddingConfig) (*gorgonia.Node, error) {
	if cfg.NumEmbeddings < 1 || cfg.EmbeddingDim < 1 {
		return nil, errors.Errorf("NumEmbeddings and EmbeddingDim must be at least 1, got %d and %d", cfg.NumEmbeddings, cfg.EmbeddingDim)
	}
	padding, err := paddingRow(cfg.PaddingIdx, cfg.NumEmbeddings)
	if err != nil {
		return nil, err
	}
	init := cfg.Init
	if init != nil && padding != kernel.NoPadding {
		init = zeroRow(init, padding)
	}
	return newParam(g, name+weightSuffix, defaultDtype(cfg.Dtype), init, cfg.NumEmbeddings, cfg.EmbeddingDim)
}

// Forward looks up ids of shape (d0, …, dn) → (d0, …, dn, EmbeddingDim), from a scalar id up.
// It fails if ids are not integers; an id outside the table is an *IndexError of the run.
func (e *Embedding) Forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	return Lookup(e.weight, ids, e.cfg)
}

// Weight returns the table, of shape (NumEmbeddings, EmbeddingDim).
func (e *Embedding) Weight() *gorgonia.Node { return e.weight }

// Learnables returns the table.
func (e *Embedding) Learnables() gorgonia.Nodes { return gorgonia.Nodes{e.weight} }

// String returns such as "Embedding words (10, 3), padding 0".
func (e *Embedding) String() string {
	s := fmt.Sprintf("Embedding %s %v", strings.TrimSuffix(e.weight.Name(), weightSuffix), e.weight.Shape())
	if e.cfg.PaddingIdx != nil {
		s += fmt.Sprintf(", padding %d", *e.cfg.PaddingIdx)
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
