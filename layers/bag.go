package layers

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// BagMode says how an EmbeddingBag reduces the vectors of a bag to one.
type BagMode int

// The modes of an EmbeddingBag, where x are the vectors of a bag of n ids, and w its weights, if there are any.
const (
	BagMean  = BagMode(kernel.Mean)  // Σx/n, or Σwx/Σw; the default
	BagSum   = BagMode(kernel.Sum)   // Σx, or Σwx
	BagMax   = BagMode(kernel.Max)   // the greatest x of each column: the gradient goes to the first that has it
	BagSqrtN = BagMode(kernel.SqrtN) // Σx/√n, or Σwx/√Σw², as tf.nn.embedding_lookup_sparse's sqrtn
	BagMin   = BagMode(kernel.Min)   // the least x of each column: the gradient goes to the first that has it
)

// String returns the mode's name, such as "mean".
func (m BagMode) String() string {
	if m < BagMean || m > BagMin {
		return fmt.Sprintf("BagMode(%d)", int(m))
	}
	return kernel.Reduce(m).String()
}

// picks reports whether m takes elements of the vectors instead of adding them.
func (m BagMode) picks() bool { return m == BagMax || m == BagMin }

// check fails if there is no such mode, or it does not go with the rules of ids or with Weights.
func (m BagMode) check(rules IDRules, weighted bool) error {
	switch {
	case m < BagMean || m > BagMin:
		return errors.Errorf("Mode must be BagMean, BagSum, BagMax, BagSqrtN or BagMin, got %d", m)
	case m.picks() && rules.ScaleGradByFreq:
		return errors.Errorf("ScaleGradByFreq does not go with the mode %v, whose gradient is not a sum over the ids", m)
	case m.picks() && weighted:
		return errors.Errorf("Weights go with BagSum, BagMean and BagSqrtN, not with the mode %v", m)
	}
	return nil
}

// EmbeddingBagConfig describes an EmbeddingBag: an EmbeddingConfig with a Mode. Its fields, with those of IDRules, are
// those of torch.nn.EmbeddingBag.
type EmbeddingBagConfig struct {
	NumEmbeddings int              // vocab, the number of rows; required, at least 1
	EmbeddingDim  int              // dim, the length of a row; required, at least 1
	Mode          BagMode          // reduction of a bag; BagMean unless set
	IDs           IDRules          // what ids mean, and which rows train
	Freeze        bool             // keeps the table from being trained
	Dtype         tensor.Dtype     // tensor.Float32 or tensor.Float64; the zero value means Float32
	Init          gorgonia.InitWFn // fills the table; required, as in EmbeddingConfig
}

// EmbeddingBag is a trainable table like an Embedding, of which each bag of ids gets one vector: the mean, sum, …
// of its rows, as torch.nn.EmbeddingBag. It does in one pass what Embedding and MeanPool do in two,
// without the (batch, time, dim) vectors between them, and needs no padding.
type EmbeddingBag struct {
	*Table
	Mode BagMode
}

// NewEmbeddingBag adds the table name+".weight", of shape (NumEmbeddings, EmbeddingDim), to g.
// It fails if a field of cfg is out of its range or g already has a node of that name.
func NewEmbeddingBag(g *gorgonia.ExprGraph, name string, cfg EmbeddingBagConfig) (*EmbeddingBag, error) {
	if err := cfg.Mode.check(cfg.IDs, false); err != nil {
		return nil, errors.Wrapf(err, "embedding %q", name)
	}
	e, err := NewEmbedding(g, name, EmbeddingConfig{cfg.NumEmbeddings, cfg.EmbeddingDim, cfg.IDs, cfg.Freeze, cfg.Dtype, cfg.Init, nil})
	if err != nil {
		return nil, err
	}
	return &EmbeddingBag{e.Table, cfg.Mode}, nil
}

// Forward reduces each row of ids, a bag of time ids: (batch, time) → (batch, EmbeddingDim).
// It fails if ids is not a matrix of integers; an id outside the table is an *IndexError of the run.
func (e *EmbeddingBag) Forward(ids *gorgonia.Node) (*gorgonia.Node, error) {
	return e.ForwardTexts(Texts{IDs: ids})
}

// ForwardTexts reduces texts of any length: IDs (n), Offsets (batch+1) → (batch, EmbeddingDim). Without Offsets,
// IDs (batch, time) → (batch, EmbeddingDim). An empty text gives zeros.
// It fails if the shapes or types do not fit, or Weights the mode. Offsets that do not rise, or go beyond the
// ids, are an error of the run, as is an id outside the table.
func (e *EmbeddingBag) ForwardTexts(texts Texts) (*gorgonia.Node, error) { return e.bag(texts, e.Mode) }

// String returns a line such as "EmbeddingBag words (10, 3), padding 0, sparse, mean".
func (e *EmbeddingBag) String() string { return e.describe("EmbeddingBag") + ", " + e.Mode.String() }

// Bag reduces bags of rows of weight, a table that is already a node, as torch.nn.functional.embedding_bag:
// weight (vocab, dim), batch texts → (batch, dim).
//
// It fails as ForwardTexts does, and if weight is not a float matrix or a rule is out of its range. What Lookup says
// about the gradient holds here too.
func Bag(weight *gorgonia.Node, texts Texts, mode BagMode, rules IDRules) (*gorgonia.Node, error) {
	t, err := tableOf(weight, rules)
	if err != nil {
		return nil, err
	}
	return t.bag(texts, mode)
}
