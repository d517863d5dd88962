package machine_test

import (
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"reflect"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/machine"
)

// op is an op of Gorgonia on leaves of these shapes.
type op struct {
	name   string
	shapes [][]int
	use    use
	of     func(x G.Nodes) (*G.Node, error)
}

type use int

const (
	inLoss      use = iota
	isLoss          // Gorgonia cannot compute with its result
	forwardOnly     // Gorgonia has no gradient of it
)

type (
	unary  = func(*G.Node) (*G.Node, error)
	binary = func(a, b *G.Node) (*G.Node, error)
)

// ops are all ops of Gorgonia that run on a CPU.
func ops() []op {
	return slices.Concat(unaries(), binaries(), comparisons(), broadcasts(), reductions(), products(), shapes(), images(), others())
}

func unaries() (all []op) {
	for name, f := range map[string]unary{
		"abs": G.Abs, "cos": G.Cos, "cube": G.Cube, "exp": G.Exp, "expm1": G.Expm1, "inverse": G.Inverse, "inverse sqrt": G.InverseSqrt, "log": G.Log,
		"log1p": G.Log1p, "log2": G.Log2, "mish": G.Mish, "neg": G.Neg, "rectify": G.Rectify, "sigmoid": G.Sigmoid, "sin": G.Sin,
		"softplus": G.Softplus, "sqrt": G.Sqrt, "square": G.Square, "tanh": G.Tanh,
		"leaky relu":  func(x *G.Node) (*G.Node, error) { return G.LeakyRelu(x, 0.1) },
		"softmax":     func(x *G.Node) (*G.Node, error) { return G.SoftMax(x) },
		"log softmax": func(x *G.Node) (*G.Node, error) { return G.LogSoftMax(x) },
		"sparsemax":   func(x *G.Node) (*G.Node, error) { return G.Sparsemax(x) },
	} {
		for _, shape := range [][]int{{}, {3}, {2, 3}} {
			if len(shape) < 2 && slices.Contains([]string{"softmax", "log softmax", "sparsemax"}, name) {
				continue
			}
			all = append(all, op{fmt.Sprintf("%s %v", name, shape), [][]int{shape}, inLoss, func(x G.Nodes) (*G.Node, error) { return f(x[0]) }})
		}
	}
	for name, f := range map[string]unary{"sign": G.Sign, "ceil": G.Ceil, "floor": G.Floor} {
		all = append(all, op{name, [][]int{{2, 3}}, forwardOnly, func(x G.Nodes) (*G.Node, error) { return f(x[0]) }})
	}
	return all
}

func binaries() (all []op) {
	for name, f := range map[string]binary{"add": G.Add, "sub": G.Sub, "mul": G.HadamardProd, "div": G.HadamardDiv, "pow": G.Pow} {
		for _, shapes := range [][][]int{{{}, {}}, {{3}, {3}}, {{2, 3}, {2, 3}}, {{2, 3}, {}}, {{}, {2, 3}}} {
			all = append(all, op{fmt.Sprintf("%s %v", name, shapes), shapes, inLoss, func(x G.Nodes) (*G.Node, error) { return f(x[0], x[1]) }})
		}
	}
	return all
}

func comparisons() (all []op) {
	for name, f := range map[string]func(a, b *G.Node, retSame bool) (*G.Node, error){"lt": G.Lt, "lte": G.Lte, "gt": G.Gt, "gte": G.Gte, "eq": G.Eq, "ne": G.Ne} {
		for _, retSame := range []bool{false, true} {
			all = append(all, op{fmt.Sprintf("%s %v", name, retSame), [][]int{{2, 3}, {2, 3}}, forwardOnly, func(x G.Nodes) (*G.Node, error) { return f(x[0], x[1], retSame) }})
			all = append(all, op{fmt.Sprintf("scalar %s %v", name, retSame), [][]int{{}, {}}, forwardOnly, func(x G.Nodes) (*G.Node, error) { return f(x[0], x[1], retSame) }})
		}
	}
	return all
}

func broadcasts() (all []op) {
	for name, f := range map[string]func(a, b *G.Node, l, r []byte) (*G.Node, error){
		"broadcast add": G.BroadcastAdd, "broadcast sub": G.BroadcastSub, "broadcast mul": G.BroadcastHadamardProd, "broadcast div": G.BroadcastHadamardDiv, "broadcast pow": G.BroadcastPow} {
		all = append(all, op{name, [][]int{{2, 3}, {2, 1}}, inLoss, func(x G.Nodes) (*G.Node, error) { return f(x[0], x[1], nil, []byte{1}) }})
		all = append(all, op{name + " left", [][]int{{1, 3}, {2, 3}}, inLoss, func(x G.Nodes) (*G.Node, error) { return f(x[0], x[1], []byte{0}, nil) }})
	}
	return all
}

