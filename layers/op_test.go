package layers

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// allOps returns ops that differ in one parameter each.
func allOps() []gorgonia.Op {
	lookup := func(table string, dt tensor.Dtype, dims, padding int) *lookupOp {
		return &lookupOp{table: table, idType: dt, idDims: dims, padding: padding}
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
		lookup("a", tensor.Int, 2, -1), lookup("a", tensor.Int, 1, 0), {table: "a", idType: tensor.Int, idDims: 1, padding: -1, sparse: true},
	} {
		ops = append(ops, op, lookupGradOp(op))
	}
	for _, op := range []*bagOp{
		{table: "a", idType: tensor.Int, idDims: 2, padding: -1}, {table: "b", idType: tensor.Int, idDims: 2, padding: -1},
		{table: "a", idType: tensor.Int32, idDims: 2, padding: -1}, {table: "a", idType: tensor.Int, idDims: 2},
		{table: "a", idType: tensor.Int, idDims: 2, padding: -1, sparse: true}, {table: "a", idType: tensor.Int, idDims: 2, padding: -1, reduce: kernel.Sum},
		{table: "a", idType: tensor.Int, idDims: 1, padding: -1, offsetType: tensor.Int}, {table: "a", idType: tensor.Int, idDims: 1, padding: -1, offsetType: tensor.Int64},
	} {
		ops = append(ops, op, bagGradOp(op))
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
	lookup := &lookupOp{idType: tensor.Int, idDims: 2, padding: -1}
	pool := &meanPoolOp{idType: tensor.Int, idDims: 2}
	loss := &crossEntropyOp{labelType: tensor.Int, labelDims: 1}
	drop := &dropoutOp{p: 0.5, eval: true, dims: 2}
	bag := &bagOp{idType: tensor.Int, idDims: 2, padding: -1}
	bags := &bagOp{idType: tensor.Int, idDims: 1, padding: -1, offsetType: tensor.Int}
	testShapes(t, []shapeCase{
		{bag, []gorgonia.Value{floats(5, 3), ids(2, 4)}, tensor.Shape{2, 3}},
		{bagGradOp(bag), []gorgonia.Value{floats(5, 3), ids(2, 4), floats(2, 3)}, tensor.Shape{5, 3}},
		{bags, []gorgonia.Value{floats(5, 3), ids(4), ids(7)}, tensor.Shape{6, 3}},
		{bagGradOp(bags), []gorgonia.Value{floats(5, 3), ids(4), ids(7), floats(6, 3)}, tensor.Shape{5, 3}},
		{bagGradOp(&bagOp{idType: tensor.Int, idDims: 2, sparse: true}), []gorgonia.Value{floats(5, 3), ids(2, 4), floats(2, 3)}, tensor.Shape{5, 3}},
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
	lookup := &lookupOp{idType: tensor.Int, idDims: 1, padding: -1}
	loss := &crossEntropyOp{labelType: tensor.Int, labelDims: 1}
	for _, tt := range []struct {
		op gorgonia.Op
		in []gorgonia.Value
	}{
		{lookup, []gorgonia.Value{f64(5, 3), f64(2)}},
		{lookupGradOp(lookup), []gorgonia.Value{f64(5, 3), ids, f64(3, 3)}},
		{&meanPoolOp{idType: tensor.Int, idDims: 1}, []gorgonia.Value{f64(3, 3), ids}},
		{&bagOp{idType: tensor.Int, idDims: 2}, []gorgonia.Value{f64(3, 3), f64(2, 2)}},
		{&bagOp{idType: tensor.Int, idDims: 2}, []gorgonia.Value{f64(3, 3), ids}},
		{bagGradOp(&bagOp{idType: tensor.Int, idDims: 1, offsetType: tensor.Int}), []gorgonia.Value{f64(3, 3), ids, ids, f64(2, 3)}},
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

// A batch of no rows gives a result of no rows, and gradients of zero.
func TestOpsOfNoRows(t *testing.T) {
	floats := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(make([]float64, tensor.Shape(shape).TotalSize())))
	}
	ids := func(shape ...int) gorgonia.Value {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking([]int{}))
	}
	lookup := &lookupOp{idType: tensor.Int, idDims: 2, padding: -1}
	pool := &meanPoolOp{idType: tensor.Int, idDims: 2}
	loss := &crossEntropyOp{labelType: tensor.Int, labelDims: 1}
	bag := &bagOp{idType: tensor.Int, idDims: 2, padding: -1, sparse: true}
	testShapes(t, []shapeCase{
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
