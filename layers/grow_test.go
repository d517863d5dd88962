package layers_test

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/optim"
)

// Old rows stay, new ones are what was asked for; settings stay too, and a padding row counted from the end.
func TestGrow(t *testing.T) {
	old := []float64{0, 0, 2, 3, 4, 7, 0, 0}
	for name, tt := range map[string]struct {
		init func(e *layers.Embedding) gorgonia.InitWFn
		want []float64
	}{
		"zero": {func(*layers.Embedding) gorgonia.InitWFn { return layers.Zeros() }, []float64{0, 0, 0, 0}},
		"mean": {func(e *layers.Embedding) gorgonia.InitWFn { return e.MeanRow() }, []float64{2, 10. / 3, 2, 10. / 3}},
		"copy": {func(e *layers.Embedding) gorgonia.InitWFn { return e.CopyRow(-2) }, []float64{4, 7, 4, 7}},
		"normal": {func(*layers.Embedding) gorgonia.InitWFn { return layers.Normal(testkit.NewRand(1), 2) },
			layers.Normal(testkit.NewRand(1), 2)(tensor.Float64, 2, 2).([]float64)},
	} {
		for _, dt := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			g := gorgonia.NewGraph()
			e := must(pretrained(g, "words", matrix(narrow(dt, old), 4, 2), layers.EmbeddingConfig{
				IDs: layers.IDRules{PaddingIdx: new(-1), Sparse: true, TrainRows: []int{1}, IgnoreIndex: new(-7)}}))
			init := tt.init(e)
			g2 := gorgonia.NewGraph()
			grown := &layers.Embedding{Table: must(e.Grow(g2, 6, init))}
			wantNear(t, name, grown.Weight().Value(), append(slices.Clone(old), tt.want...), 1e-6)
			wantNear(t, "the old table", e.Weight().Value(), old, 0)
			y := must(grown.Forward(input(g2, "ids", []int{-7, 1, 3, 4, 5, 0}, 6)))
			_, grads := backward(t, y, nil, grown.Weight())
			wantNear(t, "gradient", grads[0], []float64{0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1}, 0) // 0 and 3 are frozen or padding
			if got, want := grown.String(), "Embedding words (6, 2), padding 3, sparse, 3 rows frozen, ignores -7"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
	g := gorgonia.NewGraph()
	bag := must(layers.NewEmbeddingBag(g, "bag", layers.EmbeddingBagConfig{NumEmbeddings: 2, EmbeddingDim: 2, Mode: layers.BagMax, Init: layers.From([]float32{1, 2, 3, 4})}))
	g2 := gorgonia.NewGraph()
	grown := &layers.EmbeddingBag{Table: must(bag.Grow(g2, 4, bag.MeanRow())), Mode: layers.BagMax}
	y := must(grown.Forward(input(g2, "ids", []int{0, 2, 3}, 1, 3)))
	testkit.Run(t, g2)
	wantNear(t, "bag", y.Value(), []float64{2, 3}, 0)
	same := must(grown.Grow(gorgonia.NewGraph(), 4, bag.CopyRow(0)))
	wantNear(t, "as large as before", same.Weight().Value(), []float64{1, 2, 3, 4, 2, 3, 2, 3}, 0)
}

// Training goes on after a tied model grew: for words that are older than the growth the loss, and every step, is what
// it would have been, for logits of new words that cannot be chosen.
func TestGrowKeepsTraining(t *testing.T) {
	for _, isSparse := range []bool{false, true} {
		train := func(grow bool) []float64 {
			g := gorgonia.NewGraph()
			e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: isSparse}})
			s := must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.05}))
			for part := range 2 {
				if grow && part == 1 {
					g = gorgonia.NewGraph()
					e = &layers.Embedding{Table: must(e.Grow(g, 8, e.CopyRow(0)))}
					if err := s.Grow("words.weight", 8); err != nil {
						t.Fatal(err)
					}
				} else if part == 1 { // the same weights in a new graph
					w := e.Weight().Value().(*tensor.Dense)
					g = gorgonia.NewGraph()
					e = must(pretrained(g, "words", w, layers.EmbeddingConfig{IDs: layers.IDRules{Sparse: isSparse}}))
				}
				h := must(e.Forward(input(g, "ids", []int{4, 1, 1, 2}, 4)))
				logits := must(e.Attend(h))
				pick := make([]float64, logits.Shape().TotalSize()) // the old words' logits alone count
				for i := range pick {
					if vocab := logits.Shape()[1]; i%vocab < 5 {
						pick[i] = 1
					}
				}
				loss := sumSquares(gorgonia.Must(gorgonia.HadamardProd(logits, input(g, "pick", pick, logits.Shape()...))))
				must(gorgonia.Grad(loss, e.Learnables()...))
				vm := gorgonia.NewTapeMachine(g)
				for range 4 {
					vm.Reset()
					if err := vm.RunAll(); err != nil {
						t.Fatal(err)
					}
					if err := s.Step(gorgonia.NodesToValueGrads(e.Learnables())); err != nil {
						t.Fatal(err)
					}
				}
				must(0, vm.Close())
			}
			return wide(e.Weight().Value())
		}
		want, got := train(false), train(true)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-12 {
				t.Fatalf("sparse %t: old rows\n got %v\nwant %v", isSparse, got[:15], want)
			}
		}
	}
}

func TestGrowErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3})
	other := must(layers.NewEmbedding(gorgonia.NewGraph(), "other", layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 2, Init: layers.Zeros()}))
	for _, tt := range []struct {
		g     *gorgonia.ExprGraph
		vocab int
		init  gorgonia.InitWFn
		want  string
	}{
		{gorgonia.NewGraph(), 3, layers.Zeros(), `embedding "words": it has 4 rows and cannot grow to 3: want at least as many`},
		{gorgonia.NewGraph(), 5, nil, `embedding "words": no Init: choose one, such as layers.Normal(rnd, 1)`},
		{nil, 5, layers.Zeros(), `embedding "words": no graph: give it a gorgonia.NewGraph()`},
		{g, 5, layers.Zeros(), `embedding "words": it cannot grow in its own graph: give it a new one, and build the model on that`},
		{gorgonia.NewGraph(), 5, e.CopyRow(4), `embedding "words": CopyRow 4 is outside [-4, 4)`},
		{gorgonia.NewGraph(), 5, e.CopyRow(-5), `embedding "words": CopyRow -5 is outside [-4, 4)`},
		{gorgonia.NewGraph(), 5, other.MeanRow(), `embedding "words": the rows of embedding "other" have 2 elements: want a matrix of such rows, got shape (1, 3)`},
		{gorgonia.NewGraph(), 6, layers.From([]float64{1}), `embedding "words": Init gave 1 values of float64: want 6 of float64 for shape (2, 3)`},
	} {
		if _, err := e.Grow(tt.g, tt.vocab, tt.init); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
	bag := must(layers.NewEmbeddingBag(g, "bag", layers.EmbeddingBagConfig{NumEmbeddings: 2, EmbeddingDim: 2, Init: layers.Zeros()}))
	if _, err := bag.Grow(gorgonia.NewGraph(), 1, layers.Zeros()); err == nil || err.Error() != `embedding "bag": it has 2 rows and cannot grow to 1: want at least as many` {
		t.Errorf("got %v", err)
	}
}

// UnbindAll takes the weights off their nodes.
func TestTableWithoutValue(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
	must(e.Forward(input(g, "ids", []int{1}, 1)))
	mean, row := e.MeanRow(), e.CopyRow(0)
	other := embedding(gorgonia.NewGraph(), layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3})
	g.UnbindAll()
	want := `embedding "words": the parameter "words.weight" has no value any more: build the graph anew`
	for name, f := range map[string]func() error{
		"Forward":  func() error { _, err := e.Forward(input(g, "more", []int{1}, 1)); return err },
		"Grow":     func() error { _, err := e.Grow(gorgonia.NewGraph(), 5, layers.Zeros()); return err },
		"Quantize": func() error { _, err := e.Quantize(); return err },
		"MeanRow":  func() error { _, err := other.Grow(gorgonia.NewGraph(), 5, mean); return err },
		"CopyRow":  func() error { _, err := other.Grow(gorgonia.NewGraph(), 5, row); return err },
	} {
		if err := f(); err == nil || err.Error() != want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
