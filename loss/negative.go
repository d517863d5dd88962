package loss

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/layers"
)

// Pairs are the examples of NegativeSampling: a centre each, a context that it occurred with, and k that were drawn.
type Pairs struct {
	Centres   *gorgonia.Node // ids of the table of centres, (…)
	Contexts  *gorgonia.Node // ids of the table of contexts, (…)
	Negatives *gorgonia.Node // ids of the table of contexts, (…, k)
}

// NegativeSampling is the mean over the examples of −log σ(c·o) − Σ log σ(−c·nⱼ), for the rows c of the centre, o of the
// context and nⱼ of the negatives (Mikolov et al., NIPS 2013, equation 4), as skip-grams are trained by: ids → scalar.
//
// The rules of each table hold for its ids. An example whose centre or context is an ignored id does not count, and a
// negative that is one is left out: with IgnoreIndex, a batch need not be full. Gradients of both tables are sparse or
// dense as the tables say; centres and contexts may be one table. NegativeSampling fails if shapes or sizes do not fit.
func NegativeSampling(centres, contexts *layers.Table, in Pairs) (*gorgonia.Node, error) {
	return NegativeSamplingWith(centres, contexts, in, Mean)
}

// NegativeSamplingWith is NegativeSampling with a reduction: ids → scalar, or (…) for None.
func NegativeSamplingWith(centres, contexts *layers.Table, in Pairs, r Reduction) (*gorgonia.Node, error) {
	cost, err := negativeSampling(centres, contexts, in, r)
	return cost, errors.Wrap(err, "negative sampling")
}

// negativeSampling adds, to the products of the rows (…, 1+k), the op
//
//	negativeSampling :: Tensor-(n+1) a → a
//	negativeSampling :: Tensor-(n+1) a → Tensor-n int → Tensor-n int → Tensor-(n+1) int → a
//
// or → Tensor-n a for None. The second, with the ids, is that of a table that ignores an id.
func negativeSampling(centres, contexts *layers.Table, in Pairs, r Reduction) (*gorgonia.Node, error) {
	if err := in.check(centres, contexts, r); err != nil {
		return nil, err
	}
	scores, err := centres.Dots(in.Centres, contexts, in.Contexts, in.Negatives)
	if err != nil {
		return nil, err
	}
	s := sampled{scores.Shape()[scores.Dims()-1], centres.Rules().IgnoreIndex, contexts.Rules().IgnoreIndex, r}
	inputs, needs := []graphop.Input{graphop.Floats("scores", scores)}, []int{0}
	if s.centre != nil || s.context != nil {
		inputs = append(inputs, graphop.Ints("centres", in.Centres), graphop.Ints("contexts", in.Contexts), graphop.Ints("negatives", in.Negatives))
		needs = []int{0, 1, 2, 3}
	}
	return graphop.Apply(graphop.Op{
		Name: "negativeSampling" + s.identity(), Layer: "negative sampling", Shape: r.shape(in.Centres.Shape()),
		Run:   graphop.Kernels{F32: sumSampled[float32](s), F64: sumSampled[float64](s)},
		Grads: []*graphop.Grad{{Needs: needs, Add: graphop.Kernels{F32: addSampled[float32](s), F64: addSampled[float64](s)}}},
	}, inputs...)
}

func (in Pairs) check(centres, contexts *layers.Table, r Reduction) error {
	if centres == nil || contexts == nil {
		return errors.New("a table is nil")
	}
	err := graphop.Check(graphop.Ints("Centres", in.Centres), graphop.Ints("Contexts", in.Contexts), graphop.Ints("Negatives", in.Negatives))
	if err != nil {
		return err
	}
	c, o, n := in.Centres.Shape(), in.Contexts.Shape(), in.Negatives.Shape()
	if !slices.Equal(c, o) || len(n) != len(c)+1 || !slices.Equal(n[:len(c)], c) {
		return errors.Errorf("want Centres (…), Contexts (…) and Negatives (…, k), got %v, %v and %v", c, o, n)
	}
	return r.check()
}

// sampled is what the loss of scores needs to know.
type sampled struct {
	n               int  // scores of an example
	centre, context *int // ids that are ignored
	reduction       Reduction
}

func (s sampled) identity() string {
	return fmt.Sprintf("{ignored=%s,%s %v}", ignoredName(s.centre), ignoredName(s.context), s.reduction)
}

// skips appends, for each score of a run, whether it does not count, and returns how many examples count. Nothing is
// appended if all do.
func skips[T kernel.Float](s sampled, skip []bool, in *graphop.Values[T]) (all []bool, count float64) {
	if s.centre == nil && s.context == nil {
		return nil, float64(len(in.Floats(0)) / max(s.n, 1))
	}
	ignored := func(p *int, id int) bool { return p != nil && id == *p }
	centres, contexts, negatives := in.Ints(1), in.Ints(2), in.Ints(3)
	for i, c := range centres {
		none := ignored(s.centre, c) || ignored(s.context, contexts[i])
		if skip = append(skip, none); !none {
			count++
		}
		for _, id := range negatives[i*(s.n-1) : (i+1)*(s.n-1)] {
			skip = append(skip, none || ignored(s.context, id))
		}
	}
	return skip, count
}

// example returns the scores of example i, and which do not count.
func example[T kernel.Float](s sampled, scores []T, skip []bool, i int) ([]T, []bool) {
	lo, hi := i*s.n, (i+1)*s.n
	if skip != nil {
		skip = skip[lo:hi]
	}
	return scores[lo:hi], skip
}

func sumSampled[T kernel.Float](s sampled) graphop.Kernel[T] {
	var losses []float64
	var skip []bool
	return func(dst []T, in *graphop.Values[T]) error {
		var count float64
		skip, count = skips(s, skip[:0], in)
		losses = losses[:0]
		for i := range len(in.Floats(0)) / s.n {
			losses = append(losses, kernel.NegativeSampling(example(s, in.Floats(0), skip, i)))
		}
		reduce(s.reduction, dst, losses, count)
		return nil
	}
}

func addSampled[T kernel.Float](s sampled) graphop.Kernel[T] {
	var skip []bool
	return func(dst []T, in *graphop.Values[T]) error {
		var count float64
		skip, count = skips(s, skip[:0], in)
		scale := scales(s.reduction, in.Last(), count)
		for i := range len(in.Floats(0)) / s.n {
			scores, not := example(s, in.Floats(0), skip, i)
			kernel.NegativeSamplingGrad(dst[i*s.n:(i+1)*s.n], scores, not, scale(i))
		}
		return nil
	}
}
