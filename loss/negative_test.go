package loss_test

import (
	"math"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/golden"
	"gorgonia-embedding/internal/gradcheck"
	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
)

// words adds a table of weights w.
func words(g graph, name string, w any, vocab, dim int, rules layers.IDRules) *layers.Table {
	dt := tensor.Float64
	if _, narrow := w.([]float32); narrow {
		dt = tensor.Float32
	}
	return testkit.Must(layers.NewEmbedding(g, name, layers.EmbeddingConfig{
		NumEmbeddings: vocab, EmbeddingDim: dim, IDs: rules, Dtype: dt, Init: layers.From(w)})).Table
}

func pairs(g graph, centres, contexts, negatives []int) loss.Pairs {
	n := len(centres)
	return loss.Pairs{Centres: input(g, "c", centres, n), Contexts: input(g, "o", contexts, n), Negatives: input(g, "n", negatives, n, len(negatives)/n)}
}

func TestGoldenNegativeSampling(t *testing.T) {
	for _, c := range golden.Load(t, golden.Losses, "negative_sampling") {
		for _, sparse := range []bool{false, true} {
			t.Run(c.Name+" sparse="+strconv.FormatBool(sparse), func(t *testing.T) {
				g, rules := gorgonia.NewGraph(), layers.IDRules{Sparse: sparse}
				u, uShape := c.Floats(t, "centres")
				v, vShape := c.Floats(t, "contexts")
				centres, _ := c.Ints(t, "centre_ids")
				contexts, _ := c.Ints(t, "context_ids")
				negatives, _ := c.Ints(t, "negative_ids")
				x, y := words(g, "u", u, uShape[0], uShape[1], rules), words(g, "v", v, vShape[0], vShape[1], rules)
				cost := testkit.Must(loss.NegativeSamplingWith(x, y, pairs(g, centres, contexts, negatives), reduction(t, c)))
				wantGolden(t, c, cost, map[string]*gorgonia.Node{"centres": x.Weight(), "contexts": y.Weight()})
			})
		}
	}
}

func TestNegativeSamplingGradients(t *testing.T) {
	ignore := layers.IDRules{IgnoreIndex: new(-1)}
	for name, tt := range map[string]struct {
		centres, contexts layers.IDRules
		c, o, n           []int
		reduction         loss.Reduction
	}{
		"one":        {c: []int{0}, o: []int{3}, n: []int{1}},
		"repeated":   {c: []int{2, 2, 0}, o: []int{0, 0, 0}, n: []int{0, 1, 1, 1, 3, 0}},
		"padding":    {centres: layers.IDRules{PaddingIdx: new(2)}, contexts: layers.IDRules{Sparse: true}, c: []int{1, 0}, o: []int{0, 3}, n: []int{0, 1, 1, 1}, reduction: loss.Sum},
		"ignored":    {centres: ignore, contexts: ignore, c: []int{-1, 2, 0, 1}, o: []int{0, -1, 0, 3}, n: []int{0, 1, 1, 1, 3, -1, -1, -1}},
		"none":       {contexts: ignore, c: []int{1, 2, 0}, o: []int{0, -1, 0}, n: []int{0, 1, 1, 1, 3, -1}, reduction: loss.None},
		"no example": {contexts: ignore, c: []int{1, 2}, o: []int{-1, -1}, n: []int{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Check(t, 1e-7, func(g graph) (*gorgonia.Node, gorgonia.Nodes) {
				x := words(g, "u", testkit.Randoms[float64](testkit.NewRand(6), 9), 3, 3, tt.centres)
				y := words(g, "v", testkit.Randoms[float64](testkit.NewRand(7), 12), 4, 3, tt.contexts)
				cost := testkit.Must(loss.NegativeSamplingWith(x, y, pairs(g, tt.c, tt.o, tt.n), tt.reduction))
				return total(cost), append(x.Learnables(), y.Learnables()...)
			})
		})
	}
}

