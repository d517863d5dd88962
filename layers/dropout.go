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
	_ gorgonia.SDOp        = &dropoutOp{}
	_ gorgonia.ADOp        = &dropoutOp{}
	_ gorgonia.TrainModeOp = &dropoutOp{}
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
	op := &dropoutOp{p: d.P, rnd: d.Rand, id: len(x.Graph().AllNodes()), dims: x.Dims()}
	return gorgonia.ApplyOp(op, x)
}

// Learnables returns nil.
func (d Dropout) Learnables() gorgonia.Nodes { return nil }

// String returns such as "Dropout 0.5".
func (d Dropout) String() string { return fmt.Sprintf("Dropout %v", d.P) }

// dropoutOp multiplies by a mask that it draws, of 0 and 1/(1−p) in training, of 1 in evaluation:
//
//	dropout :: Tensor-n a → Tensor-n a
//
// It stands for Gorgonia's own Dropout, whose gradient is wrong (docs/gorgonia.md).
type dropoutOp struct {
	own
	p    float64
	rnd  *rand.Rand
	id   int // the number of nodes that the graph had: tells two dropouts of one input apart
	dims int
	eval bool
	mask any // of the last run: []float32 or []float64
}

func (op *dropoutOp) Arity() int { return 1 }

func (op *dropoutOp) Type() hm.Type {
	x := tensorOf(op.dims, hm.TypeVariable('a'))
	return hm.NewFnType(x, x)
}

func (op *dropoutOp) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes, err := gorgonia.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	return shapes[0].Clone(), nil
}

func (op *dropoutOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if in[0].Dtype() == tensor.Float32 {
		return doDropout[float32](op, in[0])
	}
	return doDropout[float64](op, in[0])
}

func doDropout[T kernel.Float](op *dropoutOp, x gorgonia.Value) (gorgonia.Value, error) {
	elems, err := floats[T](x)
	if err != nil {
		return nil, err
	}
	mask, _ := op.mask.([]T)
	if len(mask) != len(elems) {
		mask = make([]T, len(elems))
		op.mask = mask
	}
	if op.eval {
		kernel.Fill(mask, 1)
	} else {
		drawMask(mask, op.p, op.rnd)
	}
	y := result[T](&op.own, len(elems))
	clear(y)
	kernel.AddProduct(y, mask, elems)
	return newValue(y, x.Shape()), nil
}

// drawMask sets each element to 0 with probability p, else to 1/(1−p).
func drawMask[T kernel.Float](mask []T, p float64, rnd *rand.Rand) {
	keep, limit := T(1/(1-p)), uint32(p*(1<<32))
	var bits uint64
	for i := range mask {
		if i%2 == 0 {
			bits = rnd.Uint64() // for two elements
		} else {
			bits >>= 32
		}
		mask[i] = 0
		if uint32(bits) >= limit {
			mask[i] = keep
		}
	}
}

// SetTraining is called by a machine when it is made.
func (op *dropoutOp) SetTraining(training bool) error {
	op.eval = !training
	return nil
}

func (op *dropoutOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *dropoutOp) Hashcode() uint32      { return hashcode(op) }
func (op *dropoutOp) String() string        { return fmt.Sprintf("dropout{p=%v id=%d}", op.p, op.id) }

func (op *dropoutOp) DiffWRT(int) []bool { return []bool{true} }

func (op *dropoutOp) SymDiff(_ gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := gorgonia.ApplyOp(dropoutGradOp(op), out, grad)
	return gorgonia.Nodes{dx}, err
}

func (op *dropoutOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	return dropoutGradOp(op).accumulate(in[0], out, out)
}

// dropoutGradOp multiplies by the mask that op drew:
//
//	∂dropout :: Tensor-n a → Tensor-n a → Tensor-n a
//
// Its first input is op's result, whose value it does not look at: it has to run after op.
func dropoutGradOp(op *dropoutOp) *gradOp {
	return &gradOp{
		name: "∂" + op.String(),
		types: func(a hm.Type) []hm.Type {
			x := tensorOf(op.dims, a)
			return []hm.Type{x, x, x}
		},
		shape: func(in []tensor.Shape) tensor.Shape { return in[1] },
		add32: addDropoutGrad[float32](op),
		add64: addDropoutGrad[float64](op),
	}
}

func addDropoutGrad[T kernel.Float](op *dropoutOp) adder[T] {
	return func(dst []T, in []gorgonia.Value) error {
		mask, ok := op.mask.([]T)
		if !ok || len(mask) != len(dst) {
			return errors.New("there is no mask: the dropout itself did not run")
		}
		grad, err := floatsOf[T](in[1], len(dst))
		if err != nil {
			return err
		}
		kernel.AddProduct(dst, mask, grad)
		return nil
	}
}
