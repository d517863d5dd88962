package layers

import (
	"fmt"
	"hash"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

var (
	_ gorgonia.SDOp = &attendOp{}
	_ gorgonia.ADOp = &attendOp{}
)

// Attend uses the table as the weight of an output layer: h of shape (…, EmbeddingDim) → logits h·tableᵀ, of shape
// (…, NumEmbeddings). Input and output weights are then one (Press and Wolf, EACL 2017; flax's Embed.attend), and
// its gradient is the sum of what both uses give it: for Gorgonia's own adding, or, if Sparse, for package optim,
// which gets that of Attend as a dense gradient of a further node of Learnables.
//
// Rows of FreezeRows get no gradient here either. PaddingIdx and the other fields of EmbeddingConfig are about ids:
// the padding row is a class like any other, as with a torch.nn.Linear whose weight is tied.
// With MaxNorm, Attend sees the rows as the lookups that h depends on left them.
//
// It fails if h is not of that shape, or of another type than the table.
func (e *Embedding) Attend(h *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := e.attend(h)
	return y, errors.Wrapf(err, "embedding %q: attend", e.table.rules.table)
}

func (e *Embedding) attend(h *gorgonia.Node) (*gorgonia.Node, error) {
	if h == nil {
		return nil, errNoNode
	}
	dim := e.table.weight.Shape()[1]
	if n := h.Dims(); n < 1 || h.Shape()[n-1] != dim {
		return nil, errors.Errorf("want an input of shape (…, %d), got %v", dim, h.Shape())
	}
	if h.Dtype() != e.table.weight.Dtype() {
		return nil, errors.Errorf("want an input of %v, as the table, got %v", e.table.weight.Dtype(), h.Dtype())
	}
	if err := checkGraph(e.table.weight, "the vectors", h); err != nil {
		return nil, err
	}
	weight, err := e.table.use() // when nothing can fail any more
	if err != nil {
		return nil, err
	}
	return gorgonia.ApplyOp(&attendOp{linearOp{dims: h.Dims()}, e.table.rules.frozen, e.table.rules.still}, h, weight)
}

// attendOp is a linearOp without bias whose weight is a table, of which some rows may have no gradient.
type attendOp struct {
	linearOp
	frozen bool
	still  *rowSet // or nil
}

func (op *attendOp) WriteHash(h hash.Hash) { fmt.Fprint(h, op) }
func (op *attendOp) Hashcode() uint32      { return hashcode(op) }
func (op *attendOp) String() string {
	s := fmt.Sprintf("attend{%d-D frozen=%t", op.dims, op.frozen)
	if op.still != nil {
		s += fmt.Sprintf(" still=%x", op.still.id)
	}
	return s + "}"
}

func (op *attendOp) DiffWRT(int) []bool { return []bool{true, !op.frozen} }

func (op *attendOp) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dh, err := gorgonia.ApplyOp(linearGradX(op.dims), in[1], grad)
	if err != nil || op.frozen {
		return gorgonia.Nodes{dh, nil}, err
	}
	dw, err := gorgonia.ApplyOp(attendGradW(op), in[0], grad)
	return gorgonia.Nodes{dh, dw}, err
}

func (op *attendOp) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	if err := linearGradX(op.dims).accumulate(in[0], out, in[1]); err != nil || op.frozen {
		return err
	}
	return attendGradW(op).accumulate(in[1], out, in[0])
}

// attendGradW is linearGradW without the rows that stand still.
func attendGradW(op *attendOp) *gradOp {
	g := linearGradW(op.dims)
	if op.still != nil {
		g.name = "∂weight " + op.String()
		g.add32, g.add64 = withoutRows(op.still.has, g.add32), withoutRows(op.still.has, g.add64)
	}
	return g
}

// withoutRows is add with columns of the upstream gradient, its last input, set to zero: they are rows of the result.
func withoutRows[T kernel.Float](still []bool, add adder[T]) adder[T] {
	return func(dst []T, in []gorgonia.Value) error {
		last := len(in) - 1
		grad, err := floats[T](in[last])
		if err != nil {
			return err
		}
		if len(grad)%len(still) != 0 {
			return errors.Errorf("want an upstream gradient of shape (…, %d), got %v", len(still), in[last].Shape())
		}
		kept := make([]T, len(grad))
		for i, g := range grad {
			if !still[i%len(still)] {
				kept[i] = g
			}
		}
		return add(dst, []gorgonia.Value{in[0], tensor.New(tensor.WithShape(in[last].Shape()...), tensor.WithBacking(kept))})
	}
}
