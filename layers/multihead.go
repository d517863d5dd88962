package layers

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

var _ Layer = &MultiheadAttention{}

// MultiheadAttentionConfig describes a MultiheadAttention. Its fields are those of torch.nn.MultiheadAttention, with
// batch_first.
type MultiheadAttentionConfig struct {
	EmbedDim int  // dim, the length of a vector; required, at least 1
	NoBias   bool // leaves the biases out

	// Attention holds the number of heads, torch's num_heads, and the masks. Those may also be set later, before a
	// Forward.
	Attention Attention

	// Dtype is tensor.Float32 or tensor.Float64. The zero value means Float32.
	Dtype tensor.Dtype

	Init        gorgonia.InitWFn // fills the weight of the projections in, (3·EmbedDim, EmbedDim); required. Torch's is Glorot(rnd).
	OutInit     gorgonia.InitWFn // fills the weight of the projection out, (EmbedDim, EmbedDim); nil means Init
	BiasInit    gorgonia.InitWFn // fills the biases in, (3·EmbedDim); nil means Zeros()
	OutBiasInit gorgonia.InitWFn // fills the bias out, (EmbedDim); nil means Zeros()
}

// MultiheadAttention is an Attention on linear projections of its inputs, with another one of its result, as
// torch.nn.MultiheadAttention (Vaswani et al., NeurIPS 2017).
type MultiheadAttention struct {
	Attention
	name string
	in   *Linear // projections of queries, keys and values, one below the other
	out  *Linear // projection of the answers
}

// NewMultiheadAttention adds the parameters name+".in_proj_weight", name+".in_proj_bias", name+".out_proj.weight" and
// name+".out_proj.bias" to g, those of torch's state_dict. It fails if a field of cfg is out of its range or a name is
// taken.
func NewMultiheadAttention(g *gorgonia.ExprGraph, name string, cfg MultiheadAttentionConfig) (*MultiheadAttention, error) {
	a, err := newMultiheadAttention(g, name, cfg)
	if err != nil {
		return nil, errors.Wrapf(err, "attention %q", name)
	}
	return a, nil
}

func newMultiheadAttention(g *gorgonia.ExprGraph, name string, cfg MultiheadAttentionConfig) (*MultiheadAttention, error) {
	dim := cfg.EmbedDim
	if dim < 1 {
		return nil, errors.Errorf("EmbedDim must be at least 1, got %d", dim)
	}
	if err := cfg.Attention.checkHeads(dim); err != nil {
		return nil, err
	}
	a := &MultiheadAttention{Attention: cfg.Attention, name: name}
	var err error
	if a.in, err = newLinearOf(g, name+".in_proj_weight", name+".in_proj_bias", LinearConfig{
		InFeatures: dim, OutFeatures: 3 * dim, NoBias: cfg.NoBias, Dtype: cfg.Dtype, Init: cfg.Init, BiasInit: cfg.BiasInit,
	}); err != nil {
		return nil, err
	}
	if cfg.OutInit == nil {
		cfg.OutInit = cfg.Init
	}
	a.out, err = newLinear(g, name+".out_proj", LinearConfig{
		InFeatures: dim, OutFeatures: dim, NoBias: cfg.NoBias, Dtype: cfg.Dtype, Init: cfg.OutInit, BiasInit: cfg.OutBiasInit,
	})
	return a, err
}

// Forward is self-attention: x of shape (batch, time, EmbedDim) → the same shape.
func (a *MultiheadAttention) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	return a.ForwardQKV(x, x, x)
}

// ForwardQKV is attention to something else: query of shape (batch, queries, EmbedDim), and key and value, which are
// often one node, of shape (batch, keys, EmbedDim) → (batch, queries, EmbedDim). It fails as Attention's Forward does.
func (a *MultiheadAttention) ForwardQKV(query, key, value *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := a.forward(query, key, value)
	return y, a.wrap(err)
}

func (a *MultiheadAttention) forward(query, key, value *gorgonia.Node) (*gorgonia.Node, error) {
	q, k, v, err := a.project(query, key, value)
	if err != nil {
		return nil, err
	}
	y, err := a.attend(a.dim(), q, k, v)
	if err != nil {
		return nil, err
	}
	return a.out.forward(y)
}

// Weights returns the weights that Forward gives, of shape (batch, heads, queries, keys), to be looked at: they have no
// gradient. torch's are their mean over the heads unless average_attn_weights=False. For self-attention, query and key
// are one node. Weights fails as Forward does.
func (a *MultiheadAttention) Weights(query, key *gorgonia.Node) (*gorgonia.Node, error) {
	q, k, _, err := a.project(query, key, key)
	if err != nil {
		return nil, a.wrap(err)
	}
	y, err := a.weigh(a.dim(), q, k)
	return y, a.wrap(err)
}

// project returns the projections of three nodes: parts of one product if they are one, so that self-attention is one
// product with all of the weight.
func (a *MultiheadAttention) project(query, key, value *gorgonia.Node) (q, k, v part, err error) {
	dim := a.dim()
	for _, x := range []*gorgonia.Node{query, key, value} {
		if x != nil && x.Dims() != 3 {
			return q, k, v, errors.Errorf("want inputs of shape (batch, time, %d), got %v", dim, x.Shape())
		}
	}
	rows := func(x *gorgonia.Node, lo, hi int) (n *gorgonia.Node) {
		if err == nil {
			n, err = a.in.rows(x, lo*dim, hi*dim)
		}
		return n
	}
	switch {
	case query == key && key == value:
		all := rows(query, 0, 3)
		return part{all, 0}, part{all, dim}, part{all, 2 * dim}, err
	case key == value:
		q.Node, k.Node = rows(query, 0, 1), rows(key, 1, 3)
		return q, k, part{k.Node, dim}, err
	}
	return part{rows(query, 0, 1), 0}, part{rows(key, 1, 2), 0}, part{rows(value, 2, 3), 0}, err
}

// Learnables returns the weight and the bias of the projections in, and of that out.
func (a *MultiheadAttention) Learnables() gorgonia.Nodes {
	return append(a.in.Learnables(), a.out.Learnables()...)
}

// String returns a line such as "MultiheadAttention self (64), 4 heads, causal".
func (a *MultiheadAttention) String() string {
	return fmt.Sprintf("MultiheadAttention %s (%d)%s", a.name, a.dim(), a.describe())
}

func (a *MultiheadAttention) dim() int { return a.in.weight.Shape()[1] }

// wrap says of an error which layer it is about.
func (a *MultiheadAttention) wrap(err error) error { return errors.Wrapf(err, "attention %q", a.name) }
