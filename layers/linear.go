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

// LinearConfig describes a Linear. Its fields are those of torch.nn.Linear.
type LinearConfig struct {
	InFeatures  int  // in, the length of an input row; required, at least 1
	OutFeatures int  // out, the length of an output row; required, at least 1
	NoBias      bool // leaves the bias out

	// Dtype is tensor.Float32 or tensor.Float64. The zero value means Float32.
	Dtype tensor.Dtype

	Init     gorgonia.InitWFn // fills the weight; required. Glorot(rnd) suits most.
	BiasInit gorgonia.InitWFn // fills the bias; nil means Zeros()
}

// Linear is x·weightᵀ + bias, as torch.nn.Linear.
type Linear struct {
	weight *gorgonia.Node // (out, in)
	bias   *gorgonia.Node // (out), or nil
}

// NewLinear adds the parameters name+".weight", of shape (OutFeatures, InFeatures), and name+".bias",
// of shape (OutFeatures), to g. It fails if a field of cfg is out of its range or a name is taken.
func NewLinear(g *gorgonia.ExprGraph, name string, cfg LinearConfig) (*Linear, error) {
	l, err := newLinear(g, name, cfg)
	if err != nil {
		return nil, errors.Wrapf(err, "linear %q", name)
	}
	return l, nil
}

func newLinear(g *gorgonia.ExprGraph, name string, cfg LinearConfig) (*Linear, error) {
	return newLinearOf(g, name+weightSuffix, name+biasSuffix, cfg)
}

// newLinearOf is newLinear with parameters of other names.
func newLinearOf(g *gorgonia.ExprGraph, weightName, biasName string, cfg LinearConfig) (*Linear, error) {
	if cfg.InFeatures < 1 || cfg.OutFeatures < 1 {
		return nil, errors.Errorf("InFeatures and OutFeatures must be at least 1, got %d and %d", cfg.InFeatures, cfg.OutFeatures)
	}
	dt := defaultDtype(cfg.Dtype)
	weight, err := newParam(g, weightName, dt, cfg.Init, cfg.OutFeatures, cfg.InFeatures)
	if err != nil || cfg.NoBias {
		return &Linear{weight: weight}, err
	}
	if cfg.BiasInit == nil {
		cfg.BiasInit = Zeros()
	}
	bias, err := newParam(g, biasName, dt, cfg.BiasInit, cfg.OutFeatures)
	return &Linear{weight, bias}, err
}

// Forward maps x of shape (…, InFeatures) → (…, OutFeatures), of rank 1 or more.
func (l *Linear) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := l.forward(x)
	return y, errors.Wrap(err, l.label())
}

func (l *Linear) forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	return l.rows(x, 0, l.weight.Shape()[0])
}

// rows is forward with the outputs from lo to hi alone.
func (l *Linear) rows(x *gorgonia.Node, lo, hi int) (*gorgonia.Node, error) {
	in := []graphop.Input{graphop.Floats("x", x), graphop.Floats("weight", l.weight)}
	if l.bias != nil {
		in = append(in, graphop.Floats("bias", l.bias))
	}
	if err := graphop.Check(in...); err != nil {
		return nil, err
	}
	p, err := newProduct(x, l.weight, lo, hi)
	if err != nil {
		return nil, err
	}
	op := p.op(fmt.Sprintf("linear{bias=%t rows=%d:%d}", l.bias != nil, lo, hi), l.bias != nil)
	op.Layer = l.label()
	return graphop.Apply(op, in...)
}

func (l *Linear) label() string { return fmt.Sprintf("linear %q", layerOf(l.weight)) }

// Weight returns the weight, of shape (OutFeatures, InFeatures).
func (l *Linear) Weight() *gorgonia.Node { return l.weight }

// Bias returns the bias, of shape (OutFeatures), or nil if there is none.
func (l *Linear) Bias() *gorgonia.Node { return l.bias }

// Learnables returns the weight and the bias, if there is one.
func (l *Linear) Learnables() gorgonia.Nodes {
	if l.bias == nil {
		return gorgonia.Nodes{l.weight}
	}
	return gorgonia.Nodes{l.weight, l.bias}
}

// String returns a line such as "Linear out (16 → 2)".
func (l *Linear) String() string {
	out, in := l.weight.Shape()[0], l.weight.Shape()[1]
	s := fmt.Sprintf("Linear %s (%d → %d)", layerOf(l.weight), in, out)
	if l.bias == nil {
		s += ", no bias"
	}
	return s
}

// product is x·weightᵀ on the last axis of x: (…, in) and (out, in) → (…, out).
type product struct {
	rows, in, out int
	from          int          // the row of the weight, and the element of the bias, that is the first of out
	shape         tensor.Shape // of the result
}

// newProduct is that with the rows from lo to hi of weight. It fails if the shapes do not fit.
func newProduct(x, weight *gorgonia.Node, lo, hi int) (product, error) {
	out, in := hi-lo, weight.Shape()[1]
	if n := x.Dims(); n < 1 || last(x.Shape()) != in {
		return product{}, errors.Errorf("want an input of shape (…, %d), got %v", in, x.Shape())
	}
	return product{x.Shape().TotalSize() / in, in, out, lo, withLast(x.Shape(), out)}, nil
}

// op returns the op
//
//	linear :: Tensor-n a → Matrix a → Vector a → Tensor-n a
//
// or without the vector if there is no bias.
func (p product) op(name string, bias bool) graphop.Op {
	op := graphop.Op{
		Name: name, Shape: p.shape,
		Run: graphop.Kernels{F32: linear[float32](p, bias), F64: linear[float64](p, bias)},
		Grads: []*graphop.Grad{
			{Needs: []int{1}, Add: graphop.Kernels{F32: addGradX[float32](p), F64: addGradX[float64](p)}},
			{Needs: []int{0}, Add: graphop.Kernels{F32: addGradW[float32](p), F64: addGradW[float64](p)}},
		},
	}
	if bias {
		op.Grads = append(op.Grads, &graphop.Grad{Add: graphop.Kernels{F32: addGradBias[float32](p), F64: addGradBias[float64](p)}})
	}
	return op
}

func linear[T kernel.Float](p product, bias bool) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		var b []T
		if bias {
			b = ofBias(p, in.Floats(2))
		}
		kernel.Linear(dst, in.Floats(0), ofWeight(p, in.Floats(1)), b, p.rows, p.in, p.out)
		return nil
	}
}

func addGradX[T kernel.Float](p product) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.LinearGradX(dst, ofWeight(p, in.Floats(0)), in.Last(), p.rows, p.in, p.out)
		return nil
	}
}

func addGradW[T kernel.Float](p product) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.LinearGradW(ofWeight(p, dst), in.Floats(0), in.Last(), p.rows, p.in, p.out)
		return nil
	}
}

func addGradBias[T kernel.Float](p product) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.LinearGradBias(ofBias(p, dst), in.Last(), p.rows, p.out)
		return nil
	}
}

// ofWeight returns the rows of the weight, or of its gradient, that p is made of.
func ofWeight[T kernel.Float](p product, w []T) []T { return w[p.from*p.in:][:p.out*p.in] }

// ofBias returns the elements of the bias, or of its gradient, that p is made of.
func ofBias[T kernel.Float](p product, b []T) []T { return b[p.from:][:p.out] }

// last returns the size of the last axis.
func last(shape tensor.Shape) int { return shape[len(shape)-1] }

// withLast returns shape with n as the size of its last axis.
func withLast(shape tensor.Shape, n int) tensor.Shape {
	shape = slices.Clone(shape)
	shape[len(shape)-1] = n
	return shape
}