func reductions() (all []op) {
	type along = func(a *G.Node, axes ...int) (*G.Node, error)
	for name, f := range map[string]along{"sum": G.Sum, "mean": G.Mean, "max": G.Max} {
		for _, axes := range [][]int{nil, {0}, {1}, {0, 2}} {
			all = append(all, op{fmt.Sprintf("%s %v", name, axes), [][]int{{2, 3, 4}}, inLoss, func(x G.Nodes) (*G.Node, error) { return f(x[0], axes...) }})
		}
	}
	return all
}

func one(f unary) func(x G.Nodes) (*G.Node, error) {
	return func(x G.Nodes) (*G.Node, error) { return f(x[0]) }
}

func two(f binary) func(x G.Nodes) (*G.Node, error) {
	return func(x G.Nodes) (*G.Node, error) { return f(x[0], x[1]) }
}

func products() []op {
	return []op{
		{"matrix product", [][]int{{2, 3}, {3, 4}}, inLoss, two(G.Mul)},
		{"matrix vector", [][]int{{2, 3}, {3}}, inLoss, two(G.Mul)},
		{"inner product", [][]int{{3}, {3}}, inLoss, two(G.Mul)},
		{"outer product", [][]int{{3}, {4}}, forwardOnly, two(G.OuterProd)},
		{"batched product", [][]int{{2, 3, 4}, {2, 4, 5}}, inLoss, two(func(a, b *G.Node) (*G.Node, error) { return G.BatchedMatMul(a, b) })},
		{"batched product ᵀ", [][]int{{2, 4, 3}, {2, 5, 4}}, inLoss, two(func(a, b *G.Node) (*G.Node, error) { return G.BatchedMatMul(a, b, true, true) })},
		{"tensordot", [][]int{{2, 3}, {3, 4}}, inLoss, two(func(a, b *G.Node) (*G.Node, error) { return G.Tensordot([]int{1}, []int{0}, a, b) })},
		{"norm", [][]int{{2, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Norm(x, 1, 2) })},
	}
}

func shapes() []op {
	return []op{
		{"reshape", [][]int{{2, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Reshape(x, tensor.Shape{3, 2}) })},
		{"ravel", [][]int{{2, 3}}, inLoss, one(G.Ravel)},
		{"transpose", [][]int{{2, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Transpose(x, 1, 0) })},
		{"transpose 3", [][]int{{2, 3, 4}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Transpose(x, 2, 0, 1) })},
		{"slice of rows", [][]int{{4, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Slice(x, G.S(1, 3)) })},
		{"slice of columns", [][]int{{4, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Slice(x, nil, G.S(0, 2)) })},
		{"row", [][]int{{4, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Slice(x, G.S(2)) })},
		{"element", [][]int{{4}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Slice(x, G.S(2)) })},
		{"concat 0", [][]int{{2, 3}, {1, 3}}, inLoss, two(func(a, b *G.Node) (*G.Node, error) { return G.Concat(0, a, b) })},
		{"concat 1", [][]int{{2, 3}, {2, 1}}, inLoss, two(func(a, b *G.Node) (*G.Node, error) { return G.Concat(1, a, b) })},
		{"concat of one", [][]int{{2, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Concat(0, x) })},
		{"unconcat", [][]int{{4, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) {
			parts, err := G.Unconcat(x, 0, 2)
			if err != nil {
				return nil, err
			}
			return G.HadamardProd(parts[0], parts[1])
		})},
	}
}

func images() []op {
	return []op{
		{"im2col", [][]int{{2, 1, 4, 4}}, inLoss, one(func(x *G.Node) (*G.Node, error) {
			return G.Im2Col(x, tensor.Shape{2, 2}, tensor.Shape{0, 0}, tensor.Shape{1, 1}, tensor.Shape{1, 1})
		})},
		{"conv2d", [][]int{{2, 2, 5, 5}, {3, 2, 3, 3}}, inLoss, two(func(a, b *G.Node) (*G.Node, error) {
			return G.Conv2d(a, b, tensor.Shape{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1})
		})},
		{"conv1d", [][]int{{2, 2, 1, 6}, {3, 2, 1, 3}}, inLoss, two(func(a, b *G.Node) (*G.Node, error) { return G.Conv1d(a, b, 3, 1, 1, 1) })},
		{"max pool", [][]int{{2, 1, 4, 4}}, inLoss, one(func(x *G.Node) (*G.Node, error) {
			return G.MaxPool2D(x, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2})
		})},
		{"average pool", [][]int{{2, 1, 4, 4}}, inLoss, one(func(x *G.Node) (*G.Node, error) {
			return G.AveragePool2D(x, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2})
		})},
		{"global average pool", [][]int{{2, 2, 4, 4}}, forwardOnly, one(G.GlobalAveragePool2D)},
		{"upsample", [][]int{{1, 1, 2, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.Upsample2D(x, 1) })},
	}
}

