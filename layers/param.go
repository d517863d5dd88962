package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// newParam adds the parameter called name to g and fills it by init. It is the only place that makes one.
//
// The name must be new to g, because Gorgonia answers a second leaf of the same name, type and shape
// with the first one, and drops the second's value: two layers would silently share a weight.
func newParam(g *gorgonia.ExprGraph, name string, dt tensor.Dtype, init gorgonia.InitWFn, shape ...int) (*gorgonia.Node, error) {
	switch {
	case g == nil:
		return nil, errors.New("no graph: give the constructor a gorgonia.NewGraph()")
	case len(g.ByName(name)) > 0:
		return nil, errors.Errorf("the graph already has a node called %q: give each layer its own name", name)
	case dt != tensor.Float32 && dt != tensor.Float64:
		return nil, dtypeError("Dtype", dt)
	case init == nil:
		return nil, errNoInit
	}
	backing, err := checkBacking(init(dt, shape...), dt, shape)
	if err != nil {
		return nil, err
	}
	return newLeaf(g, name, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing)))
}

// newLeaf adds a leaf with a name that is new to g, and value itself as its value.
func newLeaf(g *gorgonia.ExprGraph, name string, value *tensor.Dense) (*gorgonia.Node, error) {
	shape := value.Shape()
	n := gorgonia.NewTensor(g, value.Dtype(), len(shape), gorgonia.WithName(name), gorgonia.WithShape(shape...), gorgonia.WithValue(value))
	if n.Value() != gorgonia.Value(value) {
		return nil, errors.Errorf("Gorgonia merged %q with the leaf %q: their 32-bit hashes are equal; choose another name", name, n.Name())
	}
	return n, nil
}

// checkBacking returns the slice that an initialiser gave, which must have dt's type and shape's size.
func checkBacking(backing any, dt tensor.Dtype, shape []int) (any, error) {
	var got tensor.Dtype
	var n int
	switch b := unwrapLoaded(backing).(type) {
	case error: // of CopyRow
		return nil, b
	case []float32:
		backing, got, n = b, tensor.Float32, len(b)
	case []float64:
		backing, got, n = b, tensor.Float64, len(b)
	default:
		return nil, errors.Errorf("Init gave a %T: want []float32 or []float64", backing)
	}
	if want := tensor.Shape(shape).TotalSize(); got != dt || n != want {
		return nil, errors.Errorf("Init gave %d values of %v: want %d of %v for shape %v", n, got, want, dt, tensor.Shape(shape))
	}
	return backing, nil
}

// defaultDtype returns dt, or Float32 for the zero value.
func defaultDtype(dt tensor.Dtype) tensor.Dtype {
	if dt == (tensor.Dtype{}) {
		return tensor.Float32
	}
	return dt
}
