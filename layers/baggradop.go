package layers

import (
	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// bagGradOp adds to each row of the table what it contributed to the bags:
//
//	∂bag :: Matrix a → Matrix int → Matrix a → Matrix a
//	∂bag :: Matrix a → Vector int → Vector int → Matrix a → Matrix a
//
// with further inputs as gradInputs says.
func bagGradOp(op *bagOp) *tableGradOp {
	b := new(bagInput)
	s32, s64 := scatterBags[float32](op, b), scatterBags[float64](op, b)
	switch {
	case op.weighted:
		s32, s64 = scatterWeighted[float32](op, b), scatterWeighted[float64](op, b)
	case BagMode(op.reduce).picks():
		s32, s64 = scatterExtremes[float32](op, b), scatterExtremes[float64](op, b)
	}
	return newTableGrad("∂"+op.String(), &op.rules, func(a hm.Type) []hm.Type {
		matrix := tensorOf(2, a)
		if BagMode(op.reduce).picks() {
			return append(op.inputs(a), matrix, matrix, matrix)
		}
		return append(op.inputs(a), matrix, matrix)
	}, s32, s64)
}

// read returns the inputs of a gradient of op: the bags, in b, and the upstream gradient.
func readBagGrad[T kernel.Float](op *bagOp, b *bagInput, in []gorgonia.Value) ([]T, error) {
	if err := b.read(op, in); err != nil {
		return nil, err
	}
	return floatsOf[T](in[len(in)-1], len(b.ends)*in[0].Shape()[1])
}

func scatterBags[T kernel.Float](op *bagOp, b *bagInput) scatterer[T] {
	return func(in []gorgonia.Value) (scatter[T], error) {
		grad, err := readBagGrad[T](op, b, in)
		if err != nil {
			return scatter[T]{}, err
		}
		shares := room[T](&b.shares, len(grad))
		kernel.BagShares(shares, grad, b.ends, in[0].Shape()[1], op.reduce)
		return scatter[T]{ids: b.ids, skip: kernel.NoPadding, from: b.owners(), src: shares}, nil
	}
}

func scatterWeighted[T kernel.Float](op *bagOp, b *bagInput) scatterer[T] {
	return func(in []gorgonia.Value) (scatter[T], error) {
		grad, err := readBagGrad[T](op, b, in)
		if err != nil {
			return scatter[T]{}, err
		}
		shares, err := weightShares[T](op, b, in)
		return scatter[T]{ids: b.ids, skip: kernel.NoPadding, from: b.owners(), src: grad, weights: shares}, err
	}
}

func scatterExtremes[T kernel.Float](op *bagOp, b *bagInput) scatterer[T] {
	return func(in []gorgonia.Value) (scatter[T], error) {
		grad, err := readBagGrad[T](op, b, in)
		if err != nil {
			return scatter[T]{}, err
		}
		table, err := floats[T](in[0])
		if err != nil {
			return scatter[T]{}, err
		}
		dim := in[0].Shape()[1]
		all := room[T](&b.shares, (len(b.ids)+2)*dim)
		src, memory := all[:len(b.ids)*dim], all[len(b.ids)*dim:]
		kernel.BagExtremeGrad(src, table, grad, b.ids, b.ends, dim, op.reduce, memory)
		return scatter[T]{ids: b.ids, skip: kernel.NoPadding, src: src}, nil
	}
}

// bagWeightsGradOp is the gradient of the weights of the ids; its inputs are those of the bag, its result and the
// upstream gradient:
//
//	∂bag/∂weights :: Matrix a → Matrix int → Matrix a → Matrix a → Matrix a → Matrix a
//	∂bag/∂weights :: Matrix a → Vector int → Vector int → Vector a → Matrix a → Matrix a → Vector a
func bagWeightsGradOp(op *bagOp) *gradOp {
	b := new(bagInput)
	return &gradOp{
		name: "∂weights " + op.String(),
		types: func(a hm.Type) []hm.Type {
			return append(op.inputs(a), tensorOf(2, a), tensorOf(2, a), tensorOf(op.idDims, a))
		},
		shape: func(in []tensor.Shape) tensor.Shape { return in[1] },
		add32: addBagWeights[float32](op, b),
		add64: addBagWeights[float64](op, b),
	}
}

func addBagWeights[T kernel.Float](op *bagOp, b *bagInput) adder[T] {
	return func(dst []T, in []gorgonia.Value) error {
		grad, err := readBagGrad[T](op, b, in)
		if err != nil {
			return err
		}
		out, err := floatsOf[T](in[len(in)-2], len(grad))
		if err != nil {
			return err
		}
		table, err := floats[T](in[0])
		if err != nil {
			return err
		}
		weights, err := keptWeights[T](op, b, in)
		if err != nil {
			return err
		}
		kernel.BagWeightsGrad(dst, table, weights, out, grad, b.ids, b.at, b.ends, in[0].Shape()[1], op.reduce)
		return nil
	}
}

// keptWeights returns the weights of the ids of b.
func keptWeights[T kernel.Float](op *bagOp, b *bagInput, in []gorgonia.Value) ([]T, error) {
	all, err := floatsOf[T](in[len(op.inputs(nil))-1], in[1].Shape().TotalSize())
	if err != nil {
		return nil, errors.Wrapf(err, "embedding bag %q: Weights", op.table)
	}
	weights := room[T](&b.weights, len(b.ids))
	for i, at := range b.at {
		weights[i] = all[at]
	}
	return weights, nil
}

// weightShares returns what each id of b contributes to its bag.
func weightShares[T kernel.Float](op *bagOp, b *bagInput, in []gorgonia.Value) ([]T, error) {
	weights, err := keptWeights[T](op, b, in)
	if err != nil {
		return nil, err
	}
	shares := room[T](&b.shares, len(weights))
	kernel.WeightShares(shares, weights, b.ends, op.reduce)
	return shares, nil
}
