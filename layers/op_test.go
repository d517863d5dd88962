package layers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/sparse"
)

// variants adds, to one graph and on the same inputs, ops that differ in one parameter each.
func variants(g *gorgonia.ExprGraph) (all []*gorgonia.Node) {
	w, w2 := table(g, "w", 4, 2), table(g, "w2", 4, 2)
	ids, ids32 := input(g, "ids", []int{0, 1, 2, 3}, 2, 2), input(g, "ids32", []int32{0, 1, 2, 3}, 2, 2)
	flat, offsets := input(g, "flat", []int{0, 1, 2, 3}, 4), input(g, "offsets", []int{0, 2}, 2)
	weights, flatWeights := input(g, "weights", []float64{1, 2, 3, 4}, 2, 2), input(g, "flatWeights", []float64{1, 2, 3, 4}, 4)
	x, bias := input(g, "x", []float64{1, 2, 3, 4}, 2, 2), newLinear(g, "bias", 2, 4)
	add := func(n *gorgonia.Node, err error) { all = append(all, must(n, err)) }
	rules := []layers.IDRules{
		{}, {PaddingIdx: new(0)}, {PaddingIdx: new(1)}, {Sparse: true}, {IgnoreIndex: new(0)}, {IgnoreIndex: new(-1)}, {OutOfRange: layers.RangeClip},
		{OutOfRange: layers.RangeWrap}, {OutOfRange: layers.RangeUnknown, UnknownIdx: new(0)}, {OutOfRange: layers.RangeUnknown, UnknownIdx: new(1)},
		{MaxNorm: 10}, {MaxNorm: 20}, {MaxNorm: 10, NormType: 1}, {ScaleGradByFreq: true}, {FreezeRows: []int{0}}, {FreezeRows: []int{1}},
	}
	for _, r := range rules {
		add(layers.Lookup(w, ids, r))
		add(layers.Bag(w, layers.Texts{IDs: ids}, layers.BagMean, r))
		e := must(layers.NewEmbedding(g, fmt.Sprintf("e%d", len(all)), layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: r, Dtype: tensor.Float64, Init: layers.Normal(testkit.NewRand(1), 1)}))
		add(e.Attend(x))
		add(must(e.Quantize()).Forward(ids))
	}
	for i, rules := range []layers.IDRules{{}, {Sparse: true}, {IgnoreIndex: new(0)}, {IgnoreIndex: new(1)}} {
		other := must(layers.NewEmbedding(g, fmt.Sprint("other", i), layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: rules, Dtype: tensor.Float64, Init: layers.Zeros()}))
		add(other.Dots(flat, other.Table, flat))
		add(other.Dots(flat, other.Table, flat, flat))
		for _, r := range []loss.Reduction{loss.Mean, loss.None} {
			add(loss.NegativeSamplingWith(other.Table, other.Table, loss.Pairs{Centres: offsets, Contexts: offsets, Negatives: ids}, r))
		}
	}
	add(layers.Lookup(w2, ids, layers.IDRules{}))
	add(layers.Lookup(w, ids32, layers.IDRules{}))
	add(layers.Lookup(w, flat, layers.IDRules{}))
	for _, mode := range []layers.BagMode{layers.BagSum, layers.BagSqrtN, layers.BagMax, layers.BagMin} {
		add(layers.Bag(w, layers.Texts{IDs: ids}, mode, layers.IDRules{}))
	}
	add(layers.Bag(w, layers.Texts{IDs: ids, Weights: weights}, layers.BagMean, layers.IDRules{}))
	add(layers.Bag(w, layers.Texts{IDs: flat, Offsets: offsets}, layers.BagMean, layers.IDRules{}))
	add(layers.Bag(w, layers.Texts{IDs: flat, Offsets: offsets, NoLastOffset: true}, layers.BagMean, layers.IDRules{}))
	add(layers.Bag(w, layers.Texts{IDs: flat, Offsets: offsets, Weights: flatWeights}, layers.BagSum, layers.IDRules{}))
	add(bias.Forward(x))
	add(must(layers.NewLinear(g, "plain", layers.LinearConfig{InFeatures: 2, OutFeatures: 4, NoBias: true, Dtype: tensor.Float64, Init: layers.Zeros()})).Forward(x))
	vectors := input(g, "vectors", make([]float64, 8), 2, 2, 2)
	for _, p := range []layers.MeanPool{{}, {IDs: ids}, {IDs: ids, PaddingIdx: new(0)}, {IDs: ids, PaddingIdx: new(1)}, {IDs: ids32}} {
		add(p.Forward(vectors))
		add(layers.SumPool(p).Forward(vectors))
		add(layers.MaxPool(p).Forward(vectors))
	}
	add(layers.MeanPool{Offsets: offsets}.Forward(x))
	add(layers.MeanPool{Offsets: offsets, IDs: offsets}.Forward(x))
	add(layers.MeanPool{Offsets: offsets, IDs: offsets, PaddingIdx: new(0)}.Forward(x))
	for _, s := range []layers.SoftMax{{}, {IDs: ids, PaddingIdx: new(0)}, {IDs: ids, PaddingIdx: new(1)}, {IDs: ids32, PaddingIdx: new(0)}} {
		add(s.Forward(vectors))
	}
	for i, cfg := range []layers.LayerNormConfig{{}, {Eps: 1}, {NoBias: true}, {NoAffine: true}} {
		cfg.Dim, cfg.Dtype = 2, tensor.Float64
		add(must(layers.NewLayerNorm(g, fmt.Sprintf("norm%d", i), cfg)).Forward(vectors))
	}
	tied := must(layers.NewEmbedding(g, "tied", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Dtype: tensor.Float64, Init: layers.Zeros(), AttendBias: layers.Zeros()}))
	add(tied.Attend(x))
	add(layers.Dot(x, x))
	add(layers.Dot(x, vectors))
	add(layers.Dot(vectors, vectors))
	add(layers.ReLU{}.Forward(x))
	add(layers.ReLU{}.Forward(vectors))
	add(layers.Concat(x, x))
	add(layers.Concat(x, x, x))
	lengths := input(g, "lengths", []int{1, 2}, 2)
	for _, a := range []layers.Attention{{}, {Heads: 2}, {Causal: true}, {IDs: ids, PaddingIdx: new(0)}, {IDs: ids, PaddingIdx: new(1)}, {Lengths: lengths}} {
		add(a.Forward(vectors, vectors, vectors))
		add(a.Weights(vectors, vectors))
	}
	heads := must(layers.NewMultiheadAttention(g, "heads", layers.MultiheadAttentionConfig{EmbedDim: 2, Dtype: tensor.Float64, Init: layers.Normal(testkit.NewRand(1), 1)}))
	add(heads.Forward(vectors))
	add(heads.ForwardQKV(vectors, input(g, "memory", make([]float64, 8), 2, 2, 2), vectors))
	for _, p := range []float64{0.1, 0.2, 0.2} {
		add(layers.Dropout{P: p, Rand: testkit.NewRand(1)}.Forward(x))
	}
	labels := input(g, "labels", []int{0, 1, 1, 0}, 2, 2)
	for _, cfg := range []loss.CrossEntropyConfig{
		{}, {Weight: []float64{1, 2}}, {Weight: []float64{2, 1}}, {LabelSmoothing: 0.1}, {LabelSmoothing: 0.2}, {IgnoreIndex: new(0)}, {IgnoreIndex: new(1)},
		{Reduction: loss.Sum}, {Reduction: loss.None},
	} {
		add(loss.CrossEntropyWith(vectors, labels, cfg))
	}
	add(loss.CrossEntropy(vectors, input(g, "labels32", []int32{0, 1, 1, 0}, 2, 2)))
	for _, cfg := range []loss.BinaryCrossEntropyConfig{{}, {PosWeight: []float64{2}}, {PosWeight: []float64{2, 3}}, {Reduction: loss.Sum}, {Reduction: loss.None}} {
		add(loss.BinaryCrossEntropyWith(x, weights, cfg))
	}
	for _, r := range []loss.Reduction{loss.Mean, loss.Sum, loss.None} {
		add(loss.MeanSquaredErrorWith(x, weights, r))
	}
	return all
}