func others() []op {
	return []op{
		{"min between", [][]int{{2, 3}, {2, 3}}, inLoss, two(G.MinBetween)},
		{"max between", [][]int{{2, 3}, {2, 3}}, inLoss, two(G.MaxBetween)},
		{"reduce add", [][]int{{2, 3}, {2, 3}, {2, 3}}, inLoss, func(x G.Nodes) (*G.Node, error) { return G.ReduceAdd(x) }},
		{"reduce mul", [][]int{{2, 2}, {2, 2}, {2, 2}}, inLoss, func(x G.Nodes) (*G.Node, error) { return G.ReduceMul(x) }},
		{"size", [][]int{{4, 3}}, forwardOnly, one(func(x *G.Node) (*G.Node, error) { return G.SizeOf(1, x) })},
		{"diagonal", [][]int{{3}}, forwardOnly, one(G.DiagFlat)},
		{"by indices", [][]int{{4, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) {
			return G.ByIndices(x, testkit.Leaf(x.Graph(), "indices", []int{2, 0, 2}, 3), 0)
		})},
		{"batch norm", [][]int{{4, 2, 3, 3}, {1, 2, 3, 3}, {1, 2, 3, 3}}, inLoss, func(x G.Nodes) (*G.Node, error) {
			y, _, _, _, err := G.BatchNorm(x[0], x[1], x[2], 0.9, 1e-5)
			return y, err
		}},
		{"batch norm of a matrix", [][]int{{4, 3}, {1, 3}, {1, 3}}, inLoss, func(x G.Nodes) (*G.Node, error) {
			y, _, _, _, err := G.BatchNorm(x[0], x[1], x[2], 0.9, 1e-5)
			return y, err
		}},
		{"conversion", [][]int{{2, 3}}, forwardOnly, one(func(x *G.Node) (*G.Node, error) { return G.ConvType(x, x.Dtype(), tensor.Int) })},
		{"ctc loss", [][]int{{4, 2, 3}}, isLoss, one(func(x *G.Node) (*G.Node, error) {
			ints := func(name string, data []int, shape ...int) *G.Node {
				return testkit.Leaf(x.Graph(), name, data, shape...)
			}
			return G.CTCLoss(x, ints("targets", []int{1, 2, 2, 1}, 2, 2), ints("lengths", []int{4, 4}, 2), ints("target lengths", []int{2, 2}, 2), G.ReductionMean)
		})},
		{"one-hot", [][]int{{3}}, inLoss, one(func(x *G.Node) (*G.Node, error) { return G.HadamardProd(x, G.OneHotVector(1, 3, x.Dtype())) })},
		{"group norm", [][]int{{2, 4, 3, 3}, {1, 4, 1, 1}, {1, 4, 1, 1}}, inLoss, func(x G.Nodes) (*G.Node, error) { return G.GroupNorm(x[0], x[1], x[2], 2, 4, 1e-5) }},
		{"dropout of nothing", [][]int{{2, 3}}, forwardOnly, one(func(x *G.Node) (*G.Node, error) { return G.Dropout(x, 0) })},
		{"binary cross-entropy", [][]int{{2, 3}, {2, 3}}, inLoss, two(func(a, b *G.Node) (*G.Node, error) {
			return G.BinaryXent(testkit.Must(G.Sigmoid(a)), b)
		})},
		{"constants", [][]int{{2, 3}}, inLoss, one(func(x *G.Node) (*G.Node, error) {
			c := G.NewConstant(2.0)
			if x.Dtype() == tensor.Float32 {
				c = G.NewConstant(float32(2))
			}
			return G.Add(testkit.Must(G.HadamardProd(x, c)), x)
		})},
	}
}

// drawing is an op in a graph of its own, with gradients.
type drawing struct {
	g      *G.ExprGraph
	leaves G.Nodes
	data   []any
}

