package layers

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/sparse"
)

// allOps returns ops that differ in one parameter each.
func allOps() []gorgonia.Op {
	lookup := func(table string, dt tensor.Dtype, dims, padding int) *lookupOp {
		return &lookupOp{rules: rules{table: table, padding: padding}, idType: dt, idDims: dims}
	}
	pool := func(dt tensor.Dtype, dims, padding int) *meanPoolOp {
		return &meanPoolOp{idType: dt, idDims: dims, padding: padding}
	}
	ops := []gorgonia.Op{
		linearGradX(1), linearGradX(2), linearGradW(1), linearGradW(2), linearGradBias(1), linearGradBias(2),
		&linearOp{dims: 1}, &linearOp{dims: 2}, &linearOp{dims: 2, bias: true},
	}
	for _, op := range []*dropoutOp{{p: 0.1, id: 1, dims: 1}, {p: 0.2, id: 1, dims: 1}, {p: 0.1, id: 2, dims: 1}} {
		ops = append(ops, op, dropoutGradOp(op))
	}
	for _, op := range []*lookupOp{
		lookup("a", tensor.Int, 1, -1), lookup("b", tensor.Int, 1, -1), lookup("a", tensor.Int32, 1, -1),
		lookup("a", tensor.Int, 2, -1), lookup("a", tensor.Int, 1, 0), {rules: rules{table: "a", padding: -1, sparse: true}, idType: tensor.Int, idDims: 1},
	} {
		ops = append(ops, op, lookupGradOp(op))
	}
	rows := newRowSet([]bool{true, false})
	for _, op := range []*attendOp{
		{linearOp{dims: 1}, false, nil}, {linearOp{dims: 2}, false, nil}, {linearOp{dims: 1}, true, nil}, {linearOp{dims: 1}, false, rows}, {linearOp{dims: 1}, false, newRowSet([]bool{false, true})},
	} {
		if ops = append(ops, op); op.still != nil {
			ops = append(ops, attendGradW(op)) // the others' is linearGradW
		}
	}
	plainLookup := lookupOp{idType: tensor.Int, idDims: 1}
	for _, q := range []*QuantizedEmbedding{{dtype: tensor.Float32}, {dtype: tensor.Float64}, {dtype: tensor.Float32, id: 1}} {
		ops = append(ops, &quantizedOp{q: q, lookupOp: plainLookup})
	}
	ops = append(ops, &quantizedOp{q: &QuantizedEmbedding{dtype: tensor.Float32}, lookupOp: lookupOp{idType: tensor.Int, idDims: 2}})
	for _, r := range allRules() {
		lookup := &lookupOp{rules: r, idType: tensor.Int, idDims: 1}
		bag := &bagOp{rules: r, idType: tensor.Int, idDims: 2}
		ops = append(ops, lookup, lookupGradOp(lookup), bag, bagGradOp(bag))
	}
	plain := rules{table: "b", padding: -1}
	for _, op := range []*bagOp{
		{rules: plain, idType: tensor.Int, idDims: 2}, {rules: plain, idType: tensor.Int32, idDims: 2},
		{rules: plain, idType: tensor.Int, idDims: 2, reduce: kernel.Sum}, {rules: plain, idType: tensor.Int, idDims: 2, reduce: kernel.Max},
		{rules: plain, idType: tensor.Int, idDims: 2, reduce: kernel.SqrtN}, {rules: plain, idType: tensor.Int, idDims: 2, reduce: kernel.Min},
		{rules: plain, idType: tensor.Int, idDims: 2, weighted: true}, {rules: plain, idType: tensor.Int, idDims: 1, weighted: true, offsetType: tensor.Int},
		{rules: plain, idType: tensor.Int, idDims: 1, offsetType: tensor.Int}, {rules: plain, idType: tensor.Int, idDims: 1, offsetType: tensor.Int64},
		{rules: plain, idType: tensor.Int, idDims: 1, offsetType: tensor.Int, noLast: true},
	} {
		ops = append(ops, op, bagGradOp(op))
		if op.weighted {
			ops = append(ops, bagWeightsGradOp(op))
		}
	}
	for _, op := range []*meanPoolOp{pool(tensor.Int, 1, 0), pool(tensor.Int64, 1, 0), pool(tensor.Int, 2, 0), pool(tensor.Int, 1, 1)} {
		ops = append(ops, op, meanPoolGradOp(op))
	}
	for _, op := range []*crossEntropyOp{
		{labelType: tensor.Int, labelDims: 1}, {labelType: tensor.Int32, labelDims: 1}, {labelType: tensor.Int, labelDims: 2},
	} {
		ops = append(ops, op, crossEntropyGradOp(op))
	}
	return ops
}

