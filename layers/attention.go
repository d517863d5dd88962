package layers

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
)

// Attention is scaled dot-product attention, as torch's F.scaled_dot_product_attention: each query gets the mean of its
// text's values, weighted by the softmax of ⟨query, key⟩/√dim over the keys. With several heads, each does so on its
// own part of the last axis. MultiheadAttention has projections before and after it.
type Attention struct {
	Heads  int  // a divisor of the last axis of queries, keys and values; 0 means 1
	Causal bool // query i sees the keys 0 to i, as torch's is_causal

	// IDs are a mask of integers (batch, keys): ids, or 0 and 1. Keys whose id is PaddingIdx do not count.
	IDs        *gorgonia.Node
	PaddingIdx *int

	// Lengths, of shape (batch), are another form of the mask: how many keys of a text count, from the first on.
	Lengths *gorgonia.Node
}

// Forward maps q of shape (batch, queries, dim) and k and v of shape (batch, keys, dim) → (batch, queries, dim). One
// node may be two of them or all three: self-attention. A query for which no key counts gets zeros, where torch gives
// NaN.
//
// Forward fails if the shapes or types do not fit, if Heads does not divide dim, if Causal is set and there are not as
// many queries as keys, or if there are two masks or half of one. A length that is negative, or more than there are
// keys, is an error of the run.
func (a Attention) Forward(q, k, v *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := a.forward(q, k, v)
	return y, errors.Wrap(err, "attention")
}

func (a Attention) forward(q, k, v *gorgonia.Node) (*gorgonia.Node, error) {
	if err := graphop.Check(graphop.Floats("q", q), graphop.Floats("k", k), graphop.Floats("v", v)); err != nil {
		return nil, err
	}
	if q.Dims() != 3 || k.Dims() != 3 || !slices.Equal(k.Shape(), v.Shape()) {
		return nil, errors.Errorf("want q of shape (batch, queries, dim) and k and v of shape (batch, keys, dim), got %v, %v and %v", q.Shape(), k.Shape(), v.Shape())
	}
	dim := last(q.Shape())
	return a.attend(dim, part{q, 0}, part{k, 0}, part{v, 0})
}

// Weights returns the weights that Forward gives the values, of shape (batch, heads, queries, keys), to be looked at:
// they are computed anew, and have no gradient. It fails as Forward does.
func (a Attention) Weights(q, k *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := a.weights(q, k)
	return y, errors.Wrap(err, "attention")
}

func (a Attention) weights(q, k *gorgonia.Node) (*gorgonia.Node, error) {
	if err := graphop.Check(graphop.Floats("q", q), graphop.Floats("k", k)); err != nil {
		return nil, err
	}
	if q.Dims() != 3 || k.Dims() != 3 {
		return nil, errors.Errorf("want q of shape (batch, queries, dim) and k of shape (batch, keys, dim), got %v and %v", q.Shape(), k.Shape())
	}
	return a.weigh(last(q.Shape()), part{q, 0}, part{k, 0})
}

// String returns a line such as "Attention, 4 heads, causal, padding 0".
func (a Attention) String() string { return "Attention" + a.describe() }

// describe returns what is not the default.
func (a Attention) describe() (s string) {
	if a.Heads > 1 {
		s += fmt.Sprintf(", %d heads", a.Heads)
	}
	if a.Causal {
		s += ", causal"
	}
	if a.Lengths != nil {
		s += ", lengths"
	}
	return s + paddingText(a.PaddingIdx)
}

// checkHeads fails unless vectors of dim elements can be shared out to the heads.
func (a Attention) checkHeads(dim int) error {
	if dim < 1 || a.Heads < 0 || dim%max(1, a.Heads) != 0 {
		return errors.Errorf("Heads must divide the %d elements of a vector, got %d", dim, a.Heads)
	}
	return nil
}

// part is dim columns, from one on, of a node of shape (batch, time, columns).
type part struct {
	*gorgonia.Node
	from int
}

