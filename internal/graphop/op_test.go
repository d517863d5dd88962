package graphop_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/gradcheck"
	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/internal/testkit"
)

// scaled is a·x + Σids, an op of each kind of input.
func scaled(a float64, x, ids *gorgonia.Node) (*gorgonia.Node, error) {
	return graphop.Apply(graphop.Op{
		Name: fmt.Sprintf("scaled{%v}", a), Layer: "scaled", Shape: x.Shape(),
		Run:   graphop.Kernels{F32: scale[float32](a), F64: scale[float64](a)},
		Grads: []*graphop.Grad{{Add: graphop.Kernels{F32: addScaled[float32](a), F64: addScaled[float64](a)}}},
	}, graphop.Floats("x", x), graphop.Ints("ids", ids))
}

func scale[T kernel.Float](a float64) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		sum := 0
		for _, id := range in.Ints(1) {
			if id < 0 {
				return errors.Errorf("scaled: id %d is negative", id)
			}
			sum += id
		}
		for i, x := range in.Floats(0) {
			dst[i] = T(a)*x + T(sum)
		}
		return nil
	}
}

func addScaled[T kernel.Float](a float64) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		kernel.AddScaled(dst, T(a), in.Last())
		return nil
	}
}

// Both float types and all integer types go in; gradients agree with finite differences on both machines.
func TestApply(t *testing.T) {
	for _, ids := range []any{[]int{1, 2}, []int32{1, 2}, []int64{1, 2}} {
		g := gorgonia.NewGraph()
		y := testkit.Must(scaled(2, testkit.Leaf(g, "x", []float32{1, 10, 100}, 3), testkit.Leaf(g, "ids", ids, 2)))
		testkit.Run(t, g)
		if got := y.Value().Data().([]float32); !slices.Equal(got, []float32{5, 23, 203}) {
			t.Errorf("%T: %v", ids, got)
		}
	}
	gradcheck.Check(t, 1e-6, func(g *gorgonia.ExprGraph) (*gorgonia.Node, gorgonia.Nodes) {
		x := testkit.Leaf(g, "x", []float64{1, 2, 3, 4}, 2, 2)
		y := testkit.Must(scaled(3, x, testkit.Leaf(g, "ids", []int{1}, 1)))
		return gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(y)))), gorgonia.Nodes{x}
	})
}

func TestCheck(t *testing.T) {
	g, other := gorgonia.NewGraph(), gorgonia.NewGraph()
	x, ids := testkit.Leaf(g, "x", []float64{1}, 1), testkit.Leaf(g, "ids", []int{1}, 1)
	for want, in := range map[string][]graphop.Input{
		"x: the node is nil":                                                      {graphop.Floats("x", nil)},
		"ids must be int, int32 or int64, got float64":                            {graphop.Ints("ids", x)},
		"x must be float32 or float64, got int":                                   {graphop.Floats("x", ids)},
		"y must be float64, as x, got float32":                                    {graphop.Floats("x", x), graphop.Ints("ids", ids), graphop.Floats("y", testkit.Leaf(g, "y", []float32{1}, 1))},
		"x and z belong to different graphs: make both on one gorgonia.ExprGraph": {graphop.Floats("x", x), graphop.Floats("z", testkit.Leaf(other, "z", []float64{1}, 1))},
	} {
		if err := graphop.Check(in...); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		if _, err := graphop.Apply(graphop.Op{Name: "none"}, in...); err == nil || err.Error() != want {
			t.Errorf("Apply: %v", err)
		}
	}
}

func TestSecondDerivativesAreRefused(t *testing.T) {
	g := gorgonia.NewGraph()
	x := testkit.Leaf(g, "x", []float64{1, 2}, 2)
	y := testkit.Must(scaled(2, x, testkit.Leaf(g, "ids", []int{1}, 1)))
	dx := testkit.Must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(y)))), x))[0]
	_, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(dx)), x)
	if err == nil || !strings.Contains(err.Error(), "second derivatives are not supported") {
		t.Errorf("got %v", err)
	}
}