// differentiated adds the gradients of all, but for those that a sparse one would have to be added to.
func differentiated(g *gorgonia.ExprGraph, all []*gorgonia.Node) {
	total := gorgonia.NewConstant(0.0)
	for _, y := range all {
		if op := y.Op().String(); strings.Contains(op, "sparse") || strings.Contains(op, "quantized") || strings.Contains(op, "Weights") {
			continue
		}
		if !y.IsScalar() {
			y = gorgonia.Must(gorgonia.Sum(y))
		}
		total = gorgonia.Must(gorgonia.Add(total, y))
	}
	must(gorgonia.Grad(total, g.ByName("w")[0], g.ByName("weights")[0], g.ByName("flatWeights")[0], g.ByName("x")[0], g.ByName("vectors")[0]))
}

// ours returns the nodes of g whose ops are of this module: gradients too.
func ours(g *gorgonia.ExprGraph) (nodes []*gorgonia.Node) {
	for _, n := range g.AllNodes() {
		if strings.HasPrefix(fmt.Sprintf("%T", n.Op()), "*graphop.") {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// inputsOf returns the nodes that n is made of.
func inputsOf(n *gorgonia.Node) (in []*gorgonia.Node) {
	for all := n.Graph().From(n.ID()); all.Next(); {
		in = append(in, all.Node().(*gorgonia.Node))
	}
	return in
}

// Gorgonia merges nodes whose ops hash alike, so ops that differ must not; nor may their gradients.
func TestOpsHashApart(t *testing.T) {
	g := gorgonia.NewGraph()
	all := variants(g)
	seen := make(map[*gorgonia.Node]int)
	for i, n := range all {
		if j, taken := seen[n]; taken {
			t.Errorf("%v, number %d, is one node with number %d", n, i, j)
		}
		seen[n] = i
	}
	differentiated(g, all)
	if n := len(ours(g)); n < len(all)*3/2 {
		t.Errorf("%d nodes with gradients of %d", n, len(all))
	}
	if err := layers.CheckHashes(g); err != nil {
		t.Error(err)
	}
}

// The shape that an op infers for the graph is that of the value it makes, and Gorgonia hands a type back to a pool
// after use, so each call must make one.
func TestOpContract(t *testing.T) {
	g := gorgonia.NewGraph()
	differentiated(g, variants(g))
	for _, n := range runOps(t, g) {
		op := n.Op()
		if !slices.Equal(n.Shape(), n.Value().Shape()) {
			t.Errorf("%v: inferred %v, made %v", op, n.Shape(), n.Value().Shape())
		}
		if op.Arity() != len(inputsOf(n)) {
			t.Errorf("%v: arity %d, takes %d", op, op.Arity(), len(inputsOf(n)))
		}
		if op.Type() == op.Type() {
			t.Errorf("%v: Type returned one type twice", op)
		}
		if op.OverwritesInput() != -1 || op.CallsExtern() || op.ReturnsPtr() {
			t.Errorf("%v claims memory that is not its own", op)
		}
	}
}

// runOps runs g and returns the nodes of this module's ops. Their inputs' values are those of the run.
func runOps(t *testing.T, g *gorgonia.ExprGraph) []*gorgonia.Node {
	t.Helper()
	testkit.Run(t, g)
	nodes := ours(g)
	if len(nodes) < 100 {
		t.Fatalf("%d ops", len(nodes))
	}
	return nodes
}

// A value of another type or size than the graph was built for is an error, not a panic: for every input of every op.
func TestOpsRefuseWrongValues(t *testing.T) {
	g := gorgonia.NewGraph()
	differentiated(g, variants(g))
	rows := must(sparse.New(1, 1, []int{0}, []float64{1})) // as many elements as a tensor has, but not all of a matrix
	for _, n := range runOps(t, g) {
		nodes := inputsOf(n)
		for i, in := range nodes {
			values := make([]gorgonia.Value, len(nodes))
			for j, node := range nodes {
				values[j] = node.Value()
			}
			larger := append(in.Shape().Clone(), 3)
			isInt := in.Dtype() != tensor.Float64
			wrong := map[string]gorgonia.Value{
				"type": tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(append(in.Shape().Clone(), 1)...)),
				"size": tensor.New(tensor.Of(in.Dtype()), tensor.WithShape(larger...)),
			}
			if !isInt {
				wrong["rows"] = rows
			}
			for name, v := range wrong {
				values[i] = v
				if v, err := n.Op().Do(values...); err == nil {
					t.Errorf("%v, input %d of wrong %s: no error but %v", n.Op(), i, name, v)
				}
			}
		}
	}
}

// What ops say of values that the graph was not built for.
func TestRunMessages(t *testing.T) {
	g := gorgonia.NewGraph()
	f64 := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(shape...))
	}
	ints := func(at ...int) gorgonia.Value { return tensor.New(tensor.WithBacking(at)) }
	w, ids := table(g, "w", 3, 2), input(g, "ids", []int{0, 1}, 2)
	offsets, weights := input(g, "offsets", []int{0, 2}, 2), input(g, "weights", []float64{1, 1}, 2)
	lookup := must(layers.Lookup(w, ids, layers.IDRules{}))
	bag := must(layers.Bag(w, layers.Texts{IDs: ids, Offsets: offsets, Weights: weights}, layers.BagSum, layers.IDRules{}))
	out := newLinear(g, "out", 2, 2)
	linear := must(out.Forward(bag))
	must(gorgonia.Grad(gorgonia.Must(gorgonia.Add(gorgonia.Must(gorgonia.Sum(lookup)), gorgonia.Must(gorgonia.Sum(linear)))), w))
	var lookupGrad *gorgonia.Node
	for _, n := range ours(g) {
		if strings.HasPrefix(n.Op().String(), "∂weight lookup") {
			lookupGrad = n
		}
	}
	for _, tt := range []struct {
		n    *gorgonia.Node
		in   []gorgonia.Value
		want string
	}{
		{lookup, []gorgonia.Value{f64(3, 2), ints(0, 1, 2)}, `embedding "w": ids: want shape (2), for which the graph was built, got (3)`},
		{lookup, []gorgonia.Value{f64(3, 2), f64(2)}, `embedding "w": ids: want int, int32 or int64 values, got float64`},
		{lookupGrad, []gorgonia.Value{f64(3, 2), ints(0, 1), f64(3, 2)}, `∂weight lookup{"w" frozen=false}: the upstream gradient: want shape (2, 2), for which the graph was built, got (3, 2)`},
		{bag, []gorgonia.Value{f64(3, 2), ints(0, 1), ints(0, 2), f64(1, 3)}, `embedding "w": Weights: want shape (2), for which the graph was built, got (1, 3)`},
		{bag, []gorgonia.Value{f64(3, 2), ints(0, 1), f64(2), f64(2)}, `embedding "w": Offsets: want int, int32 or int64 values, got float64`},
		{bag, []gorgonia.Value{f64(3, 2), ints(0, 1), ints(1, 2), f64(2)}, `embedding "w": Offsets: the first must be 0, got 1`},
		{linear, []gorgonia.Value{f64(1, 2), f64(2, 2), f64(3)}, `linear "out": bias: want shape (2), for which the graph was built, got (3)`},
	} {
		if v, err := tt.n.Op().Do(tt.in...); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v, %v\nwant %v", v, err, tt.want)
		}
	}
}

