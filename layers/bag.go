package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// BagMode says what an EmbeddingBag makes of the vectors of a bag.
type BagMode int

// The modes of an EmbeddingBag. With x the vectors of a bag of n ids, and w its weights if there are any:
const (
	BagMean  BagMode = iota // Σx/n, or Σwx/Σw; the default
	BagSum                  // Σx, or Σwx
	BagMax                  // the greatest x of each column: the gradient goes to the first that has it
	BagSqrtN                // Σx/√n, or Σwx/√Σw², as tf.nn.embedding_lookup_sparse's sqrtn
	BagMin                  // the least x of each column: the gradient goes to the first that has it
)

func (m BagMode) String() string {
	if m >= BagMean && m <= BagMin {
		return [...]string{"mean", "sum", "max", "sqrtn", "min"}[m]
	}
	return "unknown mode"
}

// picks reports whether m takes elements of the vectors instead of adding them.
func (m BagMode) picks() bool { return m == BagMax || m == BagMin }

// EmbeddingBagConfig describes an EmbeddingBag. Its fields are those of torch.nn.EmbeddingBag.
type EmbeddingBagConfig struct {
	NumEmbeddings int // vocab, the number of rows; required, at least 1
	EmbeddingDim  int // dim, the length of a row; required, at least 1

	// Mode is BagMean unless set.
	Mode BagMode

	// PaddingIdx, if not nil, is an id that counts for nothing: it is left out of the bag, and its row
	// gets no gradient. Its row starts at zero unless Init is From. A negative one counts from the end.
	PaddingIdx *int

	// ScaleGradByFreq divides the gradient of a row by the number of times that it is in the bags, all of a run
	// together. It fails with BagMax and BagMin.
	ScaleGradByFreq bool

	// The others are those of EmbeddingConfig. An id that is ignored is left out of its bag.
	MaxNorm               float64
	NormType              float64
	Sparse                bool
	Freeze                *bool
	TrainRows, FreezeRows []int
	IgnoreIndex           *int
	OutOfRange            OutOfRange
	UnknownIdx            *int

	// Dtype is tensor.Float32 or tensor.Float64. The zero value means Float32.
	Dtype tensor.Dtype

	// Init fills the table; required. torch's is Normal(rnd, 1).
	Init gorgonia.InitWFn
}

// EmbeddingBag is a trainable table like an Embedding, of which each bag of ids gets one vector: the mean, sum, …
// of its rows, as torch.nn.EmbeddingBag. It does in one pass what Embedding and MeanPool do in two,
// without the (batch, time, dim) vectors between them, and needs no padding.
type EmbeddingBag struct {
	table table
	mode  BagMode
}

// Bags is the input of an EmbeddingBag: a matrix of ids, of which each row is a bag, or a vector of ids and Offsets
// that say where in it bags of any size begin.
type Bags struct {
	// IDs of shape (batch, time), or (n) with Offsets: bag after bag.
	IDs *gorgonia.Node

	// Offsets of shape (batch+1): bag b is IDs[Offsets[b]:Offsets[b+1]], as torch's include_last_offset and the row
	// pointers of a compressed sparse row matrix. The first is 0, and none is less than the one before. IDs after
	// the last offset do not count, so that a static graph takes any batch of up to n ids.
	Offsets *gorgonia.Node

	// NoLastOffset says that Offsets has shape (batch), without the end of the last bag, which goes to the end of IDs:
	// torch's default, include_last_offset=False.
	NoLastOffset bool

	// Weights, if not nil, has a weight for each of IDs, and their shape: torch's per_sample_weights. They get a
	// gradient. The modes BagSum, BagMean and BagSqrtN take them; a bag for which the divisor is 0 gives zeros.
	Weights *gorgonia.Node
}

// NewEmbeddingBag adds the table name+".weight", of shape (NumEmbeddings, EmbeddingDim), to g.
// It fails if a field of cfg is out of its range or g already has a node of that name.
func NewEmbeddingBag(g *gorgonia.ExprGraph, name string, cfg EmbeddingBagConfig) (*EmbeddingBag, error) {
	return newBag(g, name, cfg, cfg.embedding())
}

