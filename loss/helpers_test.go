package loss_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/golden"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/sparse"
)

type graph = *gorgonia.ExprGraph

// input is layers.Input, where that cannot fail. Without a shape it is a scalar.
func input(g graph, name string, data any, shape ...int) *gorgonia.Node {
	if len(shape) == 0 {
		return testkit.Leaf(g, name, data)
	}
	return testkit.Must(layers.Input(g, name, data, shape...))
}

// elements returns those of a value of float64, or of float32 as float64.
func elements(v gorgonia.Value) []float64 {
	if rows, ok := v.(*sparse.Rows); ok {
		v = rows.Dense()
	}
	switch x := v.Data().(type) {
	case float64:
		return []float64{x}
	case float32:
		return []float64{float64(x)}
	case []float32:
		wide := make([]float64, len(x))
		for i, e := range x {
			wide[i] = float64(e)
		}
		return wide
	case []float64:
		return x
	}
	return nil
}

func wantClose(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) || !(floats.Distance(got, want, math.Inf(1)) <= tol) {
		t.Errorf("%s: got %v\nwant %v", what, got, want)
	}
}

// reduction returns that of a golden case.
func reduction(t *testing.T, c golden.Case) loss.Reduction {
	var name string
	c.Get(t, "reduction", &name)
	return map[string]loss.Reduction{"": loss.Mean, "mean": loss.Mean, "sum": loss.Sum, "none": loss.None}[name]
}

// wantGolden runs the graph of a loss, and compares it and its gradients with respect to the params, which are the
// fields of those names, with a golden case.
func wantGolden(t *testing.T, c golden.Case, cost *gorgonia.Node, params map[string]*gorgonia.Node) {
	t.Helper()
	want, _ := c.Floats(t, "loss")
	up, shape := c.Floats(t, "grad_out")
	total := cost
	switch {
	case len(shape) > 0:
		total = gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(cost, input(cost.Graph(), "up", up, shape...)))))
	case up != nil:
		total = gorgonia.Must(gorgonia.HadamardProd(cost, gorgonia.NewConstant(up[0])))
	}
	names := slices.Sorted(maps.Keys(params))
	var nodes gorgonia.Nodes
	for _, name := range names {
		nodes = append(nodes, params[name])
	}
	grads := testkit.Must(gorgonia.Grad(total, nodes...))
	var got gorgonia.Value
	gorgonia.Read(cost, &got)
	testkit.Run(t, cost.Graph())
	wantClose(t, "loss", elements(got), want, 1e-12)
	for i, name := range names {
		want, _ := c.Floats(t, "grad_"+name)
		wantClose(t, "gradient of "+name, elements(grads[i].Value()), want, 1e-12)
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
}
