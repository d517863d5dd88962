package layers

import (
	"fmt"
	"hash"
	"slices"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ Layer         = MeanPool{}
	_ gorgonia.SDOp = &meanPoolOp{}
	_ gorgonia.ADOp = &meanPoolOp{}
)

// MeanPool averages the vectors of each text's words and leaves padding out.
type MeanPool struct {
	IDs        *gorgonia.Node // (…, time), the ids that the vectors were looked up for; required
	PaddingIdx int            // the id whose vectors do not count
}

// Forward maps vectors of shape (…, time, dim) → (…, dim). The mean of nothing but padding is zero.
func (p MeanPool) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := p.forward(x)
	return y, errors.Wrap(err, "mean pool")
}

func (p MeanPool) forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	if x == nil {
		return nil, errNoNode
	}
	if p.IDs == nil {
		return nil, errors.New("no IDs: set the node that the vectors were looked up for")
	}
	if err := checkInts("IDs", p.IDs); err != nil {
		return nil, err
	}
	ids := p.IDs.Shape()
	if len(ids) < 1 || x.Dims() != len(ids)+1 || !slices.Equal(x.Shape()[:len(ids)], ids) {
		return nil, errors.Errorf("want vectors of shape (…, time, dim) and IDs of shape (…, time), got %v and %v", x.Shape(), ids)
	}
	if last(ids) < 1 {
		return nil, errors.Errorf("want at least one word a text, got IDs of shape %v", ids)
	}
	op := &meanPoolOp{idType: p.IDs.Dtype(), idDims: len(ids), padding: p.PaddingIdx}
	return gorgonia.ApplyOp(op, x, p.IDs)
}

// Learnables returns nil.
func (p MeanPool) Learnables() gorgonia.Nodes { return nil }

// String returns such as "MeanPool, padding 0".
func (p MeanPool) String() string { return fmt.Sprintf("MeanPool, padding %d", p.PaddingIdx) }

// meanPoolOp averages over the axis before the last, where the id is not padding:
//
//	meanPool :: Tensor-(n+1) a → Tensor-n int → Tensor-n a
type meanPoolOp struct {
	own
	idType  tensor.Dtype
	idDims  int
	padding int
}

func (op *meanPoolOp) Arity() int { return 2 }

func (op *meanPoolOp) Type() hm.Type {
	a := hm.TypeVariable('a')
	return hm.NewFnType(tensorOf(op.idDims+1, a), tensorOf(op.idDims, op.idType), tensorOf(op.idDims, a))
}

func (op *meanPoolOp) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes, err := gorgonia.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	return withLast(shapes[1], last(shapes[0])), nil
}

func (op *meanPoolOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if in[0].Dtype() == tensor.Float32 {
		return doMeanPool[float32](op, in[0], in[1])
	}
	return doMeanPool[float64](op, in[0], in[1])
}

func doMeanPool[T kernel.Float](op *meanPoolOp, vectors, idsValue gorgonia.Value) (gorgonia.Value, error) {
	ids, err := ints(idsValue)
	if err != nil {
		return nil, err
	}
	time, dim := last(idsValue.Shape()), last(vectors.Shape())
	x, err := floatsOf[T](vectors, len(ids)*dim)
	if err != nil {
		return nil, err
	}
	y := result[T](&op.own, len(ids)/time*dim)
	kernel.MeanPool(y, x, ids, time, dim, op.padding)
	return newValue(y, withLast(idsValue.Shape(), dim)), nil
}

func (op *meanPoolOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *meanPoolOp) Hashcode() uint32      { return hashcode(op) }
func (op *meanPoolOp) String() string {
	return fmt.Sprintf("meanPool{ids=%d-D %v padding=%d}", op.idDims, op.idType, op.padding)
}

func (op *meanPoolOp) DiffWRT(int) []bool { return []bool{true, false} }

func (op *meanPoolOp) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := gorgonia.ApplyOp(meanPoolGradOp(op), in[1], grad)
	return gorgonia.Nodes{dx, nil}, err
}

func (op *meanPoolOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	return meanPoolGradOp(op).accumulate(in[0], out, in[1])
}

// meanPoolGradOp gives each word that counted its share of the upstream gradient:
//
//	∂meanPool :: Tensor-n int → Tensor-n a → Tensor-(n+1) a
func meanPoolGradOp(op *meanPoolOp) *gradOp {
	return &gradOp{
		name: "∂" + op.String(),
		types: func(a hm.Type) []hm.Type {
			return []hm.Type{tensorOf(op.idDims, op.idType), tensorOf(op.idDims, a), tensorOf(op.idDims+1, a)}
		},
		shape: func(in []tensor.Shape) tensor.Shape { return append(slices.Clone(in[0]), last(in[1])) },
		add32: addMeanPoolGrad[float32](op),
		add64: addMeanPoolGrad[float64](op),
	}
}

func addMeanPoolGrad[T kernel.Float](op *meanPoolOp) adder[T] {
	return func(dst []T, in []gorgonia.Value) error {
		ids, err := ints(in[0])
		if err != nil {
			return err
		}
		time, dim := last(in[0].Shape()), len(dst)/len(ids)
		grad, err := floatsOf[T](in[1], len(ids)/time*dim)
		if err != nil {
			return err
		}
		kernel.MeanPoolGrad(dst, grad, ids, time, dim, op.padding)
		return nil
	}
}