// allRules differ in one field each.
func allRules() []rules {
	var all []rules
	for _, change := range []func(r *rules){
		func(r *rules) {}, func(r *rules) { r.table = "a1" }, func(r *rules) { r.padding = 0 }, func(r *rules) { r.sparse = true },
		func(r *rules) { r.ignores = true }, func(r *rules) { r.ignores, r.ignored = true, -1 },
		func(r *rules) { r.outside = RangeClip }, func(r *rules) { r.outside = RangeWrap },
		func(r *rules) { r.outside = RangeUnknown }, func(r *rules) { r.outside, r.unknown = RangeUnknown, 1 },
		func(r *rules) { r.maxNorm, r.normType = 1, 2 }, func(r *rules) { r.maxNorm, r.normType = 2, 2 }, func(r *rules) { r.maxNorm, r.normType = 1, 1 },
		func(r *rules) { r.byFreq = true }, func(r *rules) { r.frozen = true },
		func(r *rules) { r.still = newRowSet([]bool{true, false}) }, func(r *rules) { r.still = newRowSet([]bool{false, true}) },
	} {
		r := rules{table: "a2", padding: -1, normType: 2}
		change(&r)
		all = append(all, r)
	}
	return all
}

// Gorgonia merges nodes whose ops hash alike, so ops that differ must not.
func TestOpsHashApart(t *testing.T) {
	seen := make(map[uint32]gorgonia.Op)
	for _, op := range allOps() {
		if other, taken := seen[op.Hashcode()]; taken {
			t.Errorf("%v and %v have the same hash", op, other)
		}
		seen[op.Hashcode()] = op
	}
}

// Gorgonia hands a type back to a pool after use, so each call must make one.
func TestOpTypesAreFresh(t *testing.T) {
	for _, op := range allOps() {
		if op.Type() == op.Type() {
			t.Errorf("%v: Type returned one type twice", op)
		}
		if op.OverwritesInput() != -1 || op.CallsExtern() || op.ReturnsPtr() {
			t.Errorf("%v claims memory that is not its own", op)
		}
	}
}

// shapeCase is an op's input and the shape of its result.
type shapeCase struct {
	op   gorgonia.Op
	in   []gorgonia.Value
	want tensor.Shape
}

// testShapes checks that the shape which an op infers for the graph is that of the value it makes.
func testShapes(t *testing.T, cases []shapeCase) {
	t.Helper()
	for _, tt := range cases {
		shapes := make([]tensor.Shape, len(tt.in))
		for i, v := range tt.in {
			shapes[i] = v.Shape()
		}
		inferred, err := tt.op.InferShape(gorgonia.ShapesToDimSizers(shapes)...)
		if err != nil {
			t.Fatal(tt.op, err)
		}
		v, err := tt.op.Do(tt.in...)
		if err != nil {
			t.Fatal(tt.op, err)
		}
		if !slices.Equal(inferred, tt.want) || !slices.Equal(v.Shape(), tt.want) {
			t.Errorf("%v: inferred %v, made %v, want %v", tt.op, inferred, v.Shape(), tt.want)
		}
		if tt.op.Arity() != len(tt.in) {
			t.Errorf("%v: arity %d, takes %d", tt.op, tt.op.Arity(), len(tt.in))
		}
	}
}

