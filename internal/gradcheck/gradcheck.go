// Package gradcheck tests gradients against finite differences.
package gradcheck

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/machine"
	"gorgonia-embedding/sparse"
)

// Build adds a loss to g.
type Build = func(g *gorgonia.ExprGraph) (loss *gorgonia.Node, params gorgonia.Nodes)

// Check fails t unless d(loss)/d(param) agrees with central differences within tol, for each param:
// the one of gorgonia.Grad on a TapeMachine, and the one that a LispMachine finds. That of a machine.Machine must be the
// TapeMachine's to the bit. build adds the loss to a new graph each time it is called; the graph must be Float64 and have
// all its inputs bound.
func Check(t *testing.T, tol float64, build Build) {
	t.Helper()
	loss, params := build(gorgonia.NewGraph())
	grads, err := gorgonia.Grad(loss, params...)
	if err != nil {
		t.Fatal(err)
	}
	var cost gorgonia.Value
	gorgonia.Read(loss, &cost)
	vm := gorgonia.NewTapeMachine(loss.Graph())
	defer vm.Close()
	run := func() float64 {
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		return cost.Data().(float64)
	}
	lispGrads, directGrads := onLispMachine(t, build), onMachine(t, build)
	for i, p := range params {
		x := p.Value().Data().([]float64)
		x0 := slices.Clone(x)
		want := fd.Gradient(nil, func(v []float64) float64 {
			copy(x, v)
			return run()
		}, x0, &fd.Settings{Formula: fd.Central})
		copy(x, x0)
		run()
		compare(t, p.Name(), grads[i].Value(), want, tol)
		compare(t, p.Name()+" on a LispMachine", lispGrads[i], want, tol)
		if got, tape := elements(directGrads[i]), elements(grads[i].Value()); !slices.Equal(got, tape) {
			t.Errorf("%s on a Machine: got %v, want %v as on a TapeMachine", p.Name(), got, tape)
		}
	}
}

// onLispMachine returns the gradients of the params of build that a LispMachine finds.
func onLispMachine(t *testing.T, build Build) (grads []gorgonia.Value) {
	t.Helper()
	loss, params := build(gorgonia.NewGraph())
	vm := gorgonia.NewLispMachine(loss.Graph())
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal("LispMachine:", err)
	}
	for _, p := range params {
		grad, err := p.Grad()
		if err != nil {
			t.Fatal(err)
		}
		grads = append(grads, grad)
	}
	return grads
}

// onMachine returns the gradients of the params of build on a Machine, in its third run.
func onMachine(t *testing.T, build Build) (grads []gorgonia.Value) {
	t.Helper()
	loss, params := build(gorgonia.NewGraph())
	nodes, err := gorgonia.Grad(loss, params...)
	if err != nil {
		t.Fatal(err)
	}
	m, err := machine.New(loss.Graph())
	for range 3 {
		if err == nil {
			err = m.RunAll()
		}
	}
	if err != nil {
		t.Fatal("Machine:", err)
	}
	for _, n := range nodes {
		grads = append(grads, n.Value())
	}
	return grads
}

// elements returns those of a gradient, or nil if it has none of float64.
func elements(grad gorgonia.Value) []float64 {
	if rows, ok := grad.(*sparse.Rows); ok {
		grad = rows.Dense()
	}
	list, _ := grad.Data().([]float64)
	return list
}

func compare(t *testing.T, name string, grad gorgonia.Value, want []float64, tol float64) {
	t.Helper()
	got := elements(grad)
	if len(got) != len(want) {
		t.Errorf("%s: gradient is %v, want %d elements", name, grad, len(want))
		return
	}
	if d := floats.Distance(got, want, math.Inf(1)); !(d <= tol) {
		t.Errorf("%s: |got-want|∞ = %.3g > %.3g\n got %.6g\nwant %.6g", name, d, tol, got, want)
	}
}
