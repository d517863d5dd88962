package layers

import (
	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// Each of the scatterers here adds to a row of the table what it contributed to the bags.

func scatterBags[T kernel.Float](b *bagReader) scatterer[T] {
	return func(in *graphop.Values[T]) (scatter[T], error) {
		if err := readBags(b, in); err != nil {
			return scatter[T]{}, err
		}
		shares := graphop.Room[T](&b.shares, len(in.Last()))
		kernel.BagShares(shares, in.Last(), b.ends, b.dim, b.reduce)
		return scatter[T]{ids: b.ids, skip: kernel.NoRow, from: b.owners(), src: shares}, nil
	}
}

func scatterWeighted[T kernel.Float](b *bagReader) scatterer[T] {
	return func(in *graphop.Values[T]) (scatter[T], error) {
		if err := readBags(b, in); err != nil {
			return scatter[T]{}, err
		}
		return scatter[T]{ids: b.ids, skip: kernel.NoRow, from: b.owners(), src: in.Last(), weights: weightShares(b, in)}, nil
	}
}

func scatterExtremes[T kernel.Float](b *bagReader) scatterer[T] {
	return func(in *graphop.Values[T]) (scatter[T], error) {
		if err := readBags(b, in); err != nil {
			return scatter[T]{}, err
		}
		n := len(b.ids) * b.dim
		all := graphop.Room[T](&b.shares, n+2*b.dim)
		kernel.BagExtremeGrad(all[:n], in.Floats(0), in.Last(), b.ids, b.ends, b.dim, b.reduce, all[n:])
		return scatter[T]{ids: b.ids, skip: kernel.NoRow, src: all[:n]}, nil
	}
}

// addBagWeights adds the gradient of the weights of the ids. The result of the bags is the input before the last.
func addBagWeights[T kernel.Float](b *bagReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if err := readBags(b, in); err != nil {
			return err
		}
		out := in.Floats(b.weightsAt + 1)
		kernel.BagWeightsGrad(dst, in.Floats(0), keptWeights(b, in), out, in.Last(), b.ids, b.at, b.ends, b.dim, b.reduce)
		return nil
	}
}

// keptWeights returns the weights of the ids of b.
func keptWeights[T kernel.Float](b *bagReader, in *graphop.Values[T]) []T {
	all, weights := in.Floats(b.weightsAt), graphop.Room[T](&b.weights, len(b.ids))
	for i, at := range b.at {
		weights[i] = all[at]
	}
	return weights
}

// weightShares returns what each id of b contributes to its bag.
func weightShares[T kernel.Float](b *bagReader, in *graphop.Values[T]) []T {
	weights := keptWeights(b, in)
	shares := graphop.Room[T](&b.shares, len(weights))
	kernel.WeightShares(shares, weights, b.ends, b.reduce)
	return shares
}
