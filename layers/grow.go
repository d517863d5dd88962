package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// Grow returns a table in graph g, of the same name and settings, with vocab rows: those of t, as they are now, and new
// ones. init fills a matrix of the new rows alone: Normal(rnd, 1), Zeros(), t.MeanRow(), t.CopyRow(id). A bias of
// Attend gets zeros. In Python it is resize_token_embeddings of the package transformers. New rows are trained even if
// t has TrainRows. Make a layer of the table: &Embedding{grown} or &EmbeddingBag{Table: grown}. t keeps its own graph
// and weights: graphs are static, so build the model again on g, with Attend as the tied head, and tell the solver by
// optim.Solver.Grow.
//
// Grow fails if t has more rows than vocab, if g has a node of that name, or if init does not give such a matrix.
func (t *Table) Grow(g *gorgonia.ExprGraph, vocab int, init gorgonia.InitWFn) (*Table, error) {
	grown, err := t.grow(g, vocab, init)
	return grown, t.wrap(err)
}

func (t *Table) grow(g *gorgonia.ExprGraph, vocab int, init gorgonia.InitWFn) (*Table, error) {
	w, err := t.rowMajor()
	if err != nil {
		return nil, err
	}
	old := t.vocab()
	switch id := t.rules.IgnoreIndex; {
	case vocab < old:
		return nil, errors.Errorf("it has %d rows and cannot grow to %d: want at least as many", old, vocab)
	case id != nil && *id >= old && *id < vocab:
		return nil, errors.Errorf("IgnoreIndex %d would be a row of the grown table, and always read as zeros: choose a negative one", *id)
	case g == t.weight.Graph():
		return nil, errOwnGraph
	case init == nil:
		return nil, errNoInit
	}
	grown := &Table{name: t.name, shape: tensor.Shape{vocab, t.dim()}, rules: t.rules, frozen: t.frozen}
	if frozen := t.rules.frozen; frozen != nil {
		grown.rules.frozen = newRowSet(append(slices.Clone(frozen.has), make([]bool, vocab-old)...))
	}
	if grown.weight, err = growParam(g, t.weight.Name(), w, vocab, init); err != nil {
		return nil, err
	}
	if t.bias != nil {
		b, err := rowMajorOf(t.bias, t.bias.Shape())
		if err == nil {
			grown.bias, err = growParam(g, t.bias.Name(), b, vocab, Zeros())
		}
		if err != nil {
			return nil, err
		}
	}
	grown.tie()
	return grown, nil
}

// growParam adds to g a parameter of n rows, or of n elements of a vector: those of w, and more that init fills.
func growParam(g *gorgonia.ExprGraph, name string, w *tensor.Dense, n int, init gorgonia.InitWFn) (*gorgonia.Node, error) {
	all, err := addRows(w, n-w.Shape()[0], init)
	if err != nil {
		return nil, err
	}
	return newParam(g, name, w.Dtype(), From(all), append([]int{n}, w.Shape()[1:]...)...)
}

// addRows returns the elements of w and those of n more rows, which init fills.
func addRows(w *tensor.Dense, n int, init gorgonia.InitWFn) (any, error) {
	shape := append([]int{n}, w.Shape()[1:]...)
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

// MeanRow returns an initialiser that fills each row with the mean of the rows that the table has when it is called,
// the padding row left out.
func (t *Table) MeanRow() gorgonia.InitWFn { return t.repeat(t.mean) }

// CopyRow returns an initialiser that fills each row with row id of the table, as it is when the initialiser is called.
// A negative id counts from the end. An id outside the table is an error of the constructor that calls it.
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

// mean returns the mean of all rows but the padding row.
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
