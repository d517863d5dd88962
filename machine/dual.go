package machine

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// BindDualValues makes each run add its gradients of nodes to what Node.Grad returns of them, as
// gorgonia.BindDualValues does for a TapeMachine: it begins at zero, and a solver of Gorgonia makes it zero again. It
// fails if a node has no gradient in the machine's graph.
func (m *Machine) BindDualValues(nodes ...*gorgonia.Node) error {
	byNode := make(map[*gorgonia.Node]*call, len(m.calls))
	for i := range m.calls {
		byNode[m.calls[i].node] = &m.calls[i]
	}
	for _, n := range nodes {
		if n.Deriv() == nil || byNode[n.Deriv()] == nil {
			return errors.Errorf("machine: node %q has no gradient: call gorgonia.Grad before New", n.Name())
		}
		c := byNode[n.Deriv()]
		c.duals = append(c.duals, &dual{of: n})
	}
	return nil
}

// dual is a node whose gradients are added up.
type dual struct {
	of  *gorgonia.Node
	sum gorgonia.Value
}

// add adds a run's gradient.
func (d *dual) add(gradient gorgonia.Value) error {
	if err := d.bind(); err != nil {
		return err
	}
	switch sum := d.sum.(type) {
	case *gorgonia.F32:
		if g, ok := gradient.(*gorgonia.F32); ok {
			*sum += *g
			return nil
		}
	case *gorgonia.F64:
		if g, ok := gradient.(*gorgonia.F64); ok {
			*sum += *g
			return nil
		}
	case *tensor.Dense:
		if g, ok := gradient.(*tensor.Dense); ok {
			return addTensor(sum, g)
		}
	}
	return errors.Errorf("cannot add the gradient of %q, a %T, to a %T", d.of.Name(), gradient, d.sum)
}

// bind makes the sum what Node.Grad returns.
func (d *dual) bind() error {
	if d.of.Value() == nil {
		return errors.Errorf("%q has no value", d.of.Name())
	}
	if bound, err := d.of.Grad(); d.sum != nil && err == nil && same(bound, d.sum) {
		return nil
	}
	sum, err := gorgonia.CloneValue(d.of.Value())
	if err != nil {
		return err
	}
	d.sum = gorgonia.ZeroValue(sum)
	gorgonia.WithGrad(d.sum)(d.of)
	return nil
}

func addTensor(sum, gradient *tensor.Dense) error {
	if plain(sum) && plain(gradient) && sum.DataSize() == gradient.DataSize() && sum.Dtype() == gradient.Dtype() {
		switch sum.Dtype() {
		case tensor.Float32:
			kernel.Add(sum.Float32s(), gradient.Float32s())
			return nil
		case tensor.Float64:
			kernel.Add(sum.Float64s(), gradient.Float64s())
			return nil
		}
	}
	_, err := tensor.Add(sum, gradient, tensor.UseUnsafe())
	return err
}
