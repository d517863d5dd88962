package model_test

import (
	"context"
	"fmt"

	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// A classifier that learns which of two sets most of a text's words are from.
func Example() {
	var samples []data.Sample
	for i := range int32(100) {
		label := i % 2
		samples = append(samples, data.Sample{IDs: []int32{2 + label + 2*(i%5), 2 + label + 2*(i%7), 2 + i%20}, Label: int(label)})
	}
	c, err := model.New(model.Config{Vocab: 22, Classes: 2, Seed: 1, Arch: model.Bag{Dim: 8}})
	check(err)
	t, err := train.New(c.Task(samples, samples), train.Config{Epochs: 30, Batch: 10, Optim: optim.Config{LearningRate: 0.05}})
	check(err)
	history, err := t.Fit(context.Background())
	check(err)
	eval, err := c.Evaluate(context.Background(), samples)
	check(err)
	fmt.Println(c)
	fmt.Println(len(history.Epochs), "epochs, accuracy", eval.Accuracy())
	// Output:
	// embedding 22×8 → mean → 2 classes, 194 weights
	// 30 epochs, accuracy 1
}

func ExampleConfusion() {
	m := model.Confusion{{3, 1}, {2, 4}}
	fmt.Println(m.Accuracy(), m.Precision(1), m.Recall(0))
	fmt.Print(m.Report([]string{"bad", "good"}))
	// Output:
	// 0.7 0.8 0.75
	//   class  precision  recall     F1  samples
	//     bad      0.600   0.750  0.667        4
	//    good      0.800   0.667  0.727        6
	//
	//   class \ taken for  bad  good
	//                 bad    3     1
	//                good    2     4
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
