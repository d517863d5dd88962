package layers

import (
	"fmt"
	"hash"
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ gorgonia.SDOp = &bagOp{}
	_ gorgonia.ADOp = &bagOp{}
)

// bagOp reduces bags of rows of a table:
//
//	bag :: Matrix a → Matrix int → Matrix a
//	bag :: Matrix a → Vector int → Vector int → Matrix a
//
// the second with offsets. Weights of the ids, of their shape, may follow.
type bagOp struct {
	own
	rules
	reduce     kernel.Reduce
	idType     tensor.Dtype
	idDims     int
	offsetType tensor.Dtype // zero without offsets
	noLast     bool         // of the offsets: the last bag goes to the end
	weighted   bool
	bags       bagInput // of the last run
}

func (op *bagOp) offsets() bool { return op.offsetType != (tensor.Dtype{}) }

func (op *bagOp) Arity() int { return len(op.inputs(nil)) }

// inputs returns the inputs' types.
func (op *bagOp) inputs(a hm.Type) []hm.Type {
	in := []hm.Type{tensorOf(2, a), tensorOf(op.idDims, op.idType)}
	if op.offsets() {
		in = append(in, tensorOf(1, op.offsetType))
	}
	if op.weighted {
		in = append(in, tensorOf(op.idDims, a))
	}
	return in
}

func (op *bagOp) Type() hm.Type {
	a := hm.TypeVariable('a')
	return hm.NewFnType(append(op.inputs(a), tensorOf(2, a))...)
}

func (op *bagOp) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes, err := gorgonia.DimSizersToShapes(in)
	if err != nil {
		return nil, err
	}
	batch := shapes[1][0]
	switch {
	case op.offsets() && op.noLast:
		batch = shapes[2][0]
	case op.offsets():
		batch = shapes[2][0] - 1
	}
	return tensor.Shape{batch, shapes[0][1]}, nil
}

func (op *bagOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if in[0].Dtype() == tensor.Float32 {
		return doBag[float32](op, in)
	}
	return doBag[float64](op, in)
}

func doBag[T kernel.Float](op *bagOp, in []gorgonia.Value) (gorgonia.Value, error) {
	table, err := floats[T](in[0])
	if err != nil {
		return nil, err
	}
	if err := op.bags.read(op, in); err != nil {
		return nil, err
	}
	b := &op.bags
	if err := limitNorms(&op.rules, in[0], table, b.all); err != nil {
		return nil, err
	}
	batch, dim := len(b.ends), in[0].Shape()[1]
	out := result[T](&op.own, batch*dim)
	switch {
	case op.weighted:
		shares, err := weightShares[T](op, b, in)
		if err != nil {
			return nil, err
		}
		kernel.BagWeighted(out, table, shares, b.ids, b.ends, dim)
	case BagMode(op.reduce).picks():
		kernel.BagExtreme(out, table, b.ids, b.ends, dim, op.reduce)
	default:
		kernel.BagSum(out, table, b.ids, b.ends, dim, op.reduce)
	}
	return newValue(out, tensor.Shape{batch, dim}), nil
}

func (op *bagOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *bagOp) Hashcode() uint32      { return hashcode(op) }
func (op *bagOp) String() string {
	s := fmt.Sprintf("bag{%q %v ids=%d-D %v %v", op.table, BagMode(op.reduce), op.idDims, op.idType, &op.rules)
	if op.offsets() {
		s += fmt.Sprintf(" offsets=%v", op.offsetType)
	}
	if op.noLast {
		s += " nolast"
	}
	if op.weighted {
		s += " weighted"
	}
	return s + "}"
}

func (op *bagOp) DiffWRT(n int) []bool {
	wrt := make([]bool, n)
	wrt[0] = !op.frozen
	if op.weighted {
		wrt[n-1] = true
	}
	return wrt
}

func (op *bagOp) SymDiff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	grads := make(gorgonia.Nodes, len(in))
	var err error
	if op.weighted {
		if grads[len(in)-1], err = gorgonia.ApplyOp(bagWeightsGradOp(op), slices.Concat(in, gorgonia.Nodes{out, grad})...); err != nil {
			return nil, err
		}
	}
	if !op.frozen {
		grads[0], err = bagGradOp(op).apply(out, append(op.gradInputs(in, out), grad)...)
	}
	return grads, err
}

func (op *bagOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	if op.weighted {
		if err := bagWeightsGradOp(op).accumulate(in[len(in)-1], out, append(in[:len(in):len(in)], out)...); err != nil {
			return err
		}
	}
	if op.frozen {
		return nil
	}
	return bagGradOp(op).accumulate(in[0], out, op.gradInputs(in, out)...)
}

// gradInputs returns what the gradient of the table needs besides its own. BagMax and BagMin compare rows of the
// table, and must do so after the forward run, which may have changed them (MaxNorm): out only stands for that.
func (op *bagOp) gradInputs(in gorgonia.Nodes, out *gorgonia.Node) gorgonia.Nodes {
	in = in[:len(in):len(in)]
	if BagMode(op.reduce).picks() {
		in = append(in, out)
	}
	return in
}
