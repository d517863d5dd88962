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

	// MaxNorm, if positive, is a limit of the norm of the rows that are used: at each run, before the lookup, a
	// row x of the ids with ‖x‖ > MaxNorm is multiplied, once and in place, by MaxNorm/(‖x‖ + 1e-7). The gradient
	// takes no notice. 0 means no limit. The run then writes the table: other machines must not run on it.
	MaxNorm float64

	// NormType is the p of MaxNorm's p-norm: any positive number, math.Inf(1) for the greatest |x|. 0 means 2.
	NormType float64

	// ScaleGradByFreq divides the gradient of a row by the number of times that the ids of the lookup name it.
	ScaleGradByFreq bool

	// Sparse makes the gradient of the table a *sparse.Rows: a step then costs what its ids touch, whatever
	// NumEmbeddings is. Train it with a solver of package optim. It cannot go through Gorgonia's own
	// solvers, BindDualValues on the table, WithNaNWatch or WithInfWatch; a LispMachine's gradients are dense
	// in any case. The default is a dense gradient, which any solver takes; who writes into it between two runs must leave
	// zeros in the rows that were zero.
	Sparse bool

	// Freeze, if true, keeps the table from being trained: no gradient, no Learnables. nil means false, but true
	// for EmbeddingFromPretrained. MaxNorm still holds, as in PyTorch.
	Freeze *bool

	// FreezeRows are rows that get no gradient, and that MaxNorm does not touch; TrainRows, if not nil, are the
	// only ones that get one. At most one of them can be set. Negative ones count from the end.
	// A row that never had a gradient stays as it is with any solver without weight decay. With decay it stays if the
	// gradient is Sparse and there is no Attend, or if the optim.Group of the table has the rows of FrozenRows.
	TrainRows, FreezeRows []int

	// IgnoreIndex, if not nil, is an id that means nothing: its vector is zero, and no row gets its gradient. It
	// is any number, such as −1, and comes before all that is said of ids elsewhere.
	IgnoreIndex *int

	// OutOfRange says what becomes of an id outside [0, NumEmbeddings). RangeError unless set. UnknownIdx is the
	// row for such ids with RangeUnknown, and nil otherwise; a negative one counts from the end.
	OutOfRange OutOfRange
	UnknownIdx *int

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
type Embedding struct{ table table }

// NewEmbedding adds the table name+".weight", of shape (NumEmbeddings, EmbeddingDim), to g.
// It fails if a field of cfg is out of its range or g already has a node of that name.
func NewEmbedding(g *gorgonia.ExprGraph, name string, cfg EmbeddingConfig) (*Embedding, error) {
	t, err := newTable(g, name, cfg)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding %q", name)
	}
	return &Embedding{t}, nil
}

// EmbeddingFromPretrained is NewEmbedding for weights that are there already, as torch.nn.Embedding.from_pretrained:
// weight (vocab, dim), of float32 or float64, becomes the table, without a copy, and its padding row stays as it
// is. The table is frozen unless cfg.Freeze is new(false). Of cfg, Init must be nil, and NumEmbeddings,
// EmbeddingDim and Dtype may be left out. It fails as NewEmbedding does, or if weight is no matrix or a view.
func EmbeddingFromPretrained(g *gorgonia.ExprGraph, name string, weight gorgonia.Value, cfg EmbeddingConfig) (*Embedding, error) {
	cfg, err := pretrained(weight, cfg)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding %q", name)
	}
	return NewEmbedding(g, name, cfg)
}

// Forward looks up ids of shape (d0, …, dn) → (d0, …, dn, EmbeddingDim), from a scalar id up.
// It fails if ids are not integers; an id outside the table is an *IndexError of the run.
func (e *Embedding) Forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := e.forward(ids)
	return y, errors.Wrapf(err, "embedding %q", e.table.rules.table)
}

func (e *Embedding) forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	if ids == nil {
		return nil, errNoNode
	}
	if err := checkIDs(e.table.weight, ids); err != nil {
		return nil, err
	}
	weight, err := e.table.use() // when nothing can fail any more
	if err != nil {
		return nil, err
	}
	return lookup(e.table.rules, weight, ids)
}

// Weight returns the table, of shape (NumEmbeddings, EmbeddingDim).
func (e *Embedding) Weight() *gorgonia.Node { return e.table.weight }

// Learnables returns the table, or nothing if it is frozen. If Sparse, and Forward or Attend were called more than
// once, further nodes with the same value follow, called name+".weight#1" and so on, one for each further call:
// Gorgonia cannot add sparse gradients, so each op has its own, and package optim adds them up. Call
// Learnables after Forward, and give all of it to gorgonia.Grad and to the solver. Look up by Lookup(e.Weight(), …)
// what the loss does not depend on, such as a row to watch: it needs no node of its own.
func (e *Embedding) Learnables() gorgonia.Nodes { return e.table.learnables() }

// String returns such as "Embedding words (10, 3), padding 0, sparse": what is not the default.
func (e *Embedding) String() string { return e.table.describe("Embedding") }

// FrozenRows returns the rows that FreezeRows or TrainRows keep from being trained, for optim.Group.FrozenRows.
func (e *Embedding) FrozenRows() []int { return e.table.frozenRows() }

// lookup returns the part of c that is about lookups.
func (c EmbeddingConfig) lookup() LookupConfig {
	return LookupConfig{
		PaddingIdx: c.PaddingIdx, MaxNorm: c.MaxNorm, NormType: c.NormType, ScaleGradByFreq: c.ScaleGradByFreq, Sparse: c.Sparse,
		IgnoreIndex: c.IgnoreIndex, OutOfRange: c.OutOfRange, UnknownIdx: c.UnknownIdx, TrainRows: c.TrainRows, FreezeRows: c.FreezeRows,
	}
}
