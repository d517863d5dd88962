package layers

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

var _ Layer = SoftMax{}

// SoftMax is eˣ/Σeˣ along the last axis, as torch's softmax with dim=-1, for elements of any size. Those that do not
// count are 0, and take no part in the sum: a row of nothing else is zeros, where torch gives NaN for scores of −∞.
// Such a row has no gradient. Elements of −∞ do not count either.
//
// It stands for Gorgonia's own SoftMax, which overflows (docs/gorgonia.md). A loss takes the logits themselves.
type SoftMax struct {
	IDs        *gorgonia.Node // a mask of integers (…, n): ids, or 0 and 1; nil if all elements count
	PaddingIdx *int           // the id whose elements do not count; required with IDs
}

// Forward maps x of shape (…, n) to the same shape. IDs have the shape of x, or its first axes and the last: those of
// shape (batch, time) serve scores of shape (batch, heads, time, time).
//
// It fails if the shapes do not fit, or IDs come without PaddingIdx.
func (s SoftMax) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := s.forward(x)
	return y, errors.Wrap(err, "softmax")
}

// forward adds the op
//
//	softMax :: Tensor-n a → Tensor-m int → Tensor-n a
//
// or without the integers if all elements count.
func (s SoftMax) forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	in := []graphop.Input{graphop.Floats("x", x)}
	if s.IDs != nil {
		in = append(in, graphop.Ints("IDs", s.IDs))
	}
	if err := graphop.Check(in...); err != nil {
		return nil, err
	}
	if err := checkMask(s.IDs, s.PaddingIdx); err != nil {
		return nil, err
	}
	if x.Dims() < 1 || s.IDs != nil && !startsAndEnds(x.Shape(), s.IDs.Shape()) {
		return nil, errors.Errorf("want x of shape (…, n) and IDs of the same, or of its first axes and the last, got %v and %v", x.Shape(), shapeOf(s.IDs))
	}
	p := &softMax{n: last(x.Shape()), masked: s.IDs != nil, padding: valueOr(s.PaddingIdx, 0)}
	return graphop.Apply(graphop.Op{
		Name: fmt.Sprintf("softMax{padding=%d}", p.padding), Layer: "softmax", Shape: x.Shape(),
		Run:   graphop.Kernels{F32: runSoftMax[float32](p), F64: runSoftMax[float64](p)},
		Grads: []*graphop.Grad{{Needs: []int{graphop.Out}, Set: graphop.Kernels{F32: softMaxGrad[float32](p), F64: softMaxGrad[float64](p)}}},
	}, in...)
}

// Learnables returns nil.
func (s SoftMax) Learnables() gorgonia.Nodes { return nil }

// String returns a line such as "SoftMax, padding 0".
func (s SoftMax) String() string { return "SoftMax" + paddingText(s.PaddingIdx) }

// softMax is what an op keeps for its gradient.
type softMax struct {
	n       int    // length of a row
	masked  bool   // whether ids say what counts
	padding int    // the id whose elements do not count
	room    []bool // for each id of a run, whether it counts
	last    any    // result of the last run: []float32 or []float64
}

func runSoftMax[T kernel.Float](s *softMax) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if s.masked {
			s.room = counts(s.room, in.Ints(1), s.padding)
		}
		y := graphop.Room[T](&s.last, len(dst))
		kernel.SoftMax(y, in.Floats(0), s.room, s.n)
		copy(dst, y) // which another op may overwrite
		return nil
	}
}

// softMaxGrad reads the last run's result in the op's own memory: it has to run after the op.
func softMaxGrad[T kernel.Float](s *softMax) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		y, err := kept[T](s.last, len(dst))
		if err == nil {
			kernel.SoftMaxGrad(dst, y, in.Last(), s.n, 1)
		}
		return err
	}
}
