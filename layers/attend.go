package layers

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// Attend uses the table as the weight of an output layer: h of shape (…, EmbeddingDim) → logits h·tableᵀ, of shape
// (…, NumEmbeddings), plus the bias if there is one (AttendBias). Input and output weights are then one (Press and Wolf,
// EACL 2017; flax's Embed.attend), and its gradient is the sum of what both uses give it. Gorgonia adds the two. If
// Sparse, package optim does, and Attend has a dense gradient on a further node of Learnables.
//
// Rows of FreezeRows get no gradient here either; the bias trains as a whole, also that of a frozen table. PaddingIdx and
// the other rules are about ids: the padding row is a class like any other, as with a torch.nn.Linear whose weight is
// tied.
// With MaxNorm, Attend sees the rows as the lookups that h depends on left them.
//
// It fails if h is not of that shape, or of another type than the table.
func (t *Table) Attend(h *gorgonia.Node) (*gorgonia.Node, error) {
	y, err := t.attend(h)
	return y, errors.Wrapf(err, "embedding %q: attend", t.name)
}

func (t *Table) attend(h *gorgonia.Node) (*gorgonia.Node, error) {
	in := []graphop.Input{graphop.Floats("h", h), graphop.Floats("weight", t.weight)}
	if t.bias != nil {
		in = append(in, graphop.Floats("bias", t.bias))
	}
	err := graphop.Check(in...)
	if err != nil {
		return nil, err
	}
	p, err := newProduct(h, t.weight, 0, t.vocab())
	if err != nil {
		return nil, err
	}
	if in[1].Node, err = t.leaf(); err != nil { // when nothing else can fail
		return nil, err
	}
	op := p.op(fmt.Sprintf("attend{%s}", t.identity()), t.bias != nil)
	op.Layer = t.label()
	t.attended = true
	switch {
	case t.frozen:
		op.Grads[1] = nil
	case t.rules.frozen != nil:
		set := &op.Grads[1].Set
		set.F32, set.F64 = unfrozenGradW[float32](p, t.rules.frozen), unfrozenGradW[float64](p, t.rules.frozen)
	}
	return graphop.Apply(op, in...)
}

// unfrozenGradW is gradW where columns of the upstream gradient count as zero: those are the rows that are frozen.
func unfrozenGradW[T kernel.Float](p product, frozen *rowSet) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kept := make([]T, p.rows*p.out)
		for i, g := range in.Last() {
			if !frozen.has[i%p.out] {
				kept[i] = g
			}
		}
		kernel.LinearGradW(dst, in.Floats(0), kept, p.rows, p.in, p.out)
		return nil
	}
}
