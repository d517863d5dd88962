package graphop

import (
	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Input is an input of an op: a node, and what the op reads of it. Floats, Ints and Any make one.
type Input struct {
	Node  *gorgonia.Node
	name  string // name in messages
	kind  kind
	dtype tensor.Dtype // type of a value that has no node
	shape tensor.Shape // shape that the graph was built for
}

type kind int

const (
	floats kind = iota
	ints
	unread
)

// Floats returns an input whose elements are float32 or float64: one of the two for all inputs of an op.
func Floats(name string, n *gorgonia.Node) Input { return Input{Node: n, name: name, kind: floats} }

// Ints returns an input whose elements are int, int32 or int64, such as ids and labels.
func Ints(name string, n *gorgonia.Node) Input { return Input{Node: n, name: name, kind: ints} }

// Any returns an input that the op waits for and does not read.
func Any(name string, n *gorgonia.Node) Input { return Input{Node: n, name: name, kind: unread} }

// Check fails unless inputs fit one op: no node is nil, each has its type, and all are of one graph.
func Check(inputs ...Input) error {
	var first Input // of floats
	for i, in := range inputs {
		if in.Node == nil {
			return errors.Errorf("%s: the node is nil", in.name)
		}
		if in.Node.Graph() != inputs[0].Node.Graph() {
			return errors.Errorf("%s and %s belong to different graphs: make both on one gorgonia.ExprGraph", inputs[0].name, in.name)
		}
		switch dt := inputs[i].Node.Dtype(); {
		case in.kind == ints && !IsInt(dt):
			return errors.Errorf("%s must be int, int32 or int64, got %v", in.name, dt)
		case in.kind != floats:
		case dt != tensor.Float32 && dt != tensor.Float64:
			return errors.Errorf("%s must be float32 or float64, got %v", in.name, dt)
		case first.Node == nil:
			first = in
		case dt != first.Node.Dtype():
			return errors.Errorf("%s must be %v, as %s, got %v", in.name, first.Node.Dtype(), first.name, dt)
		}
	}
	return nil
}

// IsInt reports whether dt is one of ids and labels.
func IsInt(dt tensor.Dtype) bool { return dt == tensor.Int || dt == tensor.Int32 || dt == tensor.Int64 }

// hmType returns the type of the input's node, which Gorgonia compares with that of the node itself.
func (in Input) hmType() hm.Type {
	if in.kind == unread {
		return in.Node.Type()
	}
	dt := in.dtype
	if in.Node != nil {
		dt = in.Node.Dtype()
	}
	return tensorOf(len(in.shape), dt)
}

// tensorOf is the type of a tensor of rank dims. Rank 0 is the element type itself.
func tensorOf(dims int, of hm.Type) hm.Type {
	if dims == 0 {
		return of
	}
	return gorgonia.TensorType{Dims: dims, Of: of}
}
