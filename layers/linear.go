package layers

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
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
	if cfg.InFeatures < 1 || cfg.OutFeatures < 1 {
		return nil, errors.Errorf("InFeatures and OutFeatures must be at least 1, got %d and %d", cfg.InFeatures, cfg.OutFeatures)
	}
	dt := defaultDtype(cfg.Dtype)
	weight, err := newParam(g, name+weightSuffix, dt, cfg.Init, cfg.OutFeatures, cfg.InFeatures)
	if err != nil || cfg.NoBias {
		return &Linear{weight: weight}, err
	}
	if cfg.BiasInit == nil {
		cfg.BiasInit = Zeros()
	}
	bias, err := newParam(g, name+".bias", dt, cfg.BiasInit, cfg.OutFeatures)
	return &Linear{weight, bias}, err
}

// Forward maps x of shape (…, InFeatures) → (…, OutFeatures), of rank 1 or more.
func (l *Linear) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := l.forward(x)
	return y, errors.Wrapf(err, "linear with weight %q", l.weight.Name())
}

func (l *Linear) forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	if x == nil {
		return nil, errNoNode
	}
	in := l.weight.Shape()[1]
	if n := x.Dims(); n < 1 || x.Shape()[n-1] != in {
		return nil, errors.Errorf("want an input of shape (…, %d), got %v", in, x.Shape())
	}
	op := &linearOp{dims: x.Dims(), bias: l.bias != nil}
	if l.bias == nil {
		return gorgonia.ApplyOp(op, x, l.weight)
	}
	return gorgonia.ApplyOp(op, x, l.weight, l.bias)
}

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

// String returns such as "Linear out (16 → 2)".
func (l *Linear) String() string {
	out, in := l.weight.Shape()[0], l.weight.Shape()[1]
	s := fmt.Sprintf("Linear %s (%d → %d)", strings.TrimSuffix(l.weight.Name(), weightSuffix), in, out)
	if l.bias == nil {
		s += ", no bias"
	}
	return s
}
