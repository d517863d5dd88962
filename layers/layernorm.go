package layers

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

var _ Layer = &LayerNorm{}

// LayerNormConfig describes a LayerNorm. Its fields are those of torch.nn.LayerNorm over one axis.
type LayerNormConfig struct {
	Dim int     // size of the last axis, torch's normalized_shape; required, at least 1
	Eps float64 // summand of the variance; 0 means 1e-5

	NoAffine bool // leaves out weight and bias, as elementwise_affine=False
	NoBias   bool // leaves out the bias

	// Dtype is tensor.Float32 or tensor.Float64. The zero value means Float32.
	Dtype tensor.Dtype

	Init     gorgonia.InitWFn // fills the weight; nil means with 1
	BiasInit gorgonia.InitWFn // fills the bias; nil means Zeros()
}

// LayerNorm brings the last axis to mean 0 and variance 1, and then to a scale and a shift that it learns, as
// torch.nn.LayerNorm (Ba, Kiros and Hinton, 2016).
type LayerNorm struct {
	name         string
	dim          int
	eps          float64
	weight, bias *gorgonia.Node // (dim), or nil
}

// NewLayerNorm adds the parameters name+".weight" and name+".bias", of shape (Dim), to g. It fails if a field of cfg is
// out of its range or a name is taken.
func NewLayerNorm(g *gorgonia.ExprGraph, name string, cfg LayerNormConfig) (*LayerNorm, error) {
	l, err := newLayerNorm(g, name, cfg)
	if err != nil {
		return nil, errors.Wrapf(err, "layer norm %q", name)
	}
	return l, nil
}

func newLayerNorm(g *gorgonia.ExprGraph, name string, cfg LayerNormConfig) (*LayerNorm, error) {
	l := &LayerNorm{name: name, dim: cfg.Dim, eps: cfg.Eps}
	switch {
	case cfg.Dim < 1:
		return nil, errors.Errorf("Dim must be at least 1, got %d", cfg.Dim)
	case !(cfg.Eps >= 0):
		return nil, errors.Errorf("Eps must be positive, or 0 for 1e-5, got %v", cfg.Eps)
	case cfg.Eps == 0:
		l.eps = 1e-5
	}
	if cfg.NoAffine {
		return l, nil
	}
	if cfg.Init == nil {
		cfg.Init = gorgonia.Ones()
	}
	dt := defaultDtype(cfg.Dtype)
	var err error
	if l.weight, err = newParam(g, name+weightSuffix, dt, cfg.Init, cfg.Dim); err != nil || cfg.NoBias {
		return l, err
	}
	if cfg.BiasInit == nil {
		cfg.BiasInit = Zeros()
	}
	l.bias, err = newParam(g, name+biasSuffix, dt, cfg.BiasInit, cfg.Dim)
	return l, err
}

// Forward maps x of shape (…, Dim) to the same shape.
func (l *LayerNorm) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := l.forward(x)
	return y, errors.Wrap(err, l.label())
}

// forward adds the op
//
//	layerNorm :: Tensor-n a → Vector a → Vector a → Tensor-n a
//
// of which the second vector, the bias, or both may be missing.
func (l *LayerNorm) forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	in := []graphop.Input{graphop.Floats("x", x)}
	for i, n := range l.Learnables() {
		in = append(in, graphop.Floats([]string{"weight", "bias"}[i], n))
	}
	if err := graphop.Check(in...); err != nil {
		return nil, err
	}
	if x.Dims() < 1 || last(x.Shape()) != l.dim {
		return nil, errors.Errorf("want an input of shape (…, %d), got %v", l.dim, x.Shape())
	}
	n := &norm{dim: l.dim, eps: l.eps, params: len(in) - 1}
	op := graphop.Op{
		Name: fmt.Sprintf("layerNorm{eps=%v}", l.eps), Layer: l.label(), Shape: x.Shape(),
		Run: graphop.Kernels{F32: layerNorm[float32](n), F64: layerNorm[float64](n)},
		Grads: []*graphop.Grad{
			{Needs: []int{0, 1, graphop.Out}, Set: graphop.Kernels{F32: normGradX[float32](n), F64: normGradX[float64](n)}},
			{Needs: []int{0, graphop.Out}, Set: graphop.Kernels{F32: normGradW[float32](n), F64: normGradW[float64](n)}},
			{Add: graphop.Kernels{F32: addNormGradBias[float32](n), F64: addNormGradBias[float64](n)}},
		}[:len(in)],
	}
	if n.params == 0 {
		op.Grads[0].Needs = []int{0, graphop.Out}
	}
	return graphop.Apply(op, in...)
}

// Learnables returns the weight and the bias, those that there are.
func (l *LayerNorm) Learnables() (nodes gorgonia.Nodes) {
	for _, n := range (gorgonia.Nodes{l.weight, l.bias}) {
		if n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// String returns a line such as "LayerNorm out (64)".
func (l *LayerNorm) String() string {
	s := fmt.Sprintf("LayerNorm %s (%d)", l.name, l.dim)
	switch {
	case l.weight == nil:
		s += ", no weight"
	case l.bias == nil:
		s += ", no bias"
	}
	if l.eps != 1e-5 {
		s += fmt.Sprintf(", eps %v", l.eps)
	}
	return s
}

func (l *LayerNorm) label() string { return fmt.Sprintf("layer norm %q", l.name) }

// norm is what an op of a LayerNorm knows, and keeps for its gradient.
type norm struct {
	dim     int
	eps     float64
	params  int // number of parameters: 2 with weight and bias, 1 with a weight alone
	moments any // mean and scale of each row of the last run: []float32 or []float64
}

func layerNorm[T kernel.Float](n *norm) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		var params [2][]T
		for i := range n.params {
			params[i] = in.Floats(1 + i)
		}
		kernel.LayerNorm(dst, graphop.Room[T](&n.moments, 2*len(dst)/n.dim), in.Floats(0), params[0], params[1], n.dim, n.eps)
		return nil
	}
}

func normGradX[T kernel.Float](n *norm) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		moments, err := kept[T](n.moments, 2*len(dst)/n.dim)
		if err != nil {
			return err
		}
		var weight []T
		if n.params > 0 {
			weight = in.Floats(1)
		}
		kernel.LayerNormGradX(dst, moments, in.Floats(0), weight, in.Last(), n.dim)
		return nil
	}
}

func normGradW[T kernel.Float](n *norm) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		moments, err := kept[T](n.moments, 2*len(in.Last())/n.dim)
		if err == nil {
			kernel.LayerNormGradW(dst, moments, in.Floats(0), in.Last(), n.dim)
		}
		return err
	}
}

func addNormGradBias[T kernel.Float](n *norm) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.LinearGradBias(dst, in.Last(), len(in.Last())/n.dim, n.dim)
		return nil
	}
}