// A batch of no rows, or of rows of no words, gives a result of no rows, and gradients of zero. Gorgonia itself cannot
// run such a graph, so the ops are called one by one.
func TestOpsOfNoRows(t *testing.T) {
	for _, shape := range []tensor.Shape{{0, 4}, {2, 0}} {
		g := gorgonia.NewGraph()
		w := table(g, "w", 5, 3)
		ids := input(g, "ids", []int{}, shape...)
		weights := input(g, "weights", []float64{}, shape...)
		flat, offsets := input(g, "flat", []int{}, 0), input(g, "offsets", make([]int, shape[0]+1), shape[0]+1)
		cases := []*gorgonia.Node{must(layers.Lookup(w, ids, layers.IDRules{}))}
		for _, mode := range []layers.BagMode{layers.BagMean, layers.BagMax, layers.BagMin} {
			cases = append(cases, must(layers.Bag(w, layers.Texts{IDs: ids}, mode, layers.IDRules{})),
				must(layers.Bag(w, layers.Texts{IDs: flat, Offsets: offsets}, mode, layers.IDRules{Sparse: true})))
		}
		cases = append(cases, must(layers.Bag(w, layers.Texts{IDs: ids, Weights: weights}, layers.BagSum, layers.IDRules{Sparse: true})))
		if shape[0] == 0 {
			cases = append(cases, must(layers.Bag(w, layers.Texts{IDs: flat, Offsets: flat, NoLastOffset: true}, layers.BagMean, layers.IDRules{})),
				must(layers.MeanPool{IDs: ids}.Forward(input(g, "vectors", []float64{}, 0, 4, 3))),
				must(layers.Attention{}.Forward(input(g, "q", []float64{}, 0, 4, 2), input(g, "k", []float64{}, 0, 3, 2), input(g, "v", []float64{}, 0, 3, 2))),
				must(must(layers.NewLayerNorm(g, "norm", layers.LayerNormConfig{Dim: 2, Dtype: tensor.Float64})).Forward(input(g, "rows", []float64{}, 0, 2))),
				must(layers.Dot(input(g, "a", []float64{}, 0, 2), input(g, "b", []float64{}, 0, 3, 2))),
				must(layers.Concat(input(g, "left", []float64{}, 0, 2), input(g, "right", []float64{}, 0, 3))),
				must(layers.MaxPool{Offsets: offsets}.Forward(input(g, "packed", []float64{}, 0, 3))),
				must(layers.SoftMax{}.Forward(input(g, "scores", []float64{}, 0, 4))),
				must(newLinear(g, "out", 3, 6).Forward(input(g, "x", []float64{}, 0, 3))),
				must(loss.CrossEntropy(input(g, "logits", []float64{}, 0, 2), flat)))
		}
		for _, y := range cases {
			testNoRows(t, y)
		}
	}
}

// testNoRows runs the op of y and its gradients.
func testNoRows(t *testing.T, y *gorgonia.Node) {
	t.Helper()
	g, op, nodes := y.Graph(), y.Op().(gorgonia.SDOp), inputsOf(y)
	values := map[*gorgonia.Node]gorgonia.Value{}
	do := func(n *gorgonia.Node) {
		in := inputsOf(n)
		args := make([]gorgonia.Value, len(in))
		for i, node := range in {
			if args[i] = values[node]; args[i] == nil {
				args[i] = node.Value()
			}
		}
		v, err := n.Op().Do(args...)
		if err != nil || !slices.Equal(v.Shape(), n.Shape()) {
			t.Errorf("%v: made %v, want shape %v: %v", n.Op(), v, n.Shape(), err)
			return
		}
		values[n] = v
	}
	do(y)
	upstream := testkit.Leaf(g, "upstream of "+y.Op().String(), make([]float64, y.Shape().TotalSize()), y.Shape()...)
	for _, grad := range must(op.SymDiff(nodes, y, upstream)) {
		if grad != nil {
			do(grad)
		}
	}
}
