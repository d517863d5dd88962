package layers

import (
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// BagMode says what an EmbeddingBag makes of the vectors of a bag.
type BagMode int

// The modes of an EmbeddingBag.
const (
	BagMean BagMode = iota // their mean, the default
	BagSum                 // their sum
)

func (m BagMode) String() string {
	switch m {
	case BagMean:
		return "mean"
	case BagSum:
		return "sum"
	}
	return "unknown mode"
}

// EmbeddingBagConfig describes an EmbeddingBag. Its fields are those of torch.nn.EmbeddingBag.
type EmbeddingBagConfig struct {
	NumEmbeddings int // vocab, the number of rows; required, at least 1
	EmbeddingDim  int // dim, the length of a row; required, at least 1

	// Mode is BagMean unless set.
	Mode BagMode

	// PaddingIdx, if not nil, is an id that counts for nothing: it is left out of the bag, and its row
	// gets no gradient. Its row starts at zero unless Init is From. A negative one counts from the end.
	PaddingIdx *int

	// Sparse makes the gradient of the table a *sparse.Rows, as EmbeddingConfig.Sparse.
	Sparse bool

	// Dtype is tensor.Float32 or tensor.Float64. The zero value means Float32.
	Dtype tensor.Dtype

	// Init fills the table; required. torch's is Normal(rnd, 1).
	Init gorgonia.InitWFn
}

// EmbeddingBag is a trainable table like an Embedding, of which each bag of ids gets one vector: the mean or
// the sum of its rows, as torch.nn.EmbeddingBag. It does in one pass what Embedding and MeanPool do in two,
// without the (batch, time, dim) vectors between them, and needs no padding.
type EmbeddingBag struct {
	table table
	cfg   BagConfig
}

// Bags is the input of an EmbeddingBag: bags of any size in one vector of ids.
type Bags struct {
	// IDs of shape (n): the first Offsets[batch] of them are those of the bags, one bag after the other. The
	// rest does not count, so that a static graph takes any batch of up to n ids.
	IDs *gorgonia.Node

	// Offsets of shape (batch+1): bag b is IDs[Offsets[b]:Offsets[b+1]], as torch's include_last_offset
	// and the row pointers of a compressed sparse row matrix. The first is 0, and none is less than
	// the one before.
	Offsets *gorgonia.Node
}

// NewEmbeddingBag adds the table name+".weight", of shape (NumEmbeddings, EmbeddingDim), to g.
// It fails if a field of cfg is out of its range or g already has a node of that name.
func NewEmbeddingBag(g *gorgonia.ExprGraph, name string, cfg EmbeddingBagConfig) (*EmbeddingBag, error) {
	bag := BagConfig{Mode: cfg.Mode, PaddingIdx: cfg.PaddingIdx, Sparse: cfg.Sparse}
	err := bag.check()
	if err != nil {
		return nil, errors.Wrapf(err, "embedding bag %q", name)
	}
	t, err := newTable(g, name, EmbeddingConfig{
		NumEmbeddings: cfg.NumEmbeddings, EmbeddingDim: cfg.EmbeddingDim,
		PaddingIdx: cfg.PaddingIdx, Sparse: cfg.Sparse, Dtype: cfg.Dtype, Init: cfg.Init,
	})
	if err != nil {
		return nil, errors.Wrapf(err, "embedding bag %q", name)
	}
	return &EmbeddingBag{t, bag}, nil
}

// Forward reduces each row of ids, a bag of time ids: (batch, time) → (batch, EmbeddingDim).
// It fails if ids are no matrix of integers; an id outside the table is an *IndexError of the run.
func (e *EmbeddingBag) Forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	return e.ForwardBags(Bags{IDs: ids})
}

// ForwardBags reduces bags of any size: in.IDs (n), in.Offsets (batch+1) → (batch, EmbeddingDim). Without
// Offsets it is Forward. An empty bag gives zeros. Offsets that do not rise, or go beyond the ids, are an
// error of the run.
func (e *EmbeddingBag) ForwardBags(in Bags) (*gorgonia.Node, error) {
	y, err := e.forward(in)
	return y, errors.Wrapf(err, "embedding bag %q", e.table.name)
}

