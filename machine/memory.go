package machine

import (
	"reflect"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// setEngine makes v, if it is a tensor, one of the engine that a TapeMachine computes with.
func setEngine(v gorgonia.Value) {
	if d, ok := v.(*tensor.Dense); ok {
		if _, ok := d.Engine().(gorgonia.StandardEngine); !ok {
			tensor.WithEngine(gorgonia.StandardEngine{})(d)
		}
	}
}

// memory is where a node's value stays whose op makes a new one in each run: at one address, apart from the node's
// inputs.
type memory struct {
	header *tensor.Dense // of the last result
	copied *tensor.Dense // copy of a result that shared the memory of an input
	scalar gorgonia.Value
}

// keep returns v as the value of the node, whose inputs are in.
func (m *memory) keep(v gorgonia.Value, in []gorgonia.Value) (gorgonia.Value, error) {
	switch v := v.(type) {
	case nil:
		return nil, errors.New("the op returned no value")
	case *tensor.Dense:
		setEngine(v)
		if shares(v, in) {
			return m.copy(v)
		}
		if m.header == nil {
			m.header = new(tensor.Dense)
		}
		*m.header = *v // the header alone: the memory is v's, which nobody else has
		return m.header, nil
	case gorgonia.Scalar:
		if m.scalar != nil && m.scalar.Dtype() == v.Dtype() {
			return gorgonia.Copy(m.scalar, v)
		}
		var err error
		m.scalar, err = gorgonia.CloneValue(v)
		return m.scalar, err
	}
	return v, nil
}

// copy returns a copy of v.
func (m *memory) copy(v *tensor.Dense) (gorgonia.Value, error) {
	if c := m.copied; c != nil && c.Dtype() == v.Dtype() && slices.Equal(c.Shape(), v.Shape()) && plain(c) && plain(v) {
		return c, tensor.Copy(c, v)
	}
	m.copied = v.Clone().(*tensor.Dense)
	return m.copied, nil
}

// plain reports whether the elements of d lie one after the other.
func plain(d *tensor.Dense) bool { return !d.RequiresIterator() && d.DataOrder().IsRowMajor() }

// shares reports whether v lies in the memory of one of the values in.
func shares(v gorgonia.Value, in []gorgonia.Value) bool {
	start, end := span(v)
	for _, x := range in {
		if from, to := span(x); start < to && from < end {
			return true
		}
	}
	return false
}

// span returns where v begins and ends in memory. The address of an empty tensor panics.
func span(v gorgonia.Value) (start, end uintptr) {
	if size := v.MemSize(); size > 0 {
		start = v.Uintptr()
		end = start + size
	}
	return start, end
}

// binding is the way to make a value that of a node: bind is not exported by Gorgonia.
type binding struct {
	values [2]gorgonia.Value // the last two: ops with two results in turn make no others
	binds  [2]gorgonia.NodeConsOpt
}

// bind makes v the value of n.
func (b *binding) bind(n *gorgonia.Node, v gorgonia.Value) error {
	if same(n.Value(), v) {
		return nil
	}
	if !same(b.values[0], v) {
		b.values[0], b.values[1] = b.values[1], b.values[0]
		b.binds[0], b.binds[1] = b.binds[1], b.binds[0]
	}
	if !same(b.values[0], v) {
		if !fits(n, v) { // such as a vector of one element for a scalar
			return gorgonia.UnsafeLet(n, v)
		}
		b.values[0], b.binds[0] = v, gorgonia.WithValue(v)
	}
	b.binds[0](n)
	return nil
}

// fits reports whether WithValue takes v for n as it is.
func fits(n *gorgonia.Node, v gorgonia.Value) bool {
	switch v.(type) {
	case *tensor.Dense, gorgonia.Scalar, gorgonia.Typer:
		return n.Type().Eq(gorgonia.TypeOf(v))
	}
	return false
}

// same reports whether a and b are one value.
func same(a, b gorgonia.Value) bool {
	t := reflect.TypeOf(a)
	return t == reflect.TypeOf(b) && (t == nil || t.Kind() == reflect.Pointer && a == b)
}
