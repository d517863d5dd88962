package layers

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
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

// Grow returns a layer in graph g, of the same name, with out outputs: those of l, as they are now, and new ones. init
// fills a matrix of the new rows of the weight alone, and biasInit, nil for Zeros(), the new elements of the bias. It
// is for classes that come later, as Table.Grow is for words. l keeps its own graph and weights: build the model again
// on g, and tell the solver by optim.Solver.Grow, of name+".weight" and of name+".bias".
//
// Grow fails if l has more outputs than out, if g is l's own graph or has a node of that name, or if an initialiser
// does not give what it is asked for.
func (l *Linear) Grow(g *gorgonia.ExprGraph, out int, init, biasInit gorgonia.InitWFn) (*Linear, error) {
	grown, err := l.grow(g, out, init, biasInit)
	if err != nil {
		return nil, errors.Wrap(err, l.label())
	}
	return grown, nil
}

func (l *Linear) grow(g *gorgonia.ExprGraph, out int, init, biasInit gorgonia.InitWFn) (*Linear, error) {
	switch old := l.weight.Shape()[0]; {
	case out < old:
		return nil, errors.Errorf("it has %d outputs and cannot grow to %d: want at least as many", old, out)
	case g == l.weight.Graph():
		return nil, errOwnGraph
	case init == nil:
		return nil, errNoInit
	case biasInit == nil:
		biasInit = Zeros()
	}
	w, err := rowMajorOf(l.weight, l.weight.Shape())
	if err != nil {
		return nil, err
	}
	grown := &Linear{}
	if grown.weight, err = growParam(g, l.weight.Name(), w, out, init); err != nil || l.bias == nil {
		return grown, err
	}
	b, err := rowMajorOf(l.bias, l.bias.Shape())
	if err != nil {
		return nil, err
	}
	grown.bias, err = growParam(g, l.bias.Name(), b, out, biasInit)
	return grown, err
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
