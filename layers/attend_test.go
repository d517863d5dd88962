package layers_test

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/sparse"
)

// tiedModel is a table that is input and output weight of a classifier of the next word: its learnables and loss.
func tiedModel(g *gorgonia.ExprGraph, cfg layers.EmbeddingConfig) (*layers.Embedding, *gorgonia.Node) {
	cfg.NumEmbeddings, cfg.EmbeddingDim = 5, 3
	e := embedding(g, cfg)
	h := gorgonia.Must(gorgonia.Tanh(must(e.Forward(input(g, "ids", []int{4, 1, 1, 2}, 4)))))
	return e, must(loss.CrossEntropy(must(e.Attend(h)), input(g, "next", []int{1, 1, 2, 0}, 4)))
}

func TestAttend(t *testing.T) {
	for _, shape := range [][]int{{2}, {3, 2}, {2, 3, 2}} {
		g := gorgonia.NewGraph()
		e := must(layers.NewEmbedding(g, "words", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, Dtype: tensor.Float64, Init: layers.From([]float64{1, 2, 3, 4, 5, 6})}))
		n := tensor.Shape(shape).TotalSize()
		h := testkit.Randoms[float64](testkit.NewRand(1), n)
		logits := must(e.Attend(input(g, "h", h, shape...)))
		testkit.Run(t, g)
		var want []float64
		for at := 0; at < n; at += 2 {
			want = append(want, h[at]+2*h[at+1], 3*h[at]+4*h[at+1], 5*h[at]+6*h[at+1])
		}
		wantNear(t, "logits", logits.Value(), want, 1e-14)
		if last := logits.Shape()[len(shape)-1]; last != 3 || logits.Dims() != len(shape) {
			t.Errorf("shape %v → %v", shape, logits.Shape())
		}
	}
}

// The gradient of a tied table is the sum of its two uses; in sparse mode a dense and a sparse one that optim adds. Frozen
// rows get none, of either use. The same steps give the same weights, whichever of the two uses comes first.
func TestAttendSparseEqualsDense(t *testing.T) {
	for _, frozen := range [][]int{nil, {1, -1}} {
		var want []float64
		for _, isSparse := range []bool{false, true} {
			g := gorgonia.NewGraph()
			e, loss := tiedModel(g, layers.EmbeddingConfig{IDs: layers.IDRules{Sparse: isSparse, FreezeRows: frozen}})
			start := slices.Clone(wide(e.Weight().Value()))
			nodes := e.Learnables()
			must(gorgonia.Grad(loss, nodes...))
			s := must(optim.New(optim.Adam{}, optim.Config{LearningRate: 0.1}))
			vm := gorgonia.NewTapeMachine(g)
			defer vm.Close()
			for range 5 {
				vm.Reset()
				if err := vm.RunAll(); err != nil {
					t.Fatal(err)
				}
				if isSparse {
					_, ok0 := must(nodes[0].Grad()).(*sparse.Rows)
					_, ok1 := must(nodes[1].Grad()).(*sparse.Rows)
					if len(nodes) != 2 || !ok0 || ok1 {
						t.Errorf("gradients of %v", nodes)
					}
				}
				if err := s.Step(gorgonia.NodesToValueGrads(nodes)); err != nil {
					t.Fatal(err)
				}
			}
			got := wide(e.Weight().Value())
			for _, id := range frozen {
				id = (id + 5) % 5
				if !slices.Equal(got[id*3:id*3+3], start[id*3:id*3+3]) {
					t.Errorf("sparse %t: the frozen row %d went to %v", isSparse, id, got[id*3:id*3+3])
				}
			}
			if want == nil {
				want = got
			} else {
				wantNear(t, "weights", e.Weight().Value(), want, 1e-12)
			}
			if slices.Equal(got, start) {
				t.Error("nothing moved")
			}
		}
	}
}

// Attend may come before Forward.
func TestAttendFirst(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3, IDs: layers.IDRules{Sparse: true}})
	a := must(e.Attend(input(g, "h", testkit.Randoms[float64](testkit.NewRand(1), 6), 2, 3)))
	b := must(e.Forward(input(g, "ids", []int{1, 2}, 2)))
	loss := gorgonia.Must(gorgonia.Add(sumSquares(a), sumSquares(b)))
	must(gorgonia.Grad(loss, e.Learnables()...))
	testkit.Run(t, g)
	for i, n := range e.Learnables() {
		if _, ok := must(n.Grad()).(*sparse.Rows); ok != (i == 1) {
			t.Errorf("the gradient of %v is a %T", n, must(n.Grad()))
		}
	}
}

func TestAttendErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	e := embedding(g, layers.EmbeddingConfig{NumEmbeddings: 4, EmbeddingDim: 3})
	for _, tt := range []struct {
		h    *gorgonia.Node
		want string
	}{
		{nil, `embedding "words": attend: h: the node is nil`},
		{input(g, "a", []float64{1, 2}, 1, 2), `embedding "words": attend: want an input of shape (…, 3), got (1, 2)`},
		{testkit.Leaf(g, "b", []float64{1}), `embedding "words": attend: want an input of shape (…, 3), got ()`},
	} {
		if _, err := e.Attend(tt.h); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %v", err, tt.want)
		}
	}
	if _, err := e.Attend(input(g, "c", []float32{1, 2, 3}, 3)); err == nil {
		t.Error("float32 for a float64 table: no error")
	}
}
