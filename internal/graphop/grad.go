package graphop

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/kernel"
)

// SymDiff adds the gradients to the graph, for a TapeMachine.
func (o *op) SymDiff(in gorgonia.Nodes, out, upstream *gorgonia.Node) (gorgonia.Nodes, error) {
	if o.grad != nil {
		return nil, errors.Errorf("%s has no gradient itself: second derivatives are not supported", o.Name)
	}
	grads := make(gorgonia.Nodes, len(in))
	for i, g := range o.Grads {
		if g == nil {
			continue
		}
		var err error
		if grads[i], err = o.draw(i, in, out, upstream); err != nil {
			return nil, err
		}
	}
	return grads, nil
}

// draw adds the gradient with respect to input i.
func (o *op) draw(i int, in gorgonia.Nodes, out, upstream *gorgonia.Node) (*gorgonia.Node, error) {
	g := o.Grads[i]
	if g.Drawn != nil {
		if err := g.Drawn(in[i], out); err != nil {
			return nil, err
		}
	}
	d := o.gradient(i)
	nodes := make(gorgonia.Nodes, 0, len(d.inputs))
	for _, at := range g.Needs {
		if at == Out {
			nodes = append(nodes, out)
		} else {
			nodes = append(nodes, in[at])
		}
	}
	n, err := gorgonia.ApplyOp(d, append(nodes, upstream)...)
	if err == nil {
		n.Op().(*op).node = n
	}
	return n, err
}

// gradient returns the op of the gradient with respect to input i.
func (o *op) gradient(i int) *op {
	g := o.Grads[i]
	d := &op{grad: g, Op: Op{Name: fmt.Sprintf("∂%s %s", o.inputs[i].name, o.Name), Shape: o.inputs[i].shape, Dtype: o.Dtype, Run: g.Add}}
	if g.sets() {
		d.Run = g.Set
	}
	result := Input{name: "the result", kind: floats, shape: o.Shape, dtype: o.Dtype}
	for _, at := range g.Needs {
		if at == Out {
			d.inputs = append(d.inputs, result)
		} else {
			d.inputs = append(d.inputs, o.inputs[at])
		}
	}
	result.name = "the upstream gradient"
	d.inputs = append(d.inputs, result)
	return d
}

// sets reports whether g has Set, in place of Add.
func (g *Grad) sets() bool { return g.Set.F32 != nil }

// DoDiff adds the gradients to those that a LispMachine keeps on the nodes. Without it, a LispMachine silently takes
// them for zero.
func (o *op) DoDiff(_ gorgonia.ExecutionContext, in gorgonia.Nodes, out *gorgonia.Node) error {
	for i, g := range o.Grads {
		if g == nil {
			continue
		}
		if err := o.accumulate(i, in, out); err != nil {
			return err
		}
	}
	return nil
}

// Rows returns the rows of n's value, the dense gradient of a table, that may be other than zero, if they are known.
func Rows(n *gorgonia.Node) (ids []int, known bool) {
	if o, ours := n.Op().(*op); ours && o.grad != nil && o.grad.Rows != nil {
		return o.grad.Rows()
	}
	return nil, false
}

// accumulate adds the gradient with respect to input i.
func (o *op) accumulate(i int, in gorgonia.Nodes, out *gorgonia.Node) error {
	d := o.gradient(i)
	values := make([]gorgonia.Value, 0, len(d.inputs))
	for _, at := range o.Grads[i].Needs {
		if at == Out {
			values = append(values, out.Value())
		} else {
			values = append(values, in[at].Value())
		}
	}
	upstream, err := out.Grad()
	if err != nil {
		return err
	}
	dst, err := in[i].Grad()
	if err != nil || dst.Shape().TotalSize() == 0 {
		return err
	}
	values = append(values, upstream)
	switch elems := dst.Data().(type) {
	case []float32:
		return d.wrap(addTo(d, elems, d.Run.F32, values))
	case []float64:
		return d.wrap(addTo(d, elems, d.Run.F64, values))
	}
	return errors.Errorf("%s: want a tensor of float32 or float64, got %v", d.Name, dst.Dtype())
}

func addTo[T kernel.Float](d *op, dst []T, run Kernel[T], in []gorgonia.Value) error {
	values, err := read[T](d, in)
	switch {
	case err != nil:
		return err
	case !d.grad.sets():
		return run(dst, values)
	}
	sum := make([]T, len(dst))
	if err = run(sum, values); err == nil {
		kernel.Add(dst, sum)
	}
	return err
}