// attend adds the op
//
//	attention :: 3-Tensor a → 3-Tensor a → 3-Tensor a → Tensor-n int → 3-Tensor a
//
// A node that is several of the parts is one input; without a mask there are no integers.
func (a Attention) attend(dim int, q, k, v part) (*gorgonia.Node, error) {
	in, o, err := a.inputs(dim, q, k, v)
	if err != nil {
		return nil, err
	}
	op := graphop.Op{
		Name: "attention" + o.String(), Layer: "attention", Shape: tensor.Shape{o.Batch, o.Queries, dim},
		Run: graphop.Kernels{F32: runAttention[float32](o), F64: runAttention[float64](o)},
	}
	needs := []int{0, 1, 2}[:o.nodes]
	for at := range needs {
		op.Grads = append(op.Grads, &graphop.Grad{
			Needs: append(slices.Clone(needs), graphop.Out), // after the op, which leaves its weights
			Set:   graphop.Kernels{F32: attentionGrad[float32](o, at), F64: attentionGrad[float64](o, at)},
		})
	}
	return graphop.Apply(op, in...)
}

// weigh adds an op as that of attend without values, whose result are the weights.
func (a Attention) weigh(dim int, q, k part) (*gorgonia.Node, error) {
	in, o, err := a.inputs(dim, q, k)
	if err != nil {
		return nil, err
	}
	return graphop.Apply(graphop.Op{
		Name: "attentionWeights" + o.String(), Layer: "attention", Shape: tensor.Shape{o.Batch, o.Heads, o.Queries, o.Keys},
		Run: graphop.Kernels{F32: runWeights[float32](o), F64: runWeights[float64](o)},
	}, in...)
}

// inputs returns the inputs of an op on parts, which are queries, keys and perhaps values, and what the op is to do.
func (a Attention) inputs(dim int, parts ...part) (in []graphop.Input, o *attention, err error) {
	q, k := parts[0].Shape(), parts[1].Shape()
	if err := a.checkHeads(dim); err != nil {
		return nil, nil, err
	}
	switch {
	case q[0] != k[0] || parts[0].from+dim > q[2] || parts[1].from+dim > k[2]:
		return nil, nil, errors.Errorf("want q of shape (batch, queries, dim) and keys of shape (batch, keys, dim), got %v and %v", q, k)
	case a.Causal && q[1] != k[1]:
		return nil, nil, errors.Errorf("Causal wants as many queries as keys, got %d and %d", q[1], k[1])
	}
	o = newAttention(a, dim/max(1, a.Heads), q, k)
	for i, p := range parts {
		at := slices.IndexFunc(in, func(other graphop.Input) bool { return other.Node == p.Node })
		if at < 0 {
			at, in = len(in), append(in, graphop.Floats([]string{"q", "k", "v"}[i], p.Node))
		}
		o.place(i, at, p)
	}
	o.nodes = len(in)
	mask, err := a.mask(k)
	return append(in, mask...), o, err
}

// mask returns the input that says which keys, of shape (batch, keys, …), count: one or none.
func (a Attention) mask(k tensor.Shape) ([]graphop.Input, error) {
	switch {
	case a.IDs != nil && a.Lengths != nil:
		return nil, errors.New("IDs and Lengths are two masks: leave one out")
	case a.Lengths != nil:
		in := graphop.Ints("Lengths", a.Lengths)
		if n := a.Lengths.Shape(); len(n) != 1 || n[0] != k[0] {
			return nil, errors.Errorf("want Lengths of shape (batch), (%d), got %v", k[0], n)
		}
		return []graphop.Input{in}, nil
	case a.IDs != nil && !slices.Equal(a.IDs.Shape(), k[:2]):
		return nil, errors.Errorf("want IDs of shape (batch, keys), %v, got %v", k[:2], a.IDs.Shape())
	case a.IDs != nil && a.PaddingIdx != nil:
		return []graphop.Input{graphop.Ints("IDs", a.IDs)}, nil
	}
	return nil, checkMask(a.IDs, a.PaddingIdx)
}
