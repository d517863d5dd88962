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
		"binary/one":      pair(binary(loss.BinaryCrossEntropyConfig{}), 1),
		"binary/batch":    pair(binary(loss.BinaryCrossEntropyConfig{}), 2, 3),
		"binary/weight":   pair(binary(loss.BinaryCrossEntropyConfig{PosWeight: []float64{3}, Reduction: loss.Sum}), 2, 3),
		"binary/weights":  pair(binary(loss.BinaryCrossEntropyConfig{PosWeight: weight, Reduction: loss.None}), 2, 3),
		"squared/batch":   pair(loss.MeanSquaredError, 2, 3),
		"squared/sum":     pair(squared(loss.Sum), 4),
		"squared/none":    pair(squared(loss.None), 2, 2),
		"squared/targets": twins(pair(squared(loss.None), 2, 2)),
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

type pairLoss = func(x, y *gorgonia.Node) (*gorgonia.Node, error)

func binary(cfg loss.BinaryCrossEntropyConfig) pairLoss {
	return func(x, y *gorgonia.Node) (*gorgonia.Node, error) { return loss.BinaryCrossEntropyWith(x, y, cfg) }
}

func squared(r loss.Reduction) pairLoss {
	return func(x, y *gorgonia.Node) (*gorgonia.Node, error) { return loss.MeanSquaredErrorWith(x, y, r) }
}

// pair is a loss of x, and of y in [0, 1].
func pair(of pairLoss, shape ...int) builder {
	return func(g graph) (*gorgonia.Node, gorgonia.Nodes) {
		n, rnd := tensor.Shape(shape).TotalSize(), testkit.NewRand(5)
		x, y := testkit.Randoms[float64](rnd, n), make([]float64, n)
		for i := range y {
			y[i] = rnd.Float64()
		}
		in := input(g, "x", x, shape...)
		return total(testkit.Must(of(in, input(g, "y", y, shape...)))), gorgonia.Nodes{in}
	}
}

// twins has the gradient with respect to y too.
func twins(build builder) builder {
	return func(g graph) (*gorgonia.Node, gorgonia.Nodes) {
		cost, params := build(g)
		return cost, append(params, g.ByName("y")...)
	}
}