func TestInferShapeAgreesWithDo(t *testing.T) {
	floats := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
	}
	ids := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.Of(tensor.Int), tensor.WithShape(shape...))
	}
	lookup := &lookupOp{rules: rules{padding: -1}, idType: tensor.Int, idDims: 2}
	pool := &meanPoolOp{idType: tensor.Int, idDims: 2}
	loss := &crossEntropyOp{labelType: tensor.Int, labelDims: 1}
	drop := &dropoutOp{p: 0.5, eval: true, dims: 2}
	bag := &bagOp{rules: rules{padding: -1}, idType: tensor.Int, idDims: 2}
	bags := &bagOp{rules: rules{padding: -1}, idType: tensor.Int, idDims: 1, offsetType: tensor.Int}
	weighted := &bagOp{rules: rules{padding: -1}, idType: tensor.Int, idDims: 2, weighted: true}
	attend := &attendOp{linearOp{dims: 3}, false, newRowSet([]bool{true, false})}
	quantized := &quantizedOp{
		q:        &QuantizedEmbedding{dtype: tensor.Float32, dim: 3, codes: make([]uint8, 3), low: make([]float32, 1), scale: make([]float32, 1)},
		lookupOp: lookupOp{idType: tensor.Int, idDims: 2},
	}
	highest := &bagOp{rules: rules{padding: -1}, idType: tensor.Int, idDims: 1, offsetType: tensor.Int, noLast: true, reduce: kernel.Max}
	testShapes(t, []shapeCase{
		{weighted, []gorgonia.Value{floats(5, 3), ids(2, 4), floats(2, 4)}, tensor.Shape{2, 3}},
		{bagGradOp(weighted), []gorgonia.Value{floats(5, 3), ids(2, 4), floats(2, 4), floats(2, 3)}, tensor.Shape{5, 3}},
		{bagWeightsGradOp(weighted), []gorgonia.Value{floats(5, 3), ids(2, 4), floats(2, 4), floats(2, 3), floats(2, 3)}, tensor.Shape{2, 4}},
		{attend, []gorgonia.Value{floats(2, 4, 3), floats(2, 3)}, tensor.Shape{2, 4, 2}},
		{attendGradW(attend), []gorgonia.Value{floats(2, 4, 3), floats(2, 4, 2)}, tensor.Shape{2, 3}},
		{quantized, []gorgonia.Value{ids(2, 4)}, tensor.Shape{2, 4, 3}},
		{highest, []gorgonia.Value{floats(5, 3), ids(4), ids(6)}, tensor.Shape{6, 3}},
		{bagGradOp(highest), []gorgonia.Value{floats(5, 3), ids(4), ids(6), floats(6, 3), floats(6, 3)}, tensor.Shape{5, 3}},
		{bag, []gorgonia.Value{floats(5, 3), ids(2, 4)}, tensor.Shape{2, 3}},
		{bagGradOp(bag), []gorgonia.Value{floats(5, 3), ids(2, 4), floats(2, 3)}, tensor.Shape{5, 3}},
		{bags, []gorgonia.Value{floats(5, 3), ids(4), ids(7)}, tensor.Shape{6, 3}},
		{bagGradOp(bags), []gorgonia.Value{floats(5, 3), ids(4), ids(7), floats(6, 3)}, tensor.Shape{5, 3}},
		{bagGradOp(&bagOp{rules: rules{sparse: true}, idType: tensor.Int, idDims: 2}), []gorgonia.Value{floats(5, 3), ids(2, 4), floats(2, 3)}, tensor.Shape{5, 3}},
		{lookup, []gorgonia.Value{floats(5, 3), ids(2, 4)}, tensor.Shape{2, 4, 3}},
		{lookupGradOp(lookup), []gorgonia.Value{floats(5, 3), ids(2, 4), floats(2, 4, 3)}, tensor.Shape{5, 3}},
		{pool, []gorgonia.Value{floats(2, 4, 3), ids(2, 4)}, tensor.Shape{2, 3}},
		{meanPoolGradOp(pool), []gorgonia.Value{ids(2, 4), floats(2, 3)}, tensor.Shape{2, 4, 3}},
		{&linearOp{dims: 3, bias: true}, []gorgonia.Value{floats(2, 4, 3), floats(6, 3), floats(6)}, tensor.Shape{2, 4, 6}},
		{linearGradX(3), []gorgonia.Value{floats(6, 3), floats(2, 4, 6)}, tensor.Shape{2, 4, 3}},
		{linearGradW(3), []gorgonia.Value{floats(2, 4, 3), floats(2, 4, 6)}, tensor.Shape{6, 3}},
		{linearGradBias(3), []gorgonia.Value{floats(2, 4, 6)}, tensor.Shape{6}},
		{loss, []gorgonia.Value{floats(2, 3), ids(2)}, tensor.Shape{}},
		{crossEntropyGradOp(loss), []gorgonia.Value{floats(2, 3), ids(2), gorgonia.NewF32(1)}, tensor.Shape{2, 3}},
		{drop, []gorgonia.Value{floats(2, 3)}, tensor.Shape{2, 3}},
		{dropoutGradOp(drop), []gorgonia.Value{floats(2, 3), floats(2, 3)}, tensor.Shape{2, 3}},
	})
}

