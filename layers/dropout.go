package layers

import (
	"fmt"
	"hash"
	"math/rand/v2"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ Layer                = Dropout{}
	_ gorgonia.SDOp        = &maskOp{}
	_ gorgonia.TrainModeOp = &maskOp{}
)

// Dropout sets each element to 0 with probability P, and divides the others by 1−P, so that their
// expected sum stays (Srivastava et al., JMLR 2014), as torch.nn.Dropout. Each run draws anew.
//
// It is off in an evaluation graph: one whose machine was made with gorgonia.EvalMode(). Use a graph of
// its own for that, as the option changes the ops of the graph for all its machines.
type Dropout struct {
	P    float64    // probability in [0, 1)
	Rand *rand.Rand // source of the masks; required unless P is 0
}

// Forward maps x to the same shape. Each call draws masks of its own.
func (d Dropout) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	switch {
	case x == nil:
		return nil, errors.Wrap(errNoNode, "dropout")
	case !(d.P >= 0 && d.P < 1):
		return nil, errors.Errorf("dropout: P must be in [0, 1), got %v", d.P)
	case d.P == 0:
		return x, nil
	case d.Rand == nil:
		return nil, errors.New("dropout: no Rand: give it a seeded *rand.Rand")
	}
	op := &maskOp{p: d.P, rnd: d.Rand, id: len(x.Graph().AllNodes()), dims: x.Dims()}
	mask, err := gorgonia.ApplyOp(op, x)
	if err != nil {
		return nil, errors.Wrap(err, "dropout")
	}
	return gorgonia.HadamardProd(x, mask)
}

// Learnables returns nil.
func (d Dropout) Learnables() gorgonia.Nodes { return nil }

// String returns such as "Dropout 0.5".
func (d Dropout) String() string { return fmt.Sprintf("Dropout %v", d.P) }

// maskOp draws a tensor shaped as its input, of 0 and 1/(1−p) in training, of 1 in evaluation:
//
//	mask :: Tensor-n a → Tensor-n a
//
// It stands for Gorgonia's own Dropout, whose gradient is wrong (docs/gorgonia.md).
type maskOp struct {
	own
	p    float64
	rnd  *rand.Rand
	id   int // the number of nodes that the graph had: tells two masks of one input apart
	dims int
	eval bool
}

func (op *maskOp) Arity() int { return 1 }

func (op *maskOp) Type() hm.Type {
	x := tensorOf(op.dims, hm.TypeVariable('a'))
	return hm.NewFnType(x, x)
}

func (op *maskOp) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes, err := gorgonia.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	return shapes[0].Clone(), nil
}

func (op *maskOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if in[0].Dtype() == tensor.Float32 {
		return newValue(drawMask[float32](op, in[0].Shape().TotalSize()), in[0].Shape()), nil
	}
	return newValue(drawMask[float64](op, in[0].Shape().TotalSize()), in[0].Shape()), nil
}

func drawMask[T kernel.Float](op *maskOp, n int) []T {
	mask, keep := result[T](&op.own, n), T(1/(1-op.p))
	for i := range mask {
		switch {
		case op.eval:
			mask[i] = 1
		case op.rnd.Float64() >= op.p:
			mask[i] = keep
		default:
			mask[i] = 0
		}
	}
	return mask
}

// SetTraining is called by a machine when it is made.
func (op *maskOp) SetTraining(training bool) error {
	op.eval = !training
	return nil
}

func (op *maskOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *maskOp) Hashcode() uint32      { return hashcode(op) }
func (op *maskOp) String() string        { return fmt.Sprintf("mask{p=%v id=%d}", op.p, op.id) }

func (op *maskOp) DiffWRT(int) []bool { return []bool{false} }

func (op *maskOp) SymDiff(gorgonia.Nodes, *gorgonia.Node, *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{nil}, nil
}
