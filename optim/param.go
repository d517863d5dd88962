package optim

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/sparse"
)

// param is a parameter: what the solver remembers of it, and what a step brings.
type param struct {
	name    string
	Group        // the settings that it has
	steps   int  // updates so far
	resumed bool // whether it was loaded and has been in no step since

	turn   int              // number of the last call of Step that had it
	nodes  []string         // names of the nodes that share its weights in this step
	grads  []gorgonia.Value // gradients of those nodes; nil for a frozen one without
	added  []gorgonia.Value // gradients to which the next run would add its own
	kept   gorgonia.Value   // sum of the gradients that Accumulate took; nil if there are none
	filled []int            // rows that hold what is not zero in grads, a dense one; nil if that is not known
	shape  tensor.Shape     // shape of the weights; nil as long as memory is
	memory                  // nil before the first step
}

// nameOf returns the name of a parameter, "" if there is none.
func nameOf(vg gorgonia.ValueGrad) string {
	if n, ok := vg.(*gorgonia.Node); ok && n == nil {
		return ""
	}
	if n, ok := vg.(gorgonia.Namer); ok {
		return n.Name()
	}
	return ""
}

// bind makes weights, which have passed checkWeights, those of this step.
func (p *param) bind(weights gorgonia.Value) error {
	if p.memory == nil || p.steps == 0 && p.kept == nil && !p.fits(weights) {
		p.shape = weights.Shape().Clone()
		p.memory = newMemory(weights.Dtype())
	}
	if !p.fits(weights) {
		return errors.Errorf("optim: parameter %q is %v of %v, and its state is %v of %v: %s",
			p.name, weights.Shape(), weights.Dtype(), p.shape, p.dtype(), p.remedy(weights))
	}
	if n := len(p.FrozenRows); n > 0 && p.FrozenRows[n-1] >= p.rows() {
		return errors.Errorf("optim: parameter %q: row %d of FrozenRows is outside [0, %d)", p.name, p.FrozenRows[n-1], p.rows())
	}
	p.setWeights(weights)
	return nil
}

// remedy says what to do about weights that do not fit.
func (p *param) remedy(weights gorgonia.Value) string {
	shape := weights.Shape()
	if n := len(shape); n > 0 && n == len(p.shape) && shape[0] > p.shape[0] && slices.Equal(shape[1:], p.shape[1:]) && weights.Dtype() == p.dtype() {
		return fmt.Sprintf("call Solver.Grow(%q, %d) for a parameter that has grown", p.name, shape[0])
	}
	return "use the solver, or what was saved, of this model"
}

// rows returns how many rows p has: elements for a vector, 1 for a scalar.
func (p *param) rows() int {
	if len(p.shape) == 0 {
		return 1
	}
	return p.shape[0]
}

// rowDim returns the number of elements of a row of p.
func (p *param) rowDim() int { return p.shape.TotalSize() / p.rows() }

// constrainedDim returns the number of elements of a row as a Constraint sees it: a vector is one row.
func (p *param) constrainedDim() int {
	if len(p.shape) < 2 {
		return p.shape.TotalSize()
	}
	return p.rowDim()
}

// fits reports whether v has p's shape and type.
func (p *param) fits(v gorgonia.Value) bool { return p.is(v.Shape(), v.Dtype()) }

// is reports whether p has this shape and type.
func (p *param) is(shape tensor.Shape, dt tensor.Dtype) bool {
	return slices.Equal(p.shape, shape) && p.dtype() == dt
}

// add adds the gradient of a node called name, which has p's weights.
func (p *param) add(name string, weights gorgonia.Value, vg gorgonia.ValueGrad) error {
	if !p.fits(weights) {
		return errors.Errorf("its weights are %v of %v, and those of %q, in the same memory, %v of %v: give both one shape",
			weights.Shape(), weights.Dtype(), p.nodes[0], p.shape, p.dtype())
	}
	grad, err := vg.Grad()
	if err == nil {
		err = p.checkGrad(name, grad)
	}
	if err != nil && p.Frozen {
		grad, err = nil, nil
	}
	if err != nil {
		return err
	}
	p.nodes, p.grads = append(p.nodes, name), append(p.grads, grad)
	n, ok := vg.(*gorgonia.Node)
	switch {
	case !ok || n.Deriv() == nil || n.Deriv().Value() != grad:
		p.added = append(p.added, grad)
	case len(p.grads) == 1: // each run overwrites it
		p.filled, _ = graphop.Rows(n.Deriv())
	}
	return nil
}

// sumGrads adds up the gradients of the step and those that Accumulate took, in memory of p's own if own says so.
func (p *param) sumGrads(own bool) {
	if p.Frozen {
		return
	}
	p.grads = slices.DeleteFunc(append(p.grads, p.kept), func(g gorgonia.Value) bool { return g == nil })
	if len(p.grads) > 1 {
		p.filled = nil
	}
	p.sum(p.grads, own)
}

// checkGrad returns what is wrong with grad, the gradient of the node called name.
func (p *param) checkGrad(name string, grad gorgonia.Value) error {
	if grad == nil {
		return errors.New("it has no gradient: run the machine before each Step")
	}
	rows, isRows := grad.(*sparse.Rows)
	// Gorgonia takes a vector of shape (3) for one of (3, 1) or (1, 3).
	if ok := p.fits(grad) || !isRows && p.shape.Eq(grad.Shape()) && grad.Dtype() == p.dtype(); !ok {
		return errors.Errorf("its gradient is %v of %v: want %v of %v", grad.Shape(), grad.Dtype(), p.shape, p.dtype())
	}
	for i, other := range p.grads {
		if p.nodes[i] == name && grad == other {
			return errors.New("it is there twice: give Step each node once")
		}
	}
	if isRows {
		ids, vocab := rows.IDs(), p.shape[0]
		if i := kernel.FirstOutside(ids, vocab); i >= 0 {
			return errors.Errorf("id %d at position %d of its sparse gradient is outside [0, %d)", ids[i], i, vocab)
		}
		return nil
	}
	return checkLayout("gradient", grad)
}

// checkWeights returns what is wrong with a parameter's weights.
func checkWeights(v gorgonia.Value) error {
	if v == nil {
		return errors.New("it has no value: give its node one")
	}
	if dt := v.Dtype(); dt != tensor.Float32 && dt != tensor.Float64 {
		return errors.Errorf("its weights must be float32 or float64, got %v", dt)
	}
	if v.Shape().TotalSize() == 0 {
		return errors.Errorf("its weights have no elements, but shape %v", v.Shape())
	}
	return checkLayout("weights", v)
}

// checkLayout returns an error unless v, the weights or gradient of a parameter, is what elements takes.
func checkLayout(what string, v gorgonia.Value) error {
	switch v := v.(type) {
	case *gorgonia.F32, *gorgonia.F64:
		return nil
	case *tensor.Dense:
		if v.RequiresIterator() || !v.DataOrder().IsRowMajor() || !v.IsNativelyAccessible() {
			return errors.Errorf("its %s must lie in memory row after row, without gaps: copy the view", what)
		}
		return nil
	}
	return errors.Errorf("its %s must be a *tensor.Dense or a scalar, got %T", what, v)
}