// Examples and negatives of ignored ids are as if they were not there.
func TestNegativeSamplingIgnores(t *testing.T) {
	run := func(c, o, n []int) float64 {
		g, rules := gorgonia.NewGraph(), layers.IDRules{IgnoreIndex: new(-1)}
		x := words(g, "u", testkit.Randoms[float64](testkit.NewRand(6), 9), 3, 3, rules)
		y := words(g, "v", testkit.Randoms[float64](testkit.NewRand(7), 12), 4, 3, rules)
		cost := testkit.Must(loss.NegativeSampling(x, y, pairs(g, c, o, n)))
		testkit.Run(t, g)
		return elements(cost.Value())[0]
	}
	want := run([]int{0, 1}, []int{2, 3}, []int{0, 1})
	for _, got := range []float64{
		run([]int{0, 1}, []int{2, 3}, []int{0, -1, -1, 1}), run([]int{0, -1, 1}, []int{2, 0, 3}, []int{0, 2, 1}),
		run([]int{0, 1, 1}, []int{2, 3, -1}, []int{0, 1, 1}),
	} {
		if math.Abs(got-want) > 1e-15 {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

// Scores of any size, and a thousand of them, which would overflow a product.
func TestNegativeSamplingIsStable(t *testing.T) {
	for _, tt := range []struct{ score, want float64 }{{1000, 2000 * 1000}, {-1000, 1000}, {0, 2001 * math.Ln2}} {
		g := gorgonia.NewGraph()
		x, y := words(g, "u", []float32{float32(tt.score)}, 1, 1, layers.IDRules{}), words(g, "v", []float32{1}, 1, 1, layers.IDRules{})
		cost := testkit.Must(loss.NegativeSampling(x, y, pairs(g, []int{0}, []int{0}, make([]int, 2000))))
		testkit.Run(t, g)
		if got := elements(cost.Value())[0]; math.Abs(got-tt.want) > 1e-7*tt.want {
			t.Errorf("score %v: got %v, want %v", tt.score, got, tt.want)
		}
	}
}

func TestNegativeSamplingErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x, y := words(g, "u", make([]float64, 6), 3, 2, layers.IDRules{}), words(g, "v", make([]float64, 9), 3, 3, layers.IDRules{})
	in := pairs(g, []int{0, 1}, []int{2, 2}, []int{0, 0})
	flat := in
	flat.Negatives = in.Contexts
	_, err := loss.NegativeSampling(x, nil, in)
	wantError(t, err, "negative sampling: a table is nil")
	_, err = loss.NegativeSampling(x, x, loss.Pairs{Centres: in.Centres})
	wantError(t, err, "negative sampling: Contexts: the node is nil")
	_, err = loss.NegativeSampling(x, x, flat)
	wantError(t, err, "negative sampling: want Centres (…), Contexts (…) and Negatives (…, k), got (2), (2) and (2)")
	_, err = loss.NegativeSampling(x, y, in)
	wantError(t, err, `negative sampling: embedding "u": dots: rows of 2 elements and of 3, as those of "v", have no product`)
	_, err = loss.NegativeSamplingWith(x, x, in, 7)
	wantError(t, err, "negative sampling: Reduction must be Mean, Sum or None, got 7")

	in.Contexts = input(g, "bad", []int{0, 3}, 2)
	testkit.Must(loss.NegativeSampling(x, x, in))
	if err := gorgonia.NewTapeMachine(g).RunAll(); err == nil || !strings.Contains(err.Error(), `embedding "u": id 3 at position 1 (of shape (2)) is outside [0, 3)`) {
		t.Errorf("got %v", err)
	}
}

// No vector is copied for a pair: the graph's memory is that of its scores, of the rows' gradients and of an index.
func TestNegativeSamplingMakesNoVectors(t *testing.T) {
	const vocab, dim, n, k = 100, 512, 64, 64
	rnd, g := testkit.NewRand(1), gorgonia.NewGraph()
	x := words(g, "u", testkit.Randoms[float32](rnd, vocab*dim), vocab, dim, layers.IDRules{Sparse: true})
	y := words(g, "v", testkit.Randoms[float32](rnd, vocab*dim), vocab, dim, layers.IDRules{Sparse: true})
	ids := func(n int) []int {
		ids := make([]int, n)
		for i := range ids {
			ids[i] = rnd.IntN(vocab)
		}
		return ids
	}
	cost := testkit.Must(loss.NegativeSampling(x, y, pairs(g, ids(n), ids(n), ids(n*k))))
	testkit.Must(gorgonia.Grad(cost, append(x.Learnables(), y.Learnables()...)...))
	vm := gorgonia.NewTapeMachine(g)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > n*k*dim*4/2 {
		t.Errorf("a run made %d bytes, and its %d × %d vectors have %d", got, n, k, n*k*dim*4)
	}
}
