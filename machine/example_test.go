package machine_test

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/machine"
)

// Every node has the value that it computed: on a TapeMachine the vectors would have become the sum.
func ExampleNew() {
	must := gorgonia.Must
	g := gorgonia.NewGraph()
	words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
		NumEmbeddings: 3, EmbeddingDim: 2, Init: layers.From([]float32{0, 0, 10, 11, 20, 21})})
	if err != nil {
		panic(err)
	}
	ids := []int{1, 2}
	vectors := must(words.Forward(must(layers.Input(g, "ids", ids))))
	sum := must(gorgonia.Add(vectors, must(layers.Input(g, "positions", []float32{0, 1, 2, 3}, 2, 2))))

	m, err := machine.New(g)
	if err != nil {
		panic(err)
	}
	for _, id := range []int{2, 0} {
		ids[1] = id
		if err := m.RunAll(); err != nil {
			panic(err)
		}
		fmt.Println(vectors.Value().Data(), sum.Value().Data())
	}
	// Output:
	// [10 11 20 21] [10 12 22 24]
	// [10 11 0 0] [10 12 2 3]
}
