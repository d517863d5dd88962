package layers

import (
	"fmt"
	"hash"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
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
// the second with offsets.
type bagOp struct {
	own
	table      string // for errors
	reduce     kernel.Reduce
	padding    int
	sparse     bool
	tied       *tied
	idType     tensor.Dtype
	idDims     int
	offsetType tensor.Dtype // zero without offsets
	bags       bags         // of the last run
}

func (op *bagOp) offsets() bool { return op.offsetType != (tensor.Dtype{}) }

func (op *bagOp) Arity() int { return len(op.inputs(nil)) }

// inputs returns the inputs' types.
func (op *bagOp) inputs(a hm.Type) []hm.Type {
	in := []hm.Type{tensorOf(2, a), tensorOf(op.idDims, op.idType)}
	if op.offsets() {
		in = append(in, tensorOf(1, op.offsetType))
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
	if op.offsets() {
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
	batch, dim := len(op.bags.ends), in[0].Shape()[1]
	out := result[T](&op.own, batch*dim)
	kernel.BagSum(out, table, op.bags.ids, op.bags.ends, dim, op.reduce)
	return newValue(out, tensor.Shape{batch, dim}), nil
}

func (op *bagOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *bagOp) Hashcode() uint32      { return hashcode(op) }
func (op *bagOp) String() string {
	s := fmt.Sprintf("bag{%q %v ids=%d-D %v padding=%d sparse=%t", op.table, BagMode(op.reduce), op.idDims, op.idType, op.padding, op.sparse)
	if op.offsets() {
		s += fmt.Sprintf(" offsets=%v", op.offsetType)
	}
	return s + "}"
}

func (op *bagOp) DiffWRT(n int) []bool {
	wrt := make([]bool, n)
	wrt[0] = true
	return wrt
}

func (op *bagOp) SymDiff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dw, err := bagGradOp(op).apply(out, append(in[:len(in):len(in)], grad)...)
	grads := make(gorgonia.Nodes, len(in))
	grads[0] = dw
	return grads, err
}

func (op *bagOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	return bagGradOp(op).accumulate(in[0], out, in...)
}

// bagGradOp adds to each row of the table what it contributed to the bags:
//
//	∂bag :: Matrix a → Matrix int → Matrix a → Matrix a
//	∂bag :: Matrix a → Vector int → Vector int → Matrix a → Matrix a
func bagGradOp(op *bagOp) *tableGradOp {
	b := new(bags)
	return newTableGrad("∂"+op.String(), op.sparse, op.tied,
		func(a hm.Type) []hm.Type { return append(op.inputs(a), tensorOf(2, a), tensorOf(2, a)) },
		scatterBags[float32](op, b), scatterBags[float64](op, b))
}

func scatterBags[T kernel.Float](op *bagOp, b *bags) scatterer[T] {
	var shares []T
	return func(in []gorgonia.Value) (scatter[T], error) {
		if err := b.read(op, in); err != nil {
			return scatter[T]{}, err
		}
		batch, dim := len(b.ends), in[0].Shape()[1]
		grad, err := floatsOf[T](in[len(in)-1], batch*dim)
		if err != nil {
			return scatter[T]{}, err
		}
		if len(shares) != len(grad) {
			shares = make([]T, len(grad))
		}
		kernel.BagShares(shares, grad, b.ends, dim, op.reduce)
		return scatter[T]{ids: b.ids, skip: kernel.NoPadding, from: b.owners(), src: shares}, nil
	}
}

// bags is the input of a bagOp at a run, without padding.
type bags struct {
	ids  []int // bag after bag
	ends []int // where in ids each bag ends

	kept []int // memory of ids, if padding had to be left out
	bag  []int // of each id
}

// read checks the ids and offsets of in, the values of a bagOp's inputs.
func (b *bags) read(op *bagOp, in []gorgonia.Value) error {
	ids, err := ints(in[1])
	if err != nil {
		return errors.Wrapf(err, "embedding bag %q: ids", op.table)
	}
	if in[1].Shape().Dims() != op.idDims {
		return errors.Errorf("embedding bag %q: ids have shape %v, the graph was built for rank %d", op.table, in[1].Shape(), op.idDims)
	}
	if op.offsets() {
		offsets, err := ints(in[2])
		if err == nil {
			err = checkOffsets(offsets, len(ids))
		}
		if err != nil {
			return errors.Wrapf(err, "embedding bag %q: Offsets", op.table)
		}
		b.ends = append(b.ends[:0], offsets[1:]...)
		ids = ids[:offsets[len(offsets)-1]]
	} else {
		b.ends = b.ends[:0]
		for i := range in[1].Shape()[0] {
			b.ends = append(b.ends, (i+1)*in[1].Shape()[1])
		}
	}
	b.ids = ids
	if err := checkRows(op.table, ids, in[1].Shape(), in[0].Shape()[0]); err != nil {
		return err
	}
	if op.padding != kernel.NoPadding {
		b.kept = kernel.DropPadding(b.kept[:0], b.ids, b.ends, op.padding)
		b.ids = b.kept
	}
	return nil
}

// checkOffsets fails unless offsets are the bounds of bags of at most n ids.
func checkOffsets(offsets []int, n int) error {
	for b, at := range offsets {
		switch {
		case b == 0 && at != 0:
			return errors.Errorf("the first must be 0, got %d", at)
		case b > 0 && at < offsets[b-1]:
			return errors.Errorf("%d at position %d is less than %d before it", at, b, offsets[b-1])
		case at > n:
			return errors.Errorf("%d at position %d is beyond the %d ids", at, b, n)
		}
	}
	return nil
}

// owners returns the bag of each id.
func (b *bags) owners() []int {
	b.bag = b.bag[:0]
	for i, end := range b.ends {
		for len(b.bag) < end {
			b.bag = append(b.bag, i)
		}
	}
	return b.bag
}
