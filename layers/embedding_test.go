package layers_test

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

func TestNewEmbedding(t *testing.T) {
	t.Run("dense", func(t *testing.T) { testNewEmbedding(t, false) })
	t.Run("sparse", func(t *testing.T) { testNewEmbedding(t, true) })
}

func testNewEmbedding(t *testing.T, isSparse bool) {
	g := gorgonia.NewGraph()
	e := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 10, EmbeddingDim: 3, IDs: layers.IDRules{PaddingIdx: new(-2), Sparse: isSparse}, Init: layers.Normal(testkit.NewRand(1), 1)}))
	w := e.Weight()
	if w.Name() != "words.weight" || !slices.Equal(w.Shape(), []int{10, 3}) || w.Dtype() != tensor.Float32 {
		t.Errorf("weight is %v %v %v", w.Name(), w.Shape(), w.Dtype())
	}
	if l := e.Learnables(); len(l) != 1 || l[0] != w {
		t.Errorf("Learnables = %v", l)
	}
	zeros := 0
	for i, x := range w.Value().Data().([]float32) {
		if x == 0 {
			zeros++
			if i/3 != 8 {
				t.Errorf("row %d holds a zero", i/3)
			}
		}
	}
	if zeros != 3 {
		t.Errorf("%d zeros, want the padding row 8 alone", zeros)
	}
}

// Weights given by From are shared, and their padding row is left alone.
func TestFromShares(t *testing.T) {
	backing := []float64{1, 2, 3, 4, 5, 6}
	for range 2 {
		g := gorgonia.NewGraph()
		e := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, IDs: layers.IDRules{PaddingIdx: new(0)}, Dtype: tensor.Float64, Init: layers.From(backing)}))
		got := e.Weight().Value().Data().([]float64)
		if &got[0] != &backing[0] || got[0] != 1 {
			t.Errorf("weight is %v, want backing itself, unchanged", got)
		}
	}
}

func TestNewEmbeddingErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	init := layers.Zeros()
	must(layers.NewEmbedding(g, "taken", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: init}))
	ids := input(g, "ids", []int{1}, 1)
	e := must(layers.NewEmbedding(g, "e", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: init}))
	must(e.Forward(ids))
	for _, tt := range []struct {
		g    *gorgonia.ExprGraph
		name string
		cfg  layers.EmbeddingConfig
		want string
	}{
		{g, "x", layers.EmbeddingConfig{Init: init}, `embedding "x": NumEmbeddings and EmbeddingDim must be at least 1, got 0 and 0`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: -1, EmbeddingDim: 2, Init: init}, `embedding "x": NumEmbeddings and EmbeddingDim must be at least 1, got -1 and 2`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{PaddingIdx: new(4)}, Init: init}, `embedding "x": PaddingIdx 4 is outside [-4, 4)`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{PaddingIdx: new(-5)}, Init: init}, `embedding "x": PaddingIdx -5 is outside [-4, 4)`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2}, `embedding "x": no Init: choose one, such as layers.Normal(rnd, 1)`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{PaddingIdx: new(0)}}, `embedding "x": no Init: choose one, such as layers.Normal(rnd, 1)`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Dtype: tensor.Int, Init: init}, `embedding "x": Dtype must be float32 or float64, got int`},
		{nil, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: init}, `embedding "x": no graph: give it a gorgonia.NewGraph()`},
		{g, "taken", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: init}, `embedding "taken": the graph already has a node called "taken.weight": give each layer and input its own name`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: layers.From([]float32{1})}, `embedding "x": Init gave 1 values of float32: want 8 of float32 for shape (4, 2)`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: layers.From(make([]float64, 8))}, `embedding "x": Init gave a tensor of shape (4, 2) of float64: want shape (4, 2) of float32`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, IDs: layers.IDRules{PaddingIdx: new(3)}, Init: func(tensor.Dtype, ...int) any { return []float32{1} }}, `embedding "x": Init gave 1 values of float32: want 8 of float32 for shape (4, 2)`},
		{g, "x", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: layers.From("weights.txt")}, `embedding "x": Init gave a string: want []float32 or []float64`},
	} {
		if _, err := layers.NewEmbedding(tt.g, tt.name, tt.cfg); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
}

// Embedding rows trained to a target: the smallest training there is.
func TestEmbeddingOverfits(t *testing.T) {
	g := gorgonia.NewGraph()
	e := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, Init: layers.Normal(testkit.NewRand(1), 1)}))
	y := must(e.Forward(input(g, "ids", []int{4, 0, 4}, 3)))
	target := input(g, "target", []float32{1, 2, 3, -1, -2, -3, 1, 2, 3}, 3, 3)
	loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(gorgonia.Must(gorgonia.Sub(y, target))))))
	must(gorgonia.Grad(loss, e.Learnables()...))
	var cost gorgonia.Value
	gorgonia.Read(loss, &cost)
	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(e.Learnables()...))
	defer vm.Close()
	solver := gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.1))
	for range 100 {
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		if err := solver.Step(gorgonia.NodesToValueGrads(e.Learnables())); err != nil {
			t.Fatal(err)
		}
	}
	if got := cost.Data().(float32); got > 1e-9 {
		t.Errorf("loss after 100 steps: %v", got)
	}
}
