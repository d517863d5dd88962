// Package testkit is what the tests of several packages need.
package testkit

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Must returns x, and panics on an error.
func Must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// NewRand returns a source of random numbers.
func NewRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// Randoms returns n draws from N(0, 1).
func Randoms[T float32 | float64](rnd *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(rnd.NormFloat64())
	}
	return x
}

// Dense returns a tensor whose memory is data: a slice, or of shape () a slice of one element.
func Dense(data any, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

// Leaf adds a leaf whose memory is data. Unlike layers.Input it takes any name, and makes a scalar of shape ().
func Leaf(g *gorgonia.ExprGraph, name string, data any, shape ...int) *gorgonia.Node {
	v := Dense(data, shape...)
	return gorgonia.NewTensor(g, v.Dtype(), len(shape), gorgonia.WithName(name), gorgonia.WithShape(shape...), gorgonia.WithValue(v))
}

// Run runs g on a TapeMachine.
func Run(t testing.TB, g *gorgonia.ExprGraph, opts ...gorgonia.VMOpt) {
	t.Helper()
	vm := gorgonia.NewTapeMachine(g, opts...)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
}