// A value of another type or size than the graph was built for is an error, not a panic.
func TestOpsRefuseWrongValues(t *testing.T) {
	f64 := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(shape...))
	}
	f32 := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
	}
	ids := tensor.New(tensor.Of(tensor.Int), tensor.WithShape(2))
	ids2 := tensor.New(tensor.Of(tensor.Int), tensor.WithShape(2, 2))
	weighted := &bagOp{rules: rules{padding: -1}, idType: tensor.Int, idDims: 2, weighted: true}
	rows, err := sparse.New(1, 1, []int{0}, []float64{1}) // as many elements as a tensor has, but not all of a matrix
	if err != nil {
		t.Fatal(err)
	}
	lookup := &lookupOp{rules: rules{padding: -1}, idType: tensor.Int, idDims: 1}
	loss := &crossEntropyOp{labelType: tensor.Int, labelDims: 1}
	for _, tt := range []struct {
		op gorgonia.Op
		in []gorgonia.Value
	}{
		{lookup, []gorgonia.Value{f64(5, 3), f64(2)}},
		{&linearOp{dims: 2}, []gorgonia.Value{f64(1, 1), rows}},
		{lookupGradOp(lookup), []gorgonia.Value{f64(5, 3), ids, f64(3, 3)}},
		{&meanPoolOp{idType: tensor.Int, idDims: 1}, []gorgonia.Value{f64(3, 3), ids}},
		{&bagOp{idType: tensor.Int, idDims: 2}, []gorgonia.Value{f64(3, 3), f64(2, 2)}},
		{&bagOp{idType: tensor.Int, idDims: 2}, []gorgonia.Value{f64(3, 3), ids}},
		{bagGradOp(&bagOp{idType: tensor.Int, idDims: 1, offsetType: tensor.Int}), []gorgonia.Value{f64(3, 3), ids, ids, f64(2, 3)}},
		{attendGradW(&attendOp{linearOp{dims: 2}, false, newRowSet([]bool{true, false})}), []gorgonia.Value{f64(3, 2), f64(3, 3)}},
		{&quantizedOp{q: &QuantizedEmbedding{}, lookupOp: lookupOp{idType: tensor.Int, idDims: 1}}, []gorgonia.Value{f64(2)}},
		{&quantizedOp{q: &QuantizedEmbedding{}, lookupOp: lookupOp{idType: tensor.Int, idDims: 1}}, []gorgonia.Value{ids}},
		{weighted, []gorgonia.Value{f64(3, 3), ids2, f32(2, 2)}},
		{weighted, []gorgonia.Value{f64(3, 3), ids2, f64(2, 1)}},
		{bagGradOp(weighted), []gorgonia.Value{f64(3, 3), ids2, f64(2, 1), f64(2, 3)}},
		{bagWeightsGradOp(weighted), []gorgonia.Value{f64(3, 3), ids2, f64(2, 1), f64(2, 3), f64(2, 3)}},
		{bagWeightsGradOp(weighted), []gorgonia.Value{f64(3, 3), ids2, f64(2, 2), f64(1, 3), f64(2, 3)}},
		{bagWeightsGradOp(weighted), []gorgonia.Value{f64(3, 3), ids2, f64(2, 2), f64(2, 3), f64(1, 3)}},
		{bagGradOp(&bagOp{idType: tensor.Int, idDims: 2, reduce: kernel.Max}), []gorgonia.Value{f64(3, 3), ids2, f64(2, 3), f64(1, 3)}},
		{&linearOp{dims: 2}, []gorgonia.Value{f64(2, 3), f32(4, 3)}},
		{&linearOp{dims: 2, bias: true}, []gorgonia.Value{f64(2, 3), f64(4, 3), f64(3)}},
		{linearGradX(2), []gorgonia.Value{f64(4, 3), f32(2, 4)}},
		{dropoutGradOp(&dropoutOp{dims: 2}), []gorgonia.Value{f64(2, 3), f64(2, 3)}},
		{linearGradW(2), []gorgonia.Value{f64(2, 3), f64(3, 4)}},
		{loss, []gorgonia.Value{f64(3, 3), ids}},
		{crossEntropyGradOp(loss), []gorgonia.Value{f64(2, 3), ids, f64(2)}},
	} {
		if v, err := tt.op.Do(tt.in...); err == nil {
			t.Errorf("%v of %v: no error but %v", tt.op, tt.in, v)
		}
	}
}

