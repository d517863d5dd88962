package layers

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// attention is what an op on queries, keys and values knows and keeps.
type attention struct {
	kernel.Attention
	at    [3]int // places of queries, keys and values among the op's inputs
	nodes int    // number of inputs that they are; a mask follows

	ids     bool // whether ids say which keys count
	lengths bool // whether lengths do
	padding int  // the id whose keys do not count

	counts  []bool // for each key of a run, whether it counts; nil if all do
	weights any    // weights of the last run, for its gradients: []float32 or []float64
	memory  any    // memory for the kernels: []float32 or []float64
}

func newAttention(a Attention, dim int, q, k tensor.Shape) *attention {
	return &attention{
		Attention: kernel.Attention{Batch: q[0], Heads: max(1, a.Heads), Queries: q[1], Keys: k[1], Dim: dim, Causal: a.Causal},
		lengths:   a.Lengths != nil, ids: a.IDs != nil, padding: valueOr(a.PaddingIdx, 0),
	}
}

// place says where the queries (0), keys (1) or values (2) are.
func (a *attention) place(i, at int, p part) {
	a.at[i] = at
	*[]*kernel.Columns{&a.Q, &a.K, &a.V}[i] = kernel.Columns{From: p.from, Stride: last(p.Shape())}
}

// String returns all that makes a difference between ops on the same inputs.
func (a *attention) String() string {
	return fmt.Sprintf("{heads=%d causal=%t lengths=%t padding=%d at=%v %v %v %v}", a.Heads, a.Causal, a.lengths, a.padding, a.at, a.Q, a.K, a.V)
}

func runAttention[T kernel.Float](a *attention) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if err := readKeys(a, in); err != nil {
			return err
		}
		weights := graphop.Room[T](&a.weights, a.Batch*a.Heads*a.Queries*a.Keys)
		kernel.Attend(dst, weights, in.Floats(a.at[0]), in.Floats(a.at[1]), in.Floats(a.at[2]), a.counts, &a.Attention, workRoom[T](a))
		return nil
	}
}

func runWeights[T kernel.Float](a *attention) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if err := readKeys(a, in); err != nil {
			return err
		}
		kernel.AttentionWeights(dst, in.Floats(a.at[0]), in.Floats(a.at[1]), a.counts, &a.Attention, workRoom[T](a))
		return nil
	}
}

// attentionGrad sets the gradient of the input at a place: of the queries, keys and values that are in it.
func attentionGrad[T kernel.Float](a *attention, place int) graphop.Kernel[T] {
	shared := !a.apart(place)
	return func(dst []T, in *graphop.Values[T]) error {
		if shared {
			clear(dst)
		}
		weights, err := kept[T](a.weights, a.Batch*a.Heads*a.Queries*a.Keys)
		if err != nil {
			return err
		}
		var to [3][]T
		for i, at := range a.at {
			if at == place {
				to[i] = dst
			}
		}
		q, k, v := in.Floats(a.at[0]), in.Floats(a.at[1]), in.Floats(a.at[2])
		kernel.AttentionGrad(to[0], to[1], to[2], shared, weights, q, k, v, in.Last(), a.counts, &a.Attention, workRoom[T](a))
		return nil
	}
}

// apart reports whether the queries, keys and values of the input at a place are columns of their own, and all of its.
func (a *attention) apart(place int) bool {
	var from []int
	stride := 0
	for i, c := range []kernel.Columns{a.Q, a.K, a.V} {
		if a.at[i] != place {
			continue
		}
		if slices.Contains(from, c.From) {
			return false
		}
		from, stride = append(from, c.From), c.Stride
	}
	return len(from)*a.Heads*a.Dim == stride
}

// workRoom returns memory for the kernels.
func workRoom[T kernel.Float](a *attention) []T {
	elems, cpus := a.Memory()
	return graphop.Room[T](&a.memory, elems*cpus)
}

// readKeys sets counts for a run.
func readKeys[T kernel.Float](a *attention, in *graphop.Values[T]) error {
	switch {
	case a.ids:
		a.counts = counts(a.counts, in.Ints(a.nodes), a.padding)
	case a.lengths:
		lengths := in.Ints(a.nodes)
		for b, n := range lengths {
			if uint(n) > uint(a.Keys) {
				return errors.Errorf("attention: length %d of text %d is outside [0, %d]", n, b, a.Keys)
			}
		}
		a.counts = slices.Grow(a.counts[:0], a.Batch*a.Keys)[:a.Batch*a.Keys]
		for i := range a.counts {
			a.counts[i] = i%a.Keys < lengths[i/a.Keys]
		}
	}
	return nil
}
