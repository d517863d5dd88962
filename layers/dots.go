package layers

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/graphop"
	"gorgonia-embedding/internal/kernel"
)

// Dots returns scalar products of rows of two tables: of the row of each id of ids with the rows of other that stand in
// its place in others. ids (…), others (…) or (…, k) each → (…, n), where n is how many products an id has, those with
// the first of others first; for one node alone of shape (…) → (…). No row is copied: it is the score of users and items
// in a matrix factorisation, and of words and contexts in a skip-gram (loss.NegativeSampling).
//
// The rules of each table hold for its ids. A product with an ignored id is 0, and gives no row a gradient. other may be
// t itself. Dots fails if shapes or sizes do not fit, or t has ScaleGradByFreq, since its ids are read n times.
func (t *Table) Dots(ids *gorgonia.Node, other *Table, others ...*gorgonia.Node) (*gorgonia.Node, error) {
	y, err := t.dots(ids, other, others)
	return y, errors.Wrapf(err, "embedding %q: dots", t.name)
}

// dots adds the op
//
//	dots :: Matrix a → Matrix a → Tensor-n int → Tensor-m int … → Tensor-(n+1) a
//
// or → Tensor-n a, for one m = n.
func (t *Table) dots(ids *gorgonia.Node, other *Table, others []*gorgonia.Node) (*gorgonia.Node, error) {
	if other == nil || len(others) == 0 {
		return nil, errors.New("want another table, and ids of it")
	}
	in := []graphop.Input{graphop.Floats("weight", t.weight), graphop.Floats("the other weight", other.weight), graphop.Ints("ids", ids)}
	for _, n := range others {
		in = append(in, graphop.Ints("ids of the other table", n))
	}
	r, err := t.dotsReader(in, other)
	if err != nil {
		return nil, err
	}
	if in[0].Node, err = t.leaf(); err == nil { // when nothing else can fail
		in[1].Node, err = other.leaf()
	}
	if err != nil {
		return nil, err
	}
	needs := []int{0, 1, graphop.Out} // the op finds the pairs, and limits norms, before the gradients read rows
	return graphop.Apply(graphop.Op{
		Name: fmt.Sprintf("dots{%s, %s, %v}", t.identity(), other.identity(), r.widths), Layer: t.label(), Shape: r.shape,
		Run: graphop.Kernels{F32: dotRows[float32](r), F64: dotRows[float64](r)},
		Grads: []*graphop.Grad{
			t.gradient(needs, scatterDots[float32](r, 0), scatterDots[float64](r, 0)),
			other.gradient(needs, scatterDots[float32](r, 1), scatterDots[float64](r, 1)),
		},
	}, in...)
}

// dotsReader finds the pairs of rows that one op multiplies.
type dotsReader struct {
	x      *idReader
	ys     []*idReader
	widths []int        // how many ids each of ys has for one of x
	shape  tensor.Shape // of the products

	rows    [2][]int // of a run: those of the pairs that count, in the one table and in the other
	at      []int    // place of each pair among the products; nil before the first run
	weights any      // []T, memory of scatterDots
}

// dotsReader returns the reader of an op on both weights, ids, and ids of the other table.
func (t *Table) dotsReader(in []graphop.Input, other *Table) (*dotsReader, error) {
	if err := graphop.Check(in...); err != nil {
		return nil, err
	}
	switch {
	case t.dim() != other.dim():
		return nil, errors.Errorf("rows of %d elements and of %d, as those of %q, have no product", t.dim(), other.dim(), other.name)
	case t.rules.ScaleGradByFreq:
		return nil, errors.New("ScaleGradByFreq does not go with it: leave it unset")
	}
	ids, others := in[2].Node, in[3:]
	r, n, d := &dotsReader{x: t.reader(ids)}, 0, ids.Dims()
	for _, o := range others {
		s, width := o.Node.Shape(), 1
		if len(s) == d+1 {
			width, s = s[d], s[:d]
		}
		if !slices.Equal(s, ids.Shape()) {
			return nil, errors.Errorf("want ids of the other table of shape %v or with one axis more, got %v", ids.Shape(), o.Node.Shape())
		}
		r.ys, r.widths, n = append(r.ys, other.reader(o.Node)), append(r.widths, width), n+width
	}
	r.shape = append(slices.Clone(ids.Shape()), n)
	if len(others) == 1 && others[0].Node.Dims() == d {
		r.shape = r.shape[:d]
	}
	return r, nil
}

// readPairs checks the ids of a run, and finds the pairs.
func readPairs[T kernel.Float](r *dotsReader, in *graphop.Values[T]) error {
	xs, err := r.x.rows(in.Ints(2))
	if err != nil {
		return err
	}
	ys := make([][]int, len(r.ys))
	for k, y := range r.ys {
		if ys[k], err = y.rows(in.Ints(3 + k)); err != nil {
			return err
		}
	}
	n := r.shape.TotalSize()
	for _, list := range []*[]int{&r.rows[0], &r.rows[1], &r.at} {
		*list = slices.Grow((*list)[:0], n)[:n]
	}
	r.pair(xs, ys)
	return nil
}

// pair lists the rows xs with those in their places in ys, without the pairs in which a row is ignored.
func (r *dotsReader) pair(xs []int, ys [][]int) {
	a, b, at := r.rows[0], r.rows[1], r.at
	n, place := 0, 0
	for i, x := range xs {
		for k, width := range r.widths {
			for _, y := range ys[k][i*width : (i+1)*width] {
				if x != kernel.NoRow && y != kernel.NoRow {
					a[n], b[n], at[n] = x, y, place
					n++
				}
				place++
			}
		}
	}
	r.rows, r.at = [2][]int{a[:n], b[:n]}, at[:n]
}

func dotRows[T kernel.Float](r *dotsReader) graphop.Kernel[T] {
	return func(dst []T, in *graphop.Values[T]) error {
		if err := readPairs(r, in); err != nil {
			return err
		}
		for side, reader := range []*idReader{r.x, r.ys[0]} {
			if err := limitNorms(reader, in, side, r.rows[side]); err != nil {
				return err
			}
		}
		n := len(r.at)
		kernel.DotRows(dst[:n], in.Floats(0), in.Floats(1), r.rows[0], r.rows[1], len(in.Floats(0))/r.x.vocab)
		if n == len(dst) {
			return nil
		}
		clear(dst[n:])
		for i := n - 1; i >= 0; i-- { // each to its place, which is not before where it is
			if at := r.at[i]; at != i {
				dst[at], dst[i] = dst[i], 0
			}
		}
		return nil
	}
}

// scatterDots adds to each row of one side the rows that it was multiplied by, times the gradients of the products.
func scatterDots[T kernel.Float](r *dotsReader, side int) scatterer[T] {
	return func(in *graphop.Values[T]) (scatter[T], error) {
		if r.at == nil {
			return scatter[T]{}, errors.Errorf("%s: there are no pairs of rows: the op itself did not run", r.x.table)
		}
		weights := graphop.Room[T](&r.weights, len(r.at))
		for i, at := range r.at {
			weights[i] = in.Last()[at]
		}
		skip := []*idReader{r.x, r.ys[0]}[side].rules.padding()
		return scatter[T]{ids: r.rows[side], skip: skip, from: r.rows[1-side], src: in.Floats(1 - side), weights: weights}, nil
	}
}