func (e *EmbeddingBag) forward(in Bags) (*gorgonia.Node, error) {
	if in.IDs == nil {
		return nil, errNoNode
	}
	weight, err := e.table.use()
	if err != nil {
		return nil, err
	}
	return bag(e.table.name, weight, in, e.cfg, e.table.tied)
}

// Weight returns the table, of shape (NumEmbeddings, EmbeddingDim).
func (e *EmbeddingBag) Weight() *gorgonia.Node { return e.table.weight }

// Learnables returns the table, as Embedding.Learnables.
func (e *EmbeddingBag) Learnables() gorgonia.Nodes { return e.table.learnables() }

// String returns such as "EmbeddingBag words (10, 3), padding 0, sparse, mean".
func (e *EmbeddingBag) String() string {
	return e.table.describe("EmbeddingBag", e.cfg.PaddingIdx) + ", " + e.cfg.Mode.String()
}

// BagConfig describes a Bag.
type BagConfig struct {
	Mode       BagMode // BagMean unless set
	PaddingIdx *int    // if not nil, an id that counts for nothing; a negative one counts from the end
	Sparse     bool    // makes the gradient of the table a *sparse.Rows, as LookupConfig.Sparse
}

func (c BagConfig) check() error {
	switch c.Mode {
	case BagMean, BagSum:
		return nil
	}
	return errors.Errorf("Mode must be BagMean or BagSum, got %d", c.Mode)
}

// Bag reduces bags of rows of weight, a table that is already a node, as
// torch.nn.functional.embedding_bag: weight (vocab, dim), in of batch bags → (batch, dim).
//
// It fails as EmbeddingBag's ForwardBags does, and if weight is not a float matrix or a field of cfg out
// of its range. What Lookup says of the gradient holds for it too.
func Bag(weight *gorgonia.Node, in Bags, cfg BagConfig) (*gorgonia.Node, error) {
	if weight == nil || in.IDs == nil {
		return nil, errors.Wrap(errNoNode, "embedding bag")
	}
	name := strings.TrimSuffix(weight.Name(), weightSuffix)
	y, err := bag(name, weight, in, cfg, nil)
	return y, errors.Wrapf(err, "embedding bag %q", name)
}

func bag(name string, weight *gorgonia.Node, in Bags, cfg BagConfig, tied *tied) (*gorgonia.Node, error) {
	if err := checkTable(weight); err != nil {
		return nil, err
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	padding, err := paddingRow(cfg.PaddingIdx, weight.Shape()[0])
	if err != nil {
		return nil, err
	}
	op := &bagOp{
		table: name, reduce: kernel.Reduce(cfg.Mode), padding: padding, sparse: cfg.Sparse, tied: tied,
		idType: in.IDs.Dtype(), idDims: in.IDs.Dims(),
	}
	if in.Offsets == nil {
		return gorgonia.ApplyOp(op, weight, in.IDs)
	}
	op.offsetType = in.Offsets.Dtype()
	return gorgonia.ApplyOp(op, weight, in.IDs, in.Offsets)
}

func (in Bags) check() error {
	if err := checkInts("ids", in.IDs); err != nil {
		return err
	}
	if in.Offsets == nil {
		if in.IDs.Dims() != 2 {
			return errors.Errorf("want ids of shape (batch, time), or Offsets for a vector of ids, got shape %v", in.IDs.Shape())
		}
		return nil
	}
	if err := checkInts("Offsets", in.Offsets); err != nil {
		return err
	}
	if in.IDs.Dims() != 1 || in.Offsets.Dims() != 1 || in.Offsets.Shape()[0] < 1 {
		return errors.Errorf("want ids of shape (n) and Offsets of shape (batch+1), got %v and %v", in.IDs.Shape(), in.Offsets.Shape())
	}
	return nil
}
