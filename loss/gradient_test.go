package loss_test

import (
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/gradcheck"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/loss"
)

type builder = func(g graph) (*gorgonia.Node, gorgonia.Nodes)

// TestGradients compares every loss's gradient with finite differences, on both machines.
func TestGradients(t *testing.T) {
	weight := []float64{0.5, 2, 0}
	for name, build := range map[string]builder{
		"cross-entropy/scalar":     crossEntropy(loss.CrossEntropyConfig{}, []int{2}),
		"cross-entropy/batch":      crossEntropy(loss.CrossEntropyConfig{}, []int{2, 0, 1, 1}, 4),
		"cross-entropy/ignored":    crossEntropy(loss.CrossEntropyConfig{}, []int{2, -1, 1, -100}, 4),
		"cross-entropy/all -1":     crossEntropy(loss.CrossEntropyConfig{}, []int{-1, -1}, 2),
		"cross-entropy/one":        crossEntropy(loss.CrossEntropyConfig{}, []int{1}, 1),
		"cross-entropy/rank 2":     crossEntropy(loss.CrossEntropyConfig{}, []int{2, 0, 1, -1, 1, 1}, 2, 3),
		"cross-entropy/int32":      crossEntropy(loss.CrossEntropyConfig{}, []int32{2, 0}, 2),
		"cross-entropy/int64":      crossEntropy(loss.CrossEntropyConfig{}, []int64{2, 0}, 2),
		"cross-entropy/weight":     crossEntropy(loss.CrossEntropyConfig{Weight: weight}, []int{2, 0, 1, 1}, 4),
		"cross-entropy/smooth":     crossEntropy(loss.CrossEntropyConfig{LabelSmoothing: 0.2}, []int{2, 0, -1, 1}, 4),
		"cross-entropy/sum":        crossEntropy(loss.CrossEntropyConfig{Reduction: loss.Sum}, []int{2, 0, -1, 1}, 4),
		"cross-entropy/none":       crossEntropy(loss.CrossEntropyConfig{Reduction: loss.None, LabelSmoothing: 1}, []int{2, 0, -1, 1}, 2, 2),
		"cross-entropy/everything": crossEntropy(loss.CrossEntropyConfig{Weight: weight, LabelSmoothing: 0.2, IgnoreIndex: new(0), Reduction: loss.None}, []int{2, 0, 1, 1}, 4),
		"cross-entropy/weights 0":  crossEntropy(loss.CrossEntropyConfig{Weight: weight}, []int{2, 2}, 2),
		"cross-entropy/scaled": func(g graph) (*gorgonia.Node, gorgonia.Nodes) {
			l, params := crossEntropy(loss.CrossEntropyConfig{}, []int{2, 0}, 2)(g)
			return gorgonia.Must(gorgonia.HadamardProd(l, gorgonia.NewConstant(3.0))), params
		},
	} {
		t.Run(name, func(t *testing.T) { gradcheck.Check(t, 1e-7, build) })
	}
}

// crossEntropy is that of 3 classes.
func crossEntropy(cfg loss.CrossEntropyConfig, labels any, shape ...int) builder {
	return func(g graph) (*gorgonia.Node, gorgonia.Nodes) {
		x := input(g, "x", testkit.Randoms[float64](testkit.NewRand(4), tensor.Shape(shape).TotalSize()*3), append(shape[:len(shape):len(shape)], 3)...)
		return total(testkit.Must(loss.CrossEntropyWith(x, input(g, "labels", labels, shape...), cfg))), gorgonia.Nodes{x}
	}
}

// total returns the sum of the squares of a loss's values, if there are several.
func total(cost *gorgonia.Node) *gorgonia.Node {
	if cost.IsScalar() {
		return cost
	}
	return gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(cost))))
}