// The result of a run stays until the run after the next one, and never lies in an input's memory.
func TestResultsAreTheOpsOwn(t *testing.T) {
	g := gorgonia.NewGraph()
	data := []float64{1, 2}
	y := testkit.Must(scaled(1, testkit.Leaf(g, "x", data, 2), testkit.Leaf(g, "ids", []int{0}, 1)))
	vm := gorgonia.NewTapeMachine(g)
	var results [][]float64
	for k := range 3 {
		vm.Reset()
		data[0] = float64(k)
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		results = append(results, y.Value().Data().([]float64))
	}
	if results[1][0] != 1 || results[2][0] != 2 || &results[0][0] != &results[2][0] || &results[0][0] == &data[0] {
		t.Errorf("results %v", results)
	}
}

// A gradient's Inspect sees the graph before the first run, and again when the graph has grown, and not at every run.
func TestInspect(t *testing.T) {
	g, seen := gorgonia.NewGraph(), 0
	fail := errors.New("not yet")
	x := testkit.Leaf(g, "x", []float64{1, 2}, 2)
	identity := func(dst []float64, in *graphop.Values[float64]) error { copy(dst, in.Last()); return nil }
	y := testkit.Must(graphop.Apply(graphop.Op{
		Name: "identity", Shape: x.Shape(), Run: graphop.Kernels{F64: identity},
		Grads: []*graphop.Grad{{Add: graphop.Kernels{F64: identity}, Inspect: func(n *gorgonia.Node) error {
			seen++
			if n.Graph() != g || n.Op().String() != "∂x identity" {
				t.Errorf("inspected %v", n)
			}
			return fail
		}}},
	}, graphop.Floats("x", x)))
	testkit.Must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(y)), x))
	vm := gorgonia.NewTapeMachine(g)
	if err := vm.RunAll(); err == nil || !strings.Contains(err.Error(), "not yet") {
		t.Errorf("got %v", err)
	}
	fail = nil
	for range 3 {
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
	}
	if seen != 2 {
		t.Errorf("inspected %d times, want once that fails and once that does not", seen)
	}
	gorgonia.Must(gorgonia.Tanh(y))
	testkit.Run(t, g)
	if seen != 3 {
		t.Errorf("inspected %d times after the graph has grown", seen)
	}
}

// Training tells an op the mode of the machine; an op without gradients may be part of a loss.
func TestTrainingAndNoGradient(t *testing.T) {
	g := gorgonia.NewGraph()
	var modes []bool
	x, c := testkit.Leaf(g, "x", []float64{1, 2}, 2), testkit.Leaf(g, "c", []float64{3, 4}, 2)
	y := testkit.Must(graphop.Apply(graphop.Op{
		Name: "copy", Shape: c.Shape(), Training: func(on bool) { modes = append(modes, on) },
		Run: graphop.Kernels{F64: func(dst []float64, in *graphop.Values[float64]) error { copy(dst, in.Floats(0)); return nil }},
	}, graphop.Floats("c", c)))
	dx := testkit.Must(gorgonia.Grad(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(x, y)))), x))[0]
	testkit.Run(t, g)
	testkit.Run(t, g, gorgonia.EvalMode())
	if !slices.Equal(modes, []bool{true, false}) || !slices.Equal(dx.Value().Data().([]float64), []float64{3, 4}) {
		t.Errorf("modes %v, gradient %v", modes, dx.Value())
	}
}

// An op that waits for any value, such as a sparse gradient, does not read it; its result is a scalar of its own type.
func TestAnyAndScalarResult(t *testing.T) {
	g := gorgonia.NewGraph()
	y := testkit.Must(graphop.Apply(graphop.Op{
		Name: "count", Dtype: tensor.Float64,
		Run: graphop.Kernels{F64: func(dst []float64, _ *graphop.Values[float64]) error { dst[0] = 7; return nil }},
	}, graphop.Any("x", testkit.Leaf(g, "x", []float32{1, 2}, 2))))
	testkit.Run(t, g)
	if got, ok := y.Value().(*gorgonia.F64); !ok || *got != 7 || !y.IsScalar() {
		t.Errorf("got %v", y.Value())
	}
}