// EmbeddingBagFromPretrained is NewEmbeddingBag for weights that are there already, as EmbeddingFromPretrained.
// The table is frozen unless cfg.Freeze is new(false).
func EmbeddingBagFromPretrained(g *gorgonia.ExprGraph, name string, weight gorgonia.Value, cfg EmbeddingBagConfig) (*EmbeddingBag, error) {
	c, err := pretrained(weight, cfg.embedding())
	if err != nil {
		return nil, errors.Wrapf(err, "embedding bag %q", name)
	}
	return newBag(g, name, cfg, c)
}

func newBag(g *gorgonia.ExprGraph, name string, cfg EmbeddingBagConfig, c EmbeddingConfig) (*EmbeddingBag, error) {
	err := checkMode(cfg.Mode, cfg.ScaleGradByFreq)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding bag %q", name)
	}
	t, err := newTable(g, name, c)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding bag %q", name)
	}
	return &EmbeddingBag{t, cfg.Mode}, nil
}

// embedding returns c without what is about bags.
func (c EmbeddingBagConfig) embedding() EmbeddingConfig {
	return EmbeddingConfig{
		NumEmbeddings: c.NumEmbeddings, EmbeddingDim: c.EmbeddingDim, Dtype: c.Dtype, Init: c.Init, Freeze: c.Freeze,
		PaddingIdx: c.PaddingIdx, MaxNorm: c.MaxNorm, NormType: c.NormType, ScaleGradByFreq: c.ScaleGradByFreq, Sparse: c.Sparse,
		IgnoreIndex: c.IgnoreIndex, OutOfRange: c.OutOfRange, UnknownIdx: c.UnknownIdx, TrainRows: c.TrainRows, FreezeRows: c.FreezeRows,
	}
}

// checkMode fails if there is no such mode, or it does not go with ScaleGradByFreq.
func checkMode(m BagMode, byFreq bool) error {
	switch {
	case m < BagMean || m > BagMin:
		return errors.Errorf("Mode must be BagMean, BagSum, BagMax, BagSqrtN or BagMin, got %d", m)
	case m.picks() && byFreq:
		return errors.Errorf("ScaleGradByFreq does not go with the mode %v, whose gradient is not a sum over the ids", m)
	}
	return nil
}

// Forward reduces each row of ids, a bag of time ids: (batch, time) → (batch, EmbeddingDim).
// It fails if ids are no matrix of integers; an id outside the table is an *IndexError of the run.
func (e *EmbeddingBag) Forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	return e.ForwardBags(Bags{IDs: ids})
}

// ForwardBags reduces bags of any size: in.IDs (n), in.Offsets (batch+1) → (batch, EmbeddingDim). Without
// Offsets, in.IDs (batch, time) → (batch, EmbeddingDim). An empty bag gives zeros.
// It fails if the shapes or types do not fit, or in.Weights the mode. Offsets that do not rise, or go beyond the
// ids, are an error of the run, as is an id outside the table.
func (e *EmbeddingBag) ForwardBags(in Bags) (*gorgonia.Node, error) {
	y, err := e.forward(in)
	return y, errors.Wrapf(err, "embedding bag %q", e.table.rules.table)
}

func (e *EmbeddingBag) forward(in Bags) (*gorgonia.Node, error) {
	if in.IDs == nil {
		return nil, errNoNode
	}
	if err := in.check(e.table.weight, e.mode); err != nil {
		return nil, err
	}
	weight, err := e.table.use() // when nothing can fail any more
	if err != nil {
		return nil, err
	}
	return bag(e.table.rules, e.mode, weight, in)
}

// Weight returns the table, of shape (NumEmbeddings, EmbeddingDim).
func (e *EmbeddingBag) Weight() *gorgonia.Node { return e.table.weight }

// Learnables returns the table, as Embedding.Learnables.
func (e *EmbeddingBag) Learnables() gorgonia.Nodes { return e.table.learnables() }

// FrozenRows returns the rows that are not trained, as Embedding.FrozenRows.
func (e *EmbeddingBag) FrozenRows() []int { return e.table.frozenRows() }

// String returns such as "EmbeddingBag words (10, 3), padding 0, sparse, mean".
func (e *EmbeddingBag) String() string {
	return e.table.describe("EmbeddingBag") + ", " + e.mode.String()
}
