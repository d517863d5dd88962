package layers

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

var (
	_ Layer = MeanPool{}
	_ Layer = SumPool{}
	_ Layer = MaxPool{}
)

// MeanPool averages the vectors of each text's words. Texts are padded, or packed as those of Texts: then Offsets say
// where they begin.
type MeanPool struct {
	IDs        *gorgonia.Node // (…, time), or packed (n), that the vectors were looked up for; nil if there is no padding
	PaddingIdx *int           // the id, as it stands among IDs, whose vectors do not count; nil: all of them count
	Offsets    *gorgonia.Node // (batch+1) of packed texts, as those of Texts; nil: texts are padded
}

// Forward maps vectors of shape (…, time, dim) → (…, dim), or packed ones of shape (n, dim) → (batch, dim). The mean of
// nothing but padding is zero. It fails if the shapes do not fit, or PaddingIdx comes without IDs.
func (p MeanPool) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	return pool{p, kernel.Mean}.Forward(x)
}

// SumPool adds the vectors of each text's words. Its fields are those of MeanPool.
type SumPool struct {
	IDs        *gorgonia.Node // (…, time), or packed (n)
	PaddingIdx *int           // the id whose vectors do not count
	Offsets    *gorgonia.Node // (batch+1) of packed texts
}

// Forward does as MeanPool's.
func (p SumPool) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	return pool{MeanPool(p), kernel.Sum}.Forward(x)
}

// MaxPool takes the greatest element of each column of a text's vectors. The gradient goes to the first that has it,
// where that of Gorgonia's Max goes to each of them, and so twice to a word that a text repeats. Its fields are those
// of MeanPool.
type MaxPool struct {
	IDs        *gorgonia.Node // (…, time), or packed (n)
	PaddingIdx *int           // the id whose vectors do not count
	Offsets    *gorgonia.Node // (batch+1) of packed texts
}

// Forward does as MeanPool's.
func (p MaxPool) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	return pool{MeanPool(p), kernel.Max}.Forward(x)
}

// Learnables returns nil.
func (MeanPool) Learnables() gorgonia.Nodes { return nil }

// Learnables returns nil.
func (SumPool) Learnables() gorgonia.Nodes { return nil }

// Learnables returns nil.
func (MaxPool) Learnables() gorgonia.Nodes { return nil }

// String returns a line such as "MeanPool, padding 0".
func (p MeanPool) String() string { return "MeanPool" + paddingText(p.PaddingIdx) }

// String returns a line such as "SumPool, padding 0".
func (p SumPool) String() string { return "SumPool" + paddingText(p.PaddingIdx) }

// String returns a line such as "MaxPool, padding 0".
func (p MaxPool) String() string { return "MaxPool" + paddingText(p.PaddingIdx) }

// pool is any of the three.
type pool struct {
	MeanPool
	reduce kernel.Reduce
}

func (p pool) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := p.forward(x)
	return y, errors.Wrap(err, p.label())
}

func (p pool) label() string { return fmt.Sprintf("%v pool", p.reduce) }

// forward adds the op
//
//	pool :: Tensor-(n+1) a → Tensor-n int → Tensor-n a
//	pool :: Matrix a → Vector int → Vector int → Matrix a
//
// the second of packed texts, of ids and offsets. Either has no ids if all vectors count.
func (p pool) forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	in := []graphop.Input{graphop.Floats("vectors", x)}
	if p.IDs != nil {
		in = append(in, graphop.Ints("IDs", p.IDs))
	}
	if p.Offsets != nil {
		in = append(in, graphop.Ints("Offsets", p.Offsets))
	}
	err := graphop.Check(in...)
	if err == nil {
		err = checkPadding(p.IDs, p.PaddingIdx)
	}
	if err == nil {
		err = p.checkShapes(x.Shape())
	}
	if err != nil {
		return nil, err
	}
	all := make([]int, len(in))
	for i := range all {
		all[i] = i
	}
	forward, back := p.reader(x.Shape()), p.reader(x.Shape())
	return graphop.Apply(graphop.Op{
		Name: fmt.Sprintf("%s{padding=%t %d offsets=%t}", p.label(), forward.padded, forward.padding, p.Offsets != nil), Layer: p.label(), Shape: p.shape(x.Shape()),
		Run:   graphop.Kernels{F32: runPool[float32](forward), F64: runPool[float64](forward)},
		Grads: []*graphop.Grad{{Needs: all, Set: graphop.Kernels{F32: poolGrad[float32](back), F64: poolGrad[float64](back)}}},
	}, in...)
}

// checkShapes fails unless IDs and Offsets fit vectors of shape x.
func (p pool) checkShapes(x tensor.Shape) error {
	rows := len(x) - 1
	switch fit := p.IDs == nil || rows > 0 && slices.Equal(p.IDs.Shape(), x[:rows]); {
	case p.Offsets != nil && (rows != 1 || !fit || p.Offsets.Dims() != 1 || p.Offsets.Shape()[0] < 1):
		return errors.Errorf("want packed vectors of shape (n, dim), IDs of shape (n) and Offsets of shape (batch+1), got %v, %v and %v", x, shapeOf(p.IDs), p.Offsets.Shape())
	case p.Offsets == nil && (rows < 1 || !fit):
		return errors.Errorf("want vectors of shape (…, time, dim) and IDs of shape (…, time), got %v and %v", x, shapeOf(p.IDs))
	case p.Offsets == nil && x[rows-1] < 1:
		return errors.Errorf("want at least one word a text, got vectors of shape %v", x)
	}
	return nil
}

// shape returns that of the result for vectors of shape x.
func (p pool) shape(x tensor.Shape) tensor.Shape {
	if p.Offsets != nil {
		return tensor.Shape{p.Offsets.Shape()[0] - 1, last(x)}
	}
	return append(slices.Clone(x[:len(x)-2]), last(x))
}
