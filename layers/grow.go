package layers

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/kernel"
)

// Grow returns an Embedding in graph g of the same name and settings with vocab rows: those of e, as they are now,
// and new ones that init fills, which asks it for a matrix of the new rows alone: Normal(rnd, 1), Zeros(),
// e.MeanRow(), e.CopyRow(id). It is torch's resize_token_embeddings of transformers. New rows are trained, also with
// TrainRows. e keeps its own graph and weights: graphs are static, so build the model again on g, with Attend
// as the tied head, and tell the solver by optim.Solver.Grow.
//
// It fails if vocab is less than e has, g has a node of that name, or init gives something else.
func (e *Embedding) Grow(g *gorgonia.ExprGraph, vocab int, init gorgonia.InitWFn) (*Embedding, error) {
	t, err := e.table.grow(g, vocab, init)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding %q", e.table.rules.table)
	}
	return &Embedding{t}, nil
}

// Grow is Embedding.Grow.
func (e *EmbeddingBag) Grow(g *gorgonia.ExprGraph, vocab int, init gorgonia.InitWFn) (*EmbeddingBag, error) {
	t, err := e.table.grow(g, vocab, init)
	if err != nil {
		return nil, errors.Wrapf(err, "embedding bag %q", e.table.rules.table)
	}
	return &EmbeddingBag{t, e.mode}, nil
}

// MeanRow fills each row with the mean of the rows that the table has now, but for the padding row.
func (e *Embedding) MeanRow() gorgonia.InitWFn { return e.table.repeat(e.table.mean) }

// CopyRow fills each row with a row of the table as it is now. A negative id counts from the end. An id outside the
// table is an error of the constructor that it is given to.
func (e *Embedding) CopyRow(id int) gorgonia.InitWFn { return e.table.copyRow(id) }

// MeanRow is Embedding.MeanRow.
func (e *EmbeddingBag) MeanRow() gorgonia.InitWFn { return e.table.repeat(e.table.mean) }

// CopyRow is Embedding.CopyRow.
func (e *EmbeddingBag) CopyRow(id int) gorgonia.InitWFn { return e.table.copyRow(id) }

func (t *table) grow(g *gorgonia.ExprGraph, vocab int, init gorgonia.InitWFn) (table, error) {
	w, err := t.value()
	if err != nil {
		return table{}, err
	}
	old, dim := w.Shape()[0], w.Shape()[1]
	if vocab < old {
		return table{}, errors.Errorf("it has %d rows and cannot grow to %d: want at least as many", old, vocab)
	}
	if r := t.rules; r.ignores && r.ignored >= old && r.ignored < vocab {
		return table{}, errors.Errorf("IgnoreIndex %d would be a row of the grown table, and always read as zeros: choose a negative one", r.ignored)
	}
	if g == t.weight.Graph() {
		return table{}, errors.New("it cannot grow in its own graph: give it a new one, and build the model on that")
	}
	if init == nil {
		return table{}, errNoInit
	}
	added := any(nil)
	if vocab > old {
		if added, err = checkBacking(init(w.Dtype(), vocab-old, dim), w.Dtype(), []int{vocab - old, dim}); err != nil {
			return table{}, err
		}
	}
	var all any
	switch data := w.Data().(type) {
	case []float32:
		more, _ := added.([]float32)
		all = slices.Concat(data, more)
	case []float64:
		more, _ := added.([]float64)
		all = slices.Concat(data, more)
	}
	weight, err := newParam(g, t.weight.Name(), w.Dtype(), From(all), vocab, dim)
	if err != nil {
		return table{}, err
	}
	r := t.rules
	if r.still != nil {
		r.still = newRowSet(append(slices.Clone(r.still.has), make([]bool, vocab-old)...))
	}
	return tableOf(r, weight), nil
}

// repeat makes an initialiser that fills each row with what row returns.
func (t *table) repeat(row func() ([]float64, error)) gorgonia.InitWFn {
	return func(dt tensor.Dtype, shape ...int) any {
		x, err := row()
		if err != nil {
			return err
		}
		if n := shape[len(shape)-1]; n != len(x) {
			return errors.Errorf("the rows of embedding %q have %d elements: want a matrix of such rows, got shape %v", t.rules.table, len(x), tensor.Shape(shape))
		}
		i := -1
		next := func() float64 { i++; return x[i%len(x)] }
		return fill(func([]int) func() float64 { return next })(dt, shape...)
	}
}

func (t *table) copyRow(id int) gorgonia.InitWFn {
	return t.repeat(func() ([]float64, error) {
		row, err := rowOf("CopyRow", id, t.weight.Shape()[0])
		if err != nil {
			return nil, err
		}
		w, err := t.value()
		if err != nil {
			return nil, err
		}
		return rowOfTable(w, row), nil
	})
}

// mean returns the mean of all rows but padding.
func (t *table) mean() ([]float64, error) {
	w, err := t.value()
	if err != nil {
		return nil, err
	}
	mean, n := make([]float64, w.Shape()[1]), 0
	for id := range w.Shape()[0] {
		if id != t.rules.padding {
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
