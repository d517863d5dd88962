package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// Grow returns a table in graph g of the same name and settings with vocab rows: those of t, as they are now,
// and new ones that init fills, which asks it for a matrix of the new rows alone: Normal(rnd, 1), Zeros(),
// t.MeanRow(), t.CopyRow(id). It is torch's resize_token_embeddings of transformers. New rows are trained, also with
// TrainRows. Make a layer of it: &Embedding{grown} or &EmbeddingBag{Table: grown}. t keeps its own graph and weights:
// graphs are static, so build the model again on g, with Attend as the tied head, and tell the solver by
// optim.Solver.Grow.
//
// It fails if vocab is less than t has, g has a node of that name, or init gives something else.
func (t *Table) Grow(g *gorgonia.ExprGraph, vocab int, init gorgonia.InitWFn) (*Table, error) {
	grown, err := t.grow(g, vocab, init)
	return grown, t.wrap(err)
}

func (t *Table) grow(g *gorgonia.ExprGraph, vocab int, init gorgonia.InitWFn) (*Table, error) {
	w, err := t.rowMajor()
	if err != nil {
		return nil, err
	}
	old, dim := t.vocab(), t.dim()
	switch id := t.rules.IgnoreIndex; {
	case vocab < old:
		return nil, errors.Errorf("it has %d rows and cannot grow to %d: want at least as many", old, vocab)
	case id != nil && *id >= old && *id < vocab:
		return nil, errors.Errorf("IgnoreIndex %d would be a row of the grown table, and always read as zeros: choose a negative one", *id)
	case g == t.weight.Graph():
		return nil, errors.New("it cannot grow in its own graph: give it a new one, and build the model on that")
	case init == nil:
		return nil, errNoInit
	}
	all, err := addRows(w, vocab-old, init)
	if err != nil {
		return nil, err
	}
	grown := &Table{name: t.name, shape: tensor.Shape{vocab, dim}, rules: t.rules, frozen: t.frozen}
	if frozen := t.rules.frozen; frozen != nil {
		grown.rules.frozen = newRowSet(append(slices.Clone(frozen.has), make([]bool, vocab-old)...))
	}
	if grown.weight, err = newParam(g, t.weight.Name(), w.Dtype(), From(all), vocab, dim); err != nil {
		return nil, err
	}
	grown.tie()
	return grown, nil
}

// addRows returns the elements of w and those of n more rows, which init fills.
func addRows(w *tensor.Dense, n int, init gorgonia.InitWFn) (any, error) {
	shape := []int{n, w.Shape()[1]}
	var added any
	if n > 0 {
		var err error
		if added, err = checkBacking(init(w.Dtype(), shape...), w.Dtype(), shape); err != nil {
			return nil, err
		}
	}
	if data, ok := w.Data().([]float64); ok {
		more, _ := added.([]float64)
		return slices.Concat(data, more), nil
	}
	more, _ := added.([]float32)
	return slices.Concat(w.Data().([]float32), more), nil
}

// MeanRow fills each row with the mean of the rows that the table has now, but for the padding row.
func (t *Table) MeanRow() gorgonia.InitWFn { return t.repeat(t.mean) }

// CopyRow fills each row with a row of the table as it is now. A negative id counts from the end. An id outside the
// table is an error of the constructor that it is given to.
func (t *Table) CopyRow(id int) gorgonia.InitWFn {
	return t.repeat(func() ([]float64, error) {
		row, err := rowOf("CopyRow", id, t.vocab())
		if err != nil {
			return nil, err
		}
		w, err := t.rowMajor()
		if err != nil {
			return nil, err
		}
		return rowOfTable(w, row), nil
	})
}

// repeat makes an initialiser that fills each row with what row returns.
func (t *Table) repeat(row func() ([]float64, error)) gorgonia.InitWFn {
	return func(dt tensor.Dtype, shape ...int) any {
		x, err := row()
		if err != nil {
			return err
		}
		if n := shape[len(shape)-1]; n != len(x) {
			return errors.Errorf("the rows of embedding %q have %d elements: want a matrix of such rows, got shape %v", t.name, len(x), tensor.Shape(shape))
		}
		i := -1
		next := func() float64 { i++; return x[i%len(x)] }
		return fill(func([]int) func() float64 { return next })(dt, shape...)
	}
}

// mean returns the mean of all rows but padding.
func (t *Table) mean() ([]float64, error) {
	w, err := t.rowMajor()
	if err != nil {
		return nil, err
	}
	mean, n := make([]float64, w.Shape()[1]), 0
	for id := range w.Shape()[0] {
		if id != t.rules.padding() {
			kernel.Add(mean, rowOfTable(w, id))
			n++
		}
	}
	kernel.Scale(mean, 1/float64(max(n, 1)))
	return mean, nil
}

// rowOfTable returns a copy of a row of w.
func rowOfTable(w *tensor.Dense, id int) []float64 {
	dim := w.Shape()[1]
	switch data := w.Data().(type) {
	case []float64:
		return slices.Clone(data[id*dim : (id+1)*dim])
	case []float32:
		wide := make([]float64, dim)
		for i, x := range data[id*dim : (id+1)*dim] {
			wide[i] = float64(x)
		}
		return wide
	}
	return nil
}
