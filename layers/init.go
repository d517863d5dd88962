package layers

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// The initialisers are of type gorgonia.InitWFn, so Gorgonia's own fit too, but those seed themselves from the clock.
// These draw from rnd in row-major order: the same seed gives the same weights. If rnd is nil, the constructor that
// gets the initialiser fails.

// Normal draws from N(0, std²). torch.nn.Embedding's default is Normal(rnd, 1).
func Normal(rnd *rand.Rand, std float64) gorgonia.InitWFn {
	return draws(rnd, func([]int) func() float64 {
		return func() float64 { return std * rnd.NormFloat64() }
	})
}

// Uniform draws from [low, high).
func Uniform(rnd *rand.Rand, low, high float64) gorgonia.InitWFn {
	return draws(rnd, func([]int) func() float64 {
		return func() float64 { return low + (high-low)*rnd.Float64() }
	})
}

// Glorot draws from U(−a, a) with a = √(6/(rows+columns)), which keeps the variance of activations and
// gradients alike across a layer (Glorot and Bengio, AISTATS 2010, formula 16).
func Glorot(rnd *rand.Rand) gorgonia.InitWFn {
	return draws(rnd, func(shape []int) func() float64 {
		fans := 0
		for _, n := range shape {
			fans += n
		}
		a := math.Sqrt(6 / float64(fans))
		return func() float64 { return a * (2*rnd.Float64() - 1) }
	})
}

// Zeros fills with 0.
func Zeros() gorgonia.InitWFn { return gorgonia.Zeroes() }

// From makes backing, a []float32 or []float64 in row-major order or a *tensor.Dense, the parameter's memory itself: no
// copy is made, so layers in several graphs that are given one backing share one set of weights. Its size and type, and
// the shape of a tensor, must be the parameter's. A padding row is left as it stands in backing.
//
// The constructors take the result of any initialiser that returns a *tensor.Dense in this way.
func From(backing any) gorgonia.InitWFn {
	return func(_ tensor.Dtype, shape ...int) any {
		switch b := backing.(type) {
		case []float32:
			return load(b, shape)
		case []float64:
			return load(b, shape)
		}
		return backing
	}
}

// load makes a tensor of backing, if that is as large as shape says.
func load[T kernel.Float](backing []T, shape []int) any {
	if len(backing) != tensor.Shape(shape).TotalSize() {
		return backing
	}
	return graphop.Tensor(backing, shape)
}

// draws is fill for a sampler that draws from rnd.
func draws(rnd *rand.Rand, sampler func(shape []int) func() float64) gorgonia.InitWFn {
	if rnd == nil {
		return func(tensor.Dtype, ...int) any { return errNoRand }
	}
	return fill(sampler)
}

// fill makes an initialiser of sampler, which returns the source of a parameter's values.
func fill(sampler func(shape []int) func() float64) gorgonia.InitWFn {
	return func(dt tensor.Dtype, shape ...int) any {
		next, n := sampler(shape), tensor.Shape(shape).TotalSize()
		if dt == tensor.Float64 {
			return generate[float64](n, next)
		}
		return generate[float32](n, next)
	}
}

func generate[T kernel.Float](n int, next func() float64) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = T(next())
	}
	return values
}
