package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// newParam adds the parameter called name to g, filled by init. Nothing else makes one.
//
// The name must be new to g, because Gorgonia answers a second leaf of the same name, type and shape
// with the first one, and drops the second's value: two layers would silently share a weight.
func newParam(g *gorgonia.ExprGraph, name string, dt tensor.Dtype, init gorgonia.InitWFn, shape ...int) (*gorgonia.Node, error) {
	if err := checkName(g, name); err != nil {
		return nil, err
	}
	switch {
	case dt != tensor.Float32 && dt != tensor.Float64:
		return nil, errors.Errorf("Dtype must be float32 or float64, got %v", dt)
	case init == nil:
		return nil, errNoInit
	}
	backing, err := checkBacking(init(dt, shape...), dt, shape)
	if err != nil {
		return nil, err
	}
	return newLeaf(g, name, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing)))
}

// checkName fails unless g can have a leaf called name.
func checkName(g *gorgonia.ExprGraph, name string) error {
	switch {
	case g == nil:
		return errors.New("no graph: give it a gorgonia.NewGraph()")
	case name == "":
		return errors.New("no name: give each layer and input its own")
	case len(g.ByName(name)) > 0:
		return errors.Errorf("the graph already has a node called %q: give each layer and input its own name", name)
	}
	return nil
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

// valueOf returns the value of a parameter of that shape. It fails if that was taken off the node, as gorgonia's UnbindAll does.
func valueOf(param *gorgonia.Node, shape tensor.Shape) (*tensor.Dense, error) {
	if w, ok := param.Value().(*tensor.Dense); ok && slices.Equal(w.Shape(), shape) {
		return w, nil
	}
	return nil, errors.Errorf("the parameter %q has no value any more: build the graph anew", param.Name())
}

// rowMajorOf is valueOf, and fails unless the value lies in memory row after row.
func rowMajorOf(param *gorgonia.Node, shape tensor.Shape) (*tensor.Dense, error) {
	w, err := valueOf(param, shape)
	if err == nil && (w.RequiresIterator() || !w.DataOrder().IsRowMajor()) {
		return nil, errors.Errorf("the parameter %q must lie in memory row after row: copy the view", param.Name())
	}
	return w, err
}

// checkBacking returns the slice that an initialiser gave, which must have dt's type and shape's size.
func checkBacking(backing any, dt tensor.Dtype, shape []int) (any, error) {
	var got tensor.Dtype
	var n int
	switch b := backing.(type) {
	case error: // of CopyRow
		return nil, b
	case *tensor.Dense: // weights from outside
		return unwrap(b, dt, shape)
	case []float32:
		got, n = tensor.Float32, len(b)
	case []float64:
		got, n = tensor.Float64, len(b)
	default:
		return nil, errors.Errorf("Init gave a %T: want []float32 or []float64", backing)
	}
	if want := tensor.Shape(shape).TotalSize(); got != dt || n != want {
		return nil, errors.Errorf("Init gave %d values of %v: want %d of %v for shape %v", n, got, want, dt, tensor.Shape(shape))
	}
	return backing, nil
}

// unwrap returns the memory of w.
func unwrap(w *tensor.Dense, dt tensor.Dtype, shape []int) (any, error) {
	switch {
	case w == nil:
		return nil, errors.New("Init gave no tensor: it is nil")
	case w.Dtype() != dt || !slices.Equal(w.Shape(), shape):
		return nil, errors.Errorf("Init gave a tensor of shape %v of %v: want shape %v of %v", w.Shape(), w.Dtype(), tensor.Shape(shape), dt)
	case w.RequiresIterator() || !w.DataOrder().IsRowMajor():
		return nil, errors.New("Init gave a view or a transposed tensor: copy it, so that it lies in memory row after row")
	}
	return w.Data(), nil
}

// defaultDtype returns dt, or Float32 for the zero value.
func defaultDtype(dt tensor.Dtype) tensor.Dtype {
	if dt == (tensor.Dtype{}) {
		return tensor.Float32
	}
	return dt
}
