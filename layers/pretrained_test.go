package layers_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/internal/testkit"
	"gorgonia-embedding/layers"
)

// The rows that a file of word vectors has; the others are drawn.
func ExamplePretrained() {
	words, file := []string{"<pad>", "good", "bad"}, map[string][]float32{"good": {1, 2}, "<pad>": {9, 9}}
	emb, err := layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{
		NumEmbeddings: 3, EmbeddingDim: 2,
		IDs:  layers.IDRules{PaddingIdx: new(0), FreezeRows: []int{1}, Sparse: true},
		Init: layers.Pretrained(func(id int) []float32 { return file[words[id]] }, layers.Normal(rand.New(rand.NewPCG(1, 1)), 0.1)),
	})
	check(err)
	for id := range words {
		fmt.Println(must(emb.Row(id)))
	}
	fmt.Println(emb)
	// Output:
	// [0 0]
	// [1 2]
	// [-0.009608235 -0.101309486]
	// Embedding words (3, 2), padding 0, sparse, 1 rows frozen
}

// Rows that are not known are those of a table without any that are, in both types.
func TestPretrained(t *testing.T) {
	known := map[int][]float32{0: {1, 2, 3}, 3: {4, 5, 6}}
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		table := func(row func(int) []float32) [][]float32 {
			init := layers.Normal(testkit.NewRand(1), 1)
			if row != nil {
				init = layers.Pretrained(row, init)
			}
			e := must(layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{NumEmbeddings: 5, EmbeddingDim: 3, Dtype: dt, Init: init}))
			var rows [][]float32
			for id := range 5 {
				rows = append(rows, must(e.Row(id)))
			}
			return rows
		}
		drawn := table(nil)
		for id, got := range table(func(id int) []float32 { return known[id] }) {
			want := drawn[id]
			if known[id] != nil {
				want = known[id]
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v: row %d is %v, want %v", dt, id, got, want)
			}
		}
	}
	if known[0][0] != 1 {
		t.Error("the vectors are no longer theirs")
	}
}

func TestPretrainedErrors(t *testing.T) {
	row := func(id int) []float32 { return []float32{1, 2}[:2-id/2] }
	for want, init := range map[string]gorgonia.InitWFn{
		`embedding "words": the pretrained row 2 has 1 numbers: want 2, the length of the table's rows`:                            layers.Pretrained(row, layers.Zeros()),
		`embedding "words": Pretrained fills a matrix, and needs an initialiser for the rows that are not known: got shape (3, 2)`: layers.Pretrained(row, nil),
		`embedding "words": Pretrained would change weights from outside (From): give it an initialiser that draws`:                layers.Pretrained(row, layers.From(make([]float32, 6))),
		`embedding "words": no Rand: give it a seeded *rand.Rand, such as rand.New(rand.NewPCG(1, 1))`:                             layers.Pretrained(row, layers.Normal(nil, 1)),
		`embedding "words": Init gave 1 values of float32: want 6 of float32 for shape (3, 2)`:                                     layers.Pretrained(row, func(tensor.Dtype, ...int) any { return []float32{1} }),
	} {
		_, err := layers.NewEmbedding(gorgonia.NewGraph(), "words", layers.EmbeddingConfig{NumEmbeddings: 3, EmbeddingDim: 2, Init: init})
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	_, err := layers.NewLinear(gorgonia.NewGraph(), "l", layers.LinearConfig{InFeatures: 2, OutFeatures: 2, Init: layers.Zeros(), BiasInit: layers.Pretrained(row, layers.Zeros())})
	if err == nil {
		t.Error("a vector was filled")
	}
}
