package layers

import (
	"fmt"
	"math"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

var _ Layer = MeanPool{}

// MeanPool averages the vectors of each text's words and leaves padding out.
type MeanPool struct {
	IDs        *gorgonia.Node // (…, time), the ids that the vectors were looked up for; required
	PaddingIdx *int           // the id whose vectors do not count; nil: all of them count
}

// Forward maps vectors of shape (…, time, dim) → (…, dim). The mean of nothing but padding is zero.
func (p MeanPool) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := p.forward(x)
	return y, errors.Wrap(err, "mean pool")
}

// forward adds the op
//
//	meanPool :: Tensor-(n+1) a → Tensor-n int → Tensor-n a
//
// that averages over the axis before the last, where the id is not padding.
func (p MeanPool) forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	if p.IDs == nil {
		return nil, errors.New("no IDs: set the node that the vectors were looked up for")
	}
	in := []graphop.Input{graphop.Floats("vectors", x), graphop.Ints("IDs", p.IDs)}
	if err := graphop.Check(in...); err != nil {
		return nil, err
	}
	ids := p.IDs.Shape()
	if len(ids) < 1 || x.Dims() != len(ids)+1 || !slices.Equal(x.Shape()[:len(ids)], ids) {
		return nil, errors.Errorf("want vectors of shape (…, time, dim) and IDs of shape (…, time), got %v and %v", x.Shape(), ids)
	}
	if last(ids) < 1 {
		return nil, errors.Errorf("want at least one word a text, got IDs of shape %v", ids)
	}
	w := window{time: last(ids), dim: last(x.Shape()), padding: valueOr(p.PaddingIdx, math.MinInt)}
	return graphop.Apply(graphop.Op{
		Name: fmt.Sprintf("meanPool{padding=%d}", w.padding), Layer: "mean pool", Shape: withLast(ids, w.dim),
		Run:   graphop.Kernels{F32: meanPool[float32](w), F64: meanPool[float64](w)},
		Grads: []*graphop.Grad{{Needs: []int{1}, Add: graphop.Kernels{F32: addMeanPoolGrad[float32](w), F64: addMeanPoolGrad[float64](w)}}},
	}, in...)
}

// Learnables returns nil.
func (p MeanPool) Learnables() gorgonia.Nodes { return nil }

// String returns a line such as "MeanPool, padding 0".
func (p MeanPool) String() string {
	if p.PaddingIdx == nil {
		return "MeanPool"
	}
	return fmt.Sprintf("MeanPool, padding %d", *p.PaddingIdx)
}

// window is the vectors of each text: time of them, of dim elements, without those whose id is padding.
type window struct{ time, dim, padding int }

func meanPool[T kernel.Float](w window) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.MeanPool(dst, in.Floats(0), in.Ints(1), w.time, w.dim, w.padding)
		return nil
	}
}

// addMeanPoolGrad gives each word that counted its share of the upstream gradient.
func addMeanPoolGrad[T kernel.Float](w window) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.MeanPoolGrad(dst, in.Last(), in.Ints(0), w.time, w.dim, w.padding)
		return nil
	}
}
