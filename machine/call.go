package machine

import (
	"reflect"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
)

// call is a node with an op.
type call struct {
	node  *gorgonia.Node
	from  []int            // places of the values that it reads
	in    []gorgonia.Value // the values
	place int              // place of its own value
	run   func(in []gorgonia.Value) (gorgonia.Value, error)
	bound binding
	duals []*dual // what its value is added to
}

// wrap adds the node's name to err.
func (c *call) wrap(err error) error { return errors.Wrapf(err, "machine: node %q", c.node.Name()) }

// exec makes the call.
func (c *call) exec(values []gorgonia.Value) error {
	for i, at := range c.from {
		c.in[i] = values[at]
	}
	v, err := c.run(c.in)
	if err != nil || v == nil { // nil is the value of a statement
		return err
	}
	values[c.place] = v
	if err := c.bound.bind(c.node, v); err != nil {
		return err
	}
	for _, d := range c.duals {
		if err := d.add(v); err != nil {
			return err
		}
	}
	return nil
}

// compile chooses how to run the call.
func (c *call) compile() (err error) {
	op := c.node.Op()
	if own := graphop.NewCall(op); own != nil {
		c.run = func(in []gorgonia.Value) (gorgonia.Value, error) { return own.Value, own.Run(in) }
		return nil
	}
	if op.Type() == nil {
		into := target(op)
		if into == nil {
			return errors.Errorf("the machine cannot run %q: set inputs by Let, between runs", op)
		}
		c.run = func(in []gorgonia.Value) (gorgonia.Value, error) { return nil, read(into, in[0]) }
		return nil
	}
	do, err := entry(c.node)
	var own memory
	c.run = func(in []gorgonia.Value) (gorgonia.Value, error) {
		v, err := do(in...)
		if err != nil {
			return nil, err
		}
		return own.keep(v, in)
	}
	return err
}

// entry returns how a TapeMachine enters the op of n: by UsePreallocDo if it is one of those that CallsExtern tells
// apart, and by Do otherwise.
func entry(n *gorgonia.Node) (func(in ...gorgonia.Value) (gorgonia.Value, error), error) {
	op, ok := n.Op().(gorgonia.UsePreallocDoer)
	if !ok || !n.Op().ReturnsPtr() || !n.Op().CallsExtern() {
		return n.Op().Do, nil
	}
	memory, err := zeros(n)
	return func(in ...gorgonia.Value) (gorgonia.Value, error) {
		return op.UsePreallocDo(gorgonia.ZeroValue(memory), in...)
	}, err
}

// target returns where the op of gorgonia.Read copies its input to, or nil if op is not that. The op's type and its only
// field are not exported.
func target(op gorgonia.Op) *gorgonia.Value {
	v := reflect.ValueOf(op)
	if v.Kind() != reflect.Struct || v.NumField() != 1 || v.Field(0).Type() != reflect.TypeFor[*gorgonia.Value]() {
		return nil
	}
	return (*gorgonia.Value)(v.Field(0).UnsafePointer())
}

// read copies v to what into points to.
func read(into *gorgonia.Value, v gorgonia.Value) (err error) {
	if *into == nil {
		*into, err = gorgonia.CloneValue(v)
		return err
	}
	_, err = gorgonia.Copy(*into, v)
	return err
}

// zeros returns memory for the value of n, as a TapeMachine allocates it.
func zeros(n *gorgonia.Node) (gorgonia.Value, error) {
	if len(n.Shape()) > 0 {
		d := tensor.New(tensor.Of(n.Dtype()), tensor.WithShape(n.Shape()...))
		setEngine(d)
		return d, nil
	}
	switch dt := n.Dtype(); dt {
	case tensor.Float64:
		return gorgonia.NewF64(0), nil
	case tensor.Float32:
		return gorgonia.NewF32(0), nil
	case tensor.Int:
		return gorgonia.NewI(0), nil
	case tensor.Int64:
		return gorgonia.NewI64(0), nil
	case tensor.Int32:
		return gorgonia.NewI32(0), nil
	case tensor.Byte:
		return gorgonia.NewU8(0), nil
	case tensor.Bool:
		return gorgonia.NewB(false), nil
	default:
		return nil, errors.Errorf("a scalar of %v cannot be allocated", dt)
	}
}