// What ops say of values that the graph was not built for.
func TestRunMessages(t *testing.T) {
	f64 := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(shape...))
	}
	ints := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(make([]int, tensor.Shape(shape).TotalSize())))
	}
	r := rules{table: "w", padding: -1}
	lookup := &lookupOp{rules: r, idType: tensor.Int, idDims: 1}
	bag := &bagOp{rules: r, idType: tensor.Int, idDims: 2, weighted: true}
	bags := &bagOp{rules: r, idType: tensor.Int, idDims: 1, offsetType: tensor.Int}
	picks := &bagOp{rules: r, idType: tensor.Int, idDims: 2, reduce: kernel.Max}
	for _, tt := range []struct {
		op   gorgonia.Op
		in   []gorgonia.Value
		want string
	}{
		{lookup, []gorgonia.Value{f64(3, 2), ints(1, 2)}, `embedding "w": ids have shape (1, 2), the graph was built for rank 1`},
		{lookup, []gorgonia.Value{f64(3, 2), f64(2)}, `embedding "w": ids: want int, int32 or int64 values, got float64`},
		{lookupGradOp(lookup), []gorgonia.Value{f64(3, 2), ints(2), f64(3, 2)}, `∂lookup{"w" ids=1-D int padding=-1 sparse=false}: want a value of 4 elements, got shape (3, 2)`},
		{bag, []gorgonia.Value{f64(3, 2), ints(2), f64(2)}, `embedding bag "w": ids have shape (2), the graph was built for rank 2`},
		{bag, []gorgonia.Value{f64(3, 2), f64(1, 2), f64(1, 2)}, `embedding bag "w": ids: want int, int32 or int64 values, got float64`},
		{bag, []gorgonia.Value{f64(3, 2), ints(1, 2), f64(1, 3)}, `embedding bag "w": Weights: want a value of 2 elements, got shape (1, 3)`},
		{bagWeightsGradOp(bag), []gorgonia.Value{f64(3, 2), ints(1, 2), f64(1, 2), f64(1, 2), f64(2, 2)},
			`∂weights bag{"w" mean ids=2-D int padding=-1 sparse=false weighted}: want a value of 2 elements, got shape (2, 2)`},
		{bags, []gorgonia.Value{f64(3, 2), ints(2), f64(2)}, `embedding bag "w": Offsets: want int, int32 or int64 values, got float64`},
		{bags, []gorgonia.Value{f64(3, 2), ints(2), ints(0)}, `embedding bag "w": Offsets: there are none: the first must be 0`},
		{bagGradOp(picks), []gorgonia.Value{f64(3, 2), ints(1, 2), f64(1, 2), f64(2, 2)}, `∂bag{"w" max ids=2-D int padding=-1 sparse=false}: want a value of 2 elements, got shape (2, 2)`},
		{attendGradW(&attendOp{linearOp{dims: 2}, false, newRowSet([]bool{true, false})}), []gorgonia.Value{f64(3, 2), f64(3, 3)},
			`∂weight attend{2-D frozen=false still=7fc1e07b4bd2c5f}: want an upstream gradient of shape (…, 2), got (3, 3)`},
	} {
		if v, err := tt.op.Do(tt.in...); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v, %v\nwant %v", v, err, tt.want)
		}
	}
}

