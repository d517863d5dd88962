package layers

import (
	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// Each of these scatterers adds to a row of the table the gradient of what the row contributed to the bags.

func scatterBags[T kernel.Float](b *bagReader) scatterer[T] {
	return func(in *graphop.Values[T]) (scatter[T], error) {
		if err := readBags(b, in); err != nil {
			return scatter[T]{}, err
		}
		shares := graphop.Room[T](&b.shares, len(in.Last()))
		kernel.BagShares(shares, in.Last(), &b.Bags)
		return scatter[T]{ids: b.IDs, skip: kernel.NoRow, from: b.owners(), src: shares}, nil
	}
}

func scatterWeighted[T kernel.Float](b *bagReader) scatterer[T] {
	return func(in *graphop.Values[T]) (scatter[T], error) {
		if err := readBags(b, in); err != nil {
			return scatter[T]{}, err
		}
		return scatter[T]{ids: b.IDs, skip: kernel.NoRow, from: b.owners(), src: in.Last(), weights: weightShares(b, in)}, nil
	}
}

func scatterExtremes[T kernel.Float](b *bagReader) scatterer[T] {
	return func(in *graphop.Values[T]) (scatter[T], error) {
		if err := readBags(b, in); err != nil {
			return scatter[T]{}, err
		}
		n := len(b.IDs) * b.Dim
		all := graphop.Room[T](&b.shares, n+2*b.Dim)
		kernel.BagExtremeGrad(all[:n], in.Floats(0), in.Last(), &b.Bags, all[n:])
		return scatter[T]{ids: b.IDs, skip: kernel.NoRow, src: all[:n]}, nil
	}
}

// addBagWeights adds the gradient of the weights of the ids. The result of the bags is the input before the last.
func addBagWeights[T kernel.Float](b *bagReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if err := readBags(b, in); err != nil {
			return err
		}
		out := in.Floats(b.weightsAt + 1)
		kernel.BagWeightsGrad(dst, in.Floats(0), keptWeights(b, in), out, in.Last(), b.at, &b.Bags)
		return nil
	}
}

// keptWeights returns the weights of the ids of b.
func keptWeights[T kernel.Float](b *bagReader, in *graphop.Values[T]) []T {
	all, weights := in.Floats(b.weightsAt), graphop.Room[T](&b.weights, len(b.IDs))
	for i, at := range b.at {
		weights[i] = all[at]
	}
	return weights
}

// weightShares returns what each id of b contributes to its bag.
func weightShares[T kernel.Float](b *bagReader, in *graphop.Values[T]) []T {
	weights := keptWeights(b, in)
	shares := graphop.Room[T](&b.shares, len(weights))
	kernel.WeightShares(shares, weights, &b.Bags)
	return shares
}
