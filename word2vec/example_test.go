package word2vec_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	"gorgonia-embedding/data"
	"gorgonia-embedding/vectors"
	"gorgonia-embedding/word2vec"
)

// Vectors of the words of the toy set, and their neighbours.
func ExampleTrain() {
	opinions, _, _ := data.Toy()
	corpus := word2vec.Sequences(func(yield func([]string) bool) {
		for _, o := range opinions {
			if !yield(data.Words(o.Text)) {
				return
			}
		}
	})
	cfg := word2vec.Defaults()
	cfg.Dim, cfg.Epochs, cfg.Sample = 32, 20, 1e-4
	model, err := word2vec.Train(context.Background(), corpus, cfg)
	if err != nil {
		log.Fatal(err)
	}
	table, err := vectors.New(model, model.Vectors())
	if err != nil {
		log.Fatal(err)
	}
	near, err := table.Nearest(3, "waiter", "boring")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(near)
	// Output:
	// waiter       boring
	// greasy 0.77  bland 0.79
	// table 0.77   underwhelming 0.74
	// duck 0.77    sloppy 0.74
}

// Items that are bought together: a list for each basket.
func ExampleIDs() {
	baskets := [][]int{{1, 2, 3}, {7, 8, 9}, {3, 1}, {9, 7}, {2, 3, 1}, {8, 9}, {1, 2}, {7, 8}}
	cfg := word2vec.Defaults()
	cfg.Dim, cfg.MinCount, cfg.Sample, cfg.Epochs = 10, 1, 0, 200
	model, err := word2vec.Train(context.Background(), word2vec.IDs(slices.Values(baskets)), cfg)
	if err != nil {
		log.Fatal(err)
	}
	table, err := vectors.New(model, model.Vectors())
	if err != nil {
		log.Fatal(err)
	}
	near, err := table.Nearest(2, "1", "7")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(near)
	// Output:
	// 1       7
	// 3 0.36  9 0.43
	// 2 0.35  8 0.39
}