// A batch of no rows gives a result of no rows, and gradients of zero.
func TestOpsOfNoRows(t *testing.T) {
	floats := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(make([]float64, tensor.Shape(shape).TotalSize())))
	}
	ids := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking([]int{}))
	}
	lookup := &lookupOp{rules: rules{padding: -1}, idType: tensor.Int, idDims: 2}
	pool := &meanPoolOp{idType: tensor.Int, idDims: 2}
	loss := &crossEntropyOp{labelType: tensor.Int, labelDims: 1}
	bag := &bagOp{rules: rules{padding: -1, sparse: true}, idType: tensor.Int, idDims: 2}
	weighted := &bagOp{rules: rules{padding: -1, sparse: true}, idType: tensor.Int, idDims: 2, weighted: true}
	bags := func(r kernel.Reduce, noLast bool) *bagOp {
		return &bagOp{rules: rules{padding: -1}, idType: tensor.Int, idDims: 1, offsetType: tensor.Int, noLast: noLast, reduce: r}
	}
	offsets := func(at ...int) gorgonia.Value { return tensor.New(tensor.WithShape(len(at)), tensor.WithBacking(at)) }
	testShapes(t, []shapeCase{
		{bags(kernel.Mean, true), []gorgonia.Value{floats(5, 3), ids(0), ids(0)}, tensor.Shape{0, 3}},
		{bags(kernel.Max, true), []gorgonia.Value{floats(5, 3), ids(0), offsets(0)}, tensor.Shape{1, 3}},
		{bags(kernel.Mean, false), []gorgonia.Value{floats(5, 3), ids(0), offsets(0, 0, 0)}, tensor.Shape{2, 3}},
		{bags(kernel.Mean, false), []gorgonia.Value{floats(5, 3), ids(0), offsets(0)}, tensor.Shape{0, 3}},
		{bagGradOp(bags(kernel.Mean, true)), []gorgonia.Value{floats(5, 3), ids(0), ids(0), floats(0, 3)}, tensor.Shape{5, 3}},
		{bagGradOp(bags(kernel.Min, false)), []gorgonia.Value{floats(5, 3), ids(0), offsets(0, 0), floats(1, 3), floats(1, 3)}, tensor.Shape{5, 3}},
		{weighted, []gorgonia.Value{floats(5, 3), ids(0, 4), floats(0, 4)}, tensor.Shape{0, 3}},
		{bagGradOp(weighted), []gorgonia.Value{floats(5, 3), ids(0, 4), floats(0, 4), floats(0, 3)}, tensor.Shape{5, 3}},
		{bagWeightsGradOp(weighted), []gorgonia.Value{floats(5, 3), ids(2, 0), floats(2, 0), floats(2, 3), floats(2, 3)}, tensor.Shape{2, 0}},
		{bag, []gorgonia.Value{floats(5, 3), ids(0, 4)}, tensor.Shape{0, 3}},
		{bag, []gorgonia.Value{floats(5, 3), ids(2, 0)}, tensor.Shape{2, 3}},
		{bagGradOp(bag), []gorgonia.Value{floats(5, 3), ids(0, 4), floats(0, 3)}, tensor.Shape{5, 3}},
		{lookup, []gorgonia.Value{floats(5, 3), ids(0, 4)}, tensor.Shape{0, 4, 3}},
		{lookup, []gorgonia.Value{floats(5, 3), ids(2, 0)}, tensor.Shape{2, 0, 3}},
		{lookupGradOp(lookup), []gorgonia.Value{floats(5, 3), ids(0, 4), floats(0, 4, 3)}, tensor.Shape{5, 3}},
		{pool, []gorgonia.Value{floats(0, 4, 3), ids(0, 4)}, tensor.Shape{0, 3}},
		{meanPoolGradOp(pool), []gorgonia.Value{ids(0, 4), floats(0, 3)}, tensor.Shape{0, 4, 3}},
		{&linearOp{dims: 2, bias: true}, []gorgonia.Value{floats(0, 3), floats(6, 3), floats(6)}, tensor.Shape{0, 6}},
		{linearGradX(2), []gorgonia.Value{floats(6, 3), floats(0, 6)}, tensor.Shape{0, 3}},
		{linearGradW(2), []gorgonia.Value{floats(0, 3), floats(0, 6)}, tensor.Shape{6, 3}},
		{linearGradBias(2), []gorgonia.Value{floats(0, 6)}, tensor.Shape{6}},
		{loss, []gorgonia.Value{floats(0, 2), ids(0)}, tensor.Shape{}},
		{crossEntropyGradOp(loss), []gorgonia.Value{floats(0, 2), ids(0), gorgonia.NewF64(1)}, tensor.Shape{0, 2}},
	})
}