func draw(t *testing.T, o op, dt tensor.Dtype) (d drawing) {
	t.Helper()
	d.g = G.NewGraph()
	rnd := testkit.NewRand(1)
	for i, shape := range o.shapes {
		data := make([]float64, tensor.Shape(shape).TotalSize())
		for k := range data {
			data[k] = 0.1 + 1.5*rnd.Float64()
		}
		var backing any = data
		if dt == tensor.Float32 {
			backing = narrow(data)
		}
		if len(shape) == 0 {
			d.scalar(dt, data[0])
			continue
		}
		d.data = append(d.data, backing)
		d.leaves = append(d.leaves, testkit.Leaf(d.g, fmt.Sprint("x", i), backing, shape...))
	}
	y, err := o.of(d.leaves)
	if err != nil {
		t.Fatalf("%s: %v", o.name, err)
	}
	if o.use == forwardOnly {
		return d
	}
	cost := y
	if o.use == inLoss {
		cost = testkit.Must(G.HadamardProd(y, testkit.Must(G.Sigmoid(y))))
	}
	if !cost.IsScalar() {
		cost = testkit.Must(G.Sum(cost))
	}
	if _, err := G.Grad(cost, d.leaves...); err != nil {
		t.Fatalf("%s: %v", o.name, err)
	}
	return d
}

// scalar adds a leaf.
func (d *drawing) scalar(dt tensor.Dtype, x float64) {
	var v G.Value = G.NewF64(x)
	if dt == tensor.Float32 {
		v = G.NewF32(float32(x))
	}
	d.data = append(d.data, v)
	d.leaves = append(d.leaves, G.NewScalar(d.g, dt, G.WithName(fmt.Sprint("x", len(d.data))), G.WithValue(v)))
}

func narrow(data []float64) (f []float32) {
	for _, x := range data {
		f = append(f, float32(x))
	}
	return f
}

// next changes the inputs.
func (d drawing) next() {
	for _, data := range d.data {
		switch data := data.(type) {
		case []float32:
			slices.Reverse(data)
		case []float64:
			slices.Reverse(data)
		case *G.F32:
			*data = 1 / *data
		case *G.F64:
			*data = 1 / *data
		}
	}
}

// computed returns the nodes of g that have an op and a value.
func computed(g *G.ExprGraph) (list G.Nodes) {
	for _, n := range g.AllNodes() {
		if n.Op() != nil && n.Op().Type() != nil {
			list = append(list, n)
		}
	}
	return list
}

// Every node of the machine has the value, to the bit, that a TapeMachine computes and gorgonia.Read keeps.
func TestOpsAsOnATapeMachine(t *testing.T) {
	log.SetOutput(io.Discard) // GroupNorm logs gradients
	defer log.SetOutput(os.Stderr)
	for _, o := range ops() {
		for _, dt := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			t.Run(fmt.Sprintf("%s %v", o.name, dt), func(t *testing.T) { compare(t, o, dt) })
		}
	}
	t.Run("yolo", func(t *testing.T) { compare(t, yolo, tensor.Float32) })
}

// yolo has no float64, and reshapes its input: a leaf would keep the new shape.
var yolo = op{"yolo", [][]int{{1, 18, 2, 2}}, forwardOnly, func(x G.Nodes) (*G.Node, error) {
	return G.YOLOv3(testkit.Must(G.Tanh(x[0])), []float32{10, 13, 16, 30, 33, 23}, []int{0, 1, 2}, 64, 1, 0.7)
}}

func compare(t *testing.T, o op, dt tensor.Dtype) {
	tape, direct := draw(t, o, dt), draw(t, o, dt)
	want := make([]G.Value, len(computed(tape.g)))
	for i, n := range computed(tape.g) {
		G.Read(n, &want[i])
	}
	vm, m := G.NewTapeMachine(tape.g), testkit.Must(machine.New(direct.g))
	for range 3 {
		failed, err := vm.RunAll(), m.RunAll()
		if failed != nil || err != nil {
			t.Fatalf("tape: %v\ndirect: %v", failed, err)
		}
		for i, n := range computed(direct.g) {
			if !equal(n.Value(), want[i]) {
				t.Errorf("%v of %v:\ngot  %v\nwant %v", n.Name(), n.Shape(), n.Value(), want[i])
			}
		}
		vm.Reset()
		tape.next()
		direct.next()
	}
}

// equal reports whether a and b are the same to the bit.
func equal(a, b G.Value) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && a.Shape().Eq(b.Shape()) && reflect.DeepEqual(bits(a), bits(b))
}

// bits returns the data of v, in which a NaN equals itself.
func bits(v G.Value) any {
	switch data := v.Data().(type) {
	case []float64:
		u := make([]uint64, len(data))
		for i, x := range data {
			u[i] = math.Float64bits(x)
		}
		return u
	case []float32:
		u := make([]uint32, len(data))
		for i, x := range data {
			u[i] = math.Float32bits(x)
		}
		return u
	case float64:
		return math.Float64bits(data)
	case float32:
		return math.Float32bits(data)
	default:
		return data
	}
}
