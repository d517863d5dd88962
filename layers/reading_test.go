package layers_test

import (
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
)

// The value of a layer's node is overwritten by an elementwise op of Gorgonia behind it, and that of a stock op by its
// gradient; what gorgonia.Read copies is what was computed.
func TestReadIsRightWhereValueIsNot(t *testing.T) {
	want := map[string][]float64{"vectors": {1, 2, 5, 6}, "scores": {3, 11}, "probabilities": {0.9526, 1}}
	for _, read := range []bool{false, true} {
		g := gorgonia.NewGraph()
		e := must(layers.NewEmbedding(g, "e", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, Init: layers.From([]float32{1, 2, 3, 4, 5, 6})}))
		l := must(layers.NewLinear(g, "l", layers.LinearConfig{InFeatures: 2, OutFeatures: 1, Init: layers.From([]float32{1, 1})}))
		vectors := must(e.Forward(input(g, "x", []int{0, 2}, 2)))
		scores := must(l.Forward(vectors))
		probabilities := gorgonia.Must(gorgonia.Sigmoid(scores))
		_ = gorgonia.Must(gorgonia.Add(vectors, input(g, "positions", []float32{9, 9, 9, 9}, 2, 2)))
		cost := gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(probabilities))))
		must(gorgonia.Grad(cost, append(e.Learnables(), l.Learnables()...)...))
		nodes := map[string]*gorgonia.Node{"vectors": vectors, "scores": scores, "probabilities": probabilities}
		values := make(map[string]*gorgonia.Value)
		if read {
			for name, n := range nodes {
				values[name] = new(gorgonia.Value)
				gorgonia.Read(n, values[name])
			}
		}
		testkit.Run(t, g)
		wrong := 0
		for name, n := range nodes {
			if read {
				wantNear(t, name, *values[name], want[name], 1e-4)
			} else if got := float64s(n); !slices.Equal(got, want[name]) && got[0] != want[name][0] {
				wrong++
			}
		}
		if !read && wrong == 0 {
			t.Error("Value of nodes in the middle is right now: the advice to read by gorgonia.Read may go")
		}
	}
}

// Two inputs without a name, or of one name, would be one node, and the second one's value dropped: layers.Input refuses.
func TestInputsWithoutNamesAreRefused(t *testing.T) {
	g := gorgonia.NewGraph()
	input(g, "ids", []int{1, 2}, 2)
	for name, want := range map[string]string{
		"":    `input "": no name: give each layer and input its own`,
		"ids": `input "ids": the graph already has a node called "ids": give each layer and input its own name`,
	} {
		if _, err := layers.Input(g, name, []int{3, 4}); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestInputErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	for want, input := range map[string]func() (*gorgonia.Node, error){
		`input "x": no graph: give it a gorgonia.NewGraph()`:                                      func() (*gorgonia.Node, error) { return layers.Input(nil, "x", []int{1}) },
		`input "x": want backing of []int, []int32, []int64, []float32 or []float64, got []uint8`: func() (*gorgonia.Node, error) { return layers.Input(g, "x", []byte{1}) },
		`input "x": backing of 2 elements does not fill the shape (2, 3): want 6`:                 func() (*gorgonia.Node, error) { return layers.Input(g, "x", []int{1, 2}, 2, 3) },
		`input "x": the shape (-1, -2) has a negative size`:                                       func() (*gorgonia.Node, error) { return layers.Input(g, "x", []int{1, 2}, -1, -2) },
	} {
		if _, err := input(); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// An initialiser without a source of random numbers is an error of the constructor, not a panic.
func TestInitialisersWithoutRandAreErrors(t *testing.T) {
	for name, init := range map[string]gorgonia.InitWFn{
		"Normal": layers.Normal(nil, 1), "Uniform": layers.Uniform(nil, -1, 1), "Glorot": layers.Glorot(nil),
	} {
		g := gorgonia.NewGraph()
		_, embedding := layers.NewEmbedding(g, "e", layers.EmbeddingConfig{NumEmbeddings: 2, EmbeddingDim: 1, IDs: layers.IDRules{PaddingIdx: new(0)}, Init: init})
		_, linear := layers.NewLinear(g, "l", layers.LinearConfig{InFeatures: 2, OutFeatures: 1, Init: init})
		_, grown := newLinear(g, "old", 2, 2).Grow(gorgonia.NewGraph(), 3, init, nil)
		for layer, err := range map[string]error{`embedding "e"`: embedding, `linear "l"`: linear, `linear "old"`: grown} {
			if want := layer + ": no Rand: give it a seeded *rand.Rand, such as rand.New(rand.NewPCG(1, 1))"; err == nil || err.Error() != want {
				t.Errorf("%s: got %v, want %s", name, err, want)
			}
		}
	}
}

// Two float types in one graph are named, with what they are the types of.
func TestMixedDtypesAreNamed(t *testing.T) {
	g := gorgonia.NewGraph()
	l := must(layers.NewLinear(g, "l", layers.LinearConfig{InFeatures: 2, OutFeatures: 1, Init: layers.Zeros()}))
	e := must(layers.NewEmbedding(g, "e", layers.EmbeddingConfig{NumEmbeddings: 2, EmbeddingDim: 2, Dtype: tensor.Float64, Init: layers.Zeros()}))
	x := must(e.Forward(input(g, "ids", []int{0, 1}, 2)))
	_, linear := l.Forward(x)
	_, attend := e.Attend(input(g, "h", []float32{1, 2}, 1, 2))
	for want, err := range map[string]error{
		`linear "l": weight must be float64, as x, got float32`:            linear,
		`embedding "e": attend: weight must be float32, as h, got float64`: attend,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// Offsets as torch's default has them, without the end of the last bag, say one bag less than torch means: there may be
// room behind the last. A loss whose labels are of all bags refuses to be built; NoLastOffset says what is meant.
func TestOffsetsOfTorchNeedNoLastOffset(t *testing.T) {
	for _, noLast := range []bool{false, true} {
		g := gorgonia.NewGraph()
		texts := layers.Texts{IDs: input(g, "ids", []int{0, 1, 1, 2}, 4), Offsets: input(g, "offsets", []int{0, 2}, 2), NoLastOffset: noLast}
		y := must(layers.Bag(table(g, "w", 3, 2), texts, layers.BagSum, layers.IDRules{}))
		_, err := loss.CrossEntropy(y, input(g, "labels", []int{0, 1}, 2))
		if noLast && err != nil {
			t.Error(err)
		}
		if !noLast && (err == nil || !strings.Contains(err.Error(), "got (1, 2) and (2)")) {
			t.Errorf("got %v", err)
		}
	}
}
