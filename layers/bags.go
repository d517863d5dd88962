package layers

import (
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/kernel"
)

// BagConfig describes a Bag.
type BagConfig struct {
	Mode         BagMode // BagMean unless set
	LookupConfig         // an id that is padding, or ignored, is left out of its bag
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
	y, err := bagNode(name, weight, in, cfg)
	return y, errors.Wrapf(err, "embedding bag %q", name)
}

func bagNode(name string, weight *gorgonia.Node, in Bags, cfg BagConfig) (*gorgonia.Node, error) {
	if err := checkTable(weight, cfg.LookupConfig); err != nil {
		return nil, err
	}
	if err := checkMode(cfg.Mode, cfg.ScaleGradByFreq); err != nil {
		return nil, err
	}
	r, err := cfg.rules(name, weight.Shape()[0])
	if err != nil {
		return nil, err
	}
	if err := in.check(weight, cfg.Mode); err != nil {
		return nil, err
	}
	return bag(r, cfg.Mode, weight, in)
}

// bag adds the op for an input that its check passed.
func bag(r rules, mode BagMode, weight *gorgonia.Node, in Bags) (*gorgonia.Node, error) {
	op := &bagOp{
		rules: r, reduce: kernel.Reduce(mode), idType: in.IDs.Dtype(), idDims: in.IDs.Dims(),
		weighted: in.Weights != nil, noLast: in.NoLastOffset,
	}
	inputs := gorgonia.Nodes{weight, in.IDs}
	if in.Offsets != nil {
		op.offsetType = in.Offsets.Dtype()
		inputs = append(inputs, in.Offsets)
	}
	if in.Weights != nil {
		inputs = append(inputs, in.Weights)
	}
	return gorgonia.ApplyOp(op, inputs...)
}

// check fails unless in can be the input of a bag of rows of table.
func (in Bags) check(table *gorgonia.Node, mode BagMode) error {
	if err := checkIDs(table, in.IDs); err != nil {
		return err
	}
	for i, n := range []*gorgonia.Node{in.Offsets, in.Weights} {
		if n != nil {
			if err := checkGraph(table, [...]string{"Offsets", "Weights"}[i], n); err != nil {
				return err
			}
		}
	}
	if err := in.checkOffsets(); err != nil || in.Weights == nil {
		return err
	}
	switch {
	case mode.picks():
		return errors.Errorf("Weights go with BagSum, BagMean and BagSqrtN, not with the mode %v", mode)
	case in.Weights.Dtype() != table.Dtype():
		return errors.Errorf("Weights must be %v, as the table, got %v", table.Dtype(), in.Weights.Dtype())
	case in.Weights.Dims() != in.IDs.Dims() || !in.Weights.Shape().Eq(in.IDs.Shape()):
		return errors.Errorf("want Weights of the shape of the ids, %v, got %v", in.IDs.Shape(), in.Weights.Shape())
	}
	return nil
}

func (in Bags) checkOffsets() error {
	switch {
	case in.Offsets == nil && in.NoLastOffset:
		return errors.New("NoLastOffset is set, but there are no Offsets")
	case in.Offsets == nil && in.IDs.Dims() != 2:
		return errors.Errorf("want ids of shape (batch, time), or Offsets for a vector of ids, got shape %v", in.IDs.Shape())
	case in.Offsets == nil:
		return nil
	}
	if err := checkInts("Offsets", in.Offsets); err != nil {
		return err
	}
	least, shape := 1, "(batch+1)"
	if in.NoLastOffset {
		least, shape = 0, "(batch)"
	}
	if in.IDs.Dims() != 1 || in.Offsets.Dims() != 1 || in.Offsets.Shape()[0] < least {
		return errors.Errorf("want ids of shape (n) and Offsets of shape %s, got %v and %v", shape, in.IDs.Shape(), in.Offsets.Shape())
	}
	return nil
}
