// Package layers builds neural-network layers on a Gorgonia graph.
//
// Embedding and EmbeddingBag are those of torch.nn for Gorgonia; Lookup and Bag are torch's F.embedding and
// F.embedding_bag, for a table that you already have as a node (docs/from-pytorch.md maps every argument). With them
// come the other layers that a classifier needs. Forward adds nodes to the graph and computes nothing: values appear
// when a gorgonia.VM runs the graph. A layer's parameters are leaf nodes called <layer>.weight and <layer>.bias, made
// by its constructor; Gorgonia's own Grad, machines and solvers train them.
//
// Shapes are written (batch, time, dim), as torch does. Ids and labels are tensor.Int, Int32 or Int64;
// tables and activations Float32 or Float64, one of the two per graph. Nothing here panics: what can
// be checked without data is an error of the constructor or of Forward, and the rest is an error of the run.
//
// Several graphs over one table (From) may run at once, with a machine each, and Row and Rows may be called meanwhile, as
// long as nothing writes the table. A step of a solver writes it, and with MaxNorm so does every run. The race detector
// reports a reader at such a time.
//
// Read a result by gorgonia.Read(node, &value), called before the machine is made. The Value of a node in the middle of
// a graph is unreliable after a run: Gorgonia's elementwise ops write into what they read.
package layers

import (
	"fmt"
	"path"
	"reflect"
	"runtime"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// A Layer maps one node to another and owns zero or more parameters.
type Layer interface {
	// Forward adds the layer's computation on x to x's graph and returns the output node.
	Forward(x *gorgonia.Node) (*gorgonia.Node, error)

	// Learnables returns the parameters to train, in a fixed order.
	Learnables() gorgonia.Nodes
}

// Func is a function on nodes, such as gorgonia.Tanh, as a Layer without parameters.
type Func func(x *gorgonia.Node) (*gorgonia.Node, error)

// Forward returns f(x).
func (f Func) Forward(x *gorgonia.Node) (*gorgonia.Node, error) { return f(x) }

// Learnables returns nil.
func (f Func) Learnables() gorgonia.Nodes { return nil }

// String returns the function's name, such as "Func gorgonia.Tanh".
func (f Func) String() string {
	return "Func " + path.Base(runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name())
}

// Sequential is a Layer that applies its layers in order.
type Sequential []Layer

// Forward feeds x to the first layer and each output to the next. An error names the layer.
func (s Sequential) Forward(x *gorgonia.Node) (*gorgonia.Node, error) {
	var err error
	for i, l := range s {
		if x, err = l.Forward(x); err != nil {
			return nil, errors.Wrapf(err, "layer %d (%T)", i, l)
		}
	}
	return x, nil
}

// Learnables returns the learnables of every layer, first layer first.
func (s Sequential) Learnables() gorgonia.Nodes {
	var nodes gorgonia.Nodes
	for _, l := range s {
		nodes = append(nodes, l.Learnables()...)
	}
	return nodes
}

// String returns a line for each layer, with its number. A layer without a String method shows its type.
func (s Sequential) String() string {
	var b strings.Builder
	b.WriteString("Sequential")
	for i, l := range s {
		text := fmt.Sprintf("%T", l)
		if named, ok := l.(fmt.Stringer); ok {
			text = named.String()
		}
		fmt.Fprintf(&b, "\n  %d  %s", i, strings.ReplaceAll(text, "\n", "\n   "))
	}
	return b.String()
}
