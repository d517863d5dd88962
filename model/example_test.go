package model_test

import (
	"context"
	"fmt"
	"os"

	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// A classifier learns from eight texts, and tells the class of another one.
func Example() {
	examples := []data.Example{
		{Label: "good", Text: "a fine film"}, {Label: "good", Text: "great fun"}, {Label: "good", Text: "a great film"}, {Label: "good", Text: "fine fun"},
		{Label: "bad", Text: "a dull film"}, {Label: "bad", Text: "no fun"}, {Label: "bad", Text: "a dull bore"}, {Label: "bad", Text: "no film"},
	}
	corpus := data.NewCorpus(examples)
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
	labels, err := corpus.Labels()
	check(err)
	samples, err := corpus.Encode(vocab, labels, 0)
	check(err)
	c, err := model.New(model.Config{Seed: 1, Arch: model.Bag{Dim: 8}}, vocab, labels)
	check(err)
	t, err := train.New(c.Task(samples, samples), train.Config{Epochs: 30, Batch: 4, Optim: optim.Config{LearningRate: 0.05}})
	check(err)
	history, err := t.Fit(context.Background())
	check(err)
	p, err := c.Predict("a fine bore, great fun")
	check(err)
	fmt.Println(c)
	fmt.Printf("%d epochs; %s %.2f\n", len(history.Epochs), p.Label, p.Score)
	// Output:
	// embedding 10×8 → mean → 2 classes, 98 weights
	// 30 epochs; good 0.99
}

// A saved model in the program that uses it.
func ExampleLoad() {
	c, err := model.Load(os.DirFS("../examples/service/opinions"))
	check(err)
	p, err := c.Predict("The coffee was terrific")
	check(err)
	fmt.Printf("%s %.2f\n", p.Label, p.Score)
	// Output:
	// positive 0.98
}

func ExampleClassifier_Explain() {
	c, err := model.Load(os.DirFS("../examples/service/opinions"))
	check(err)
	e, err := c.Explain("A terrific cake, but xyzzy")
	check(err)
	fmt.Print(e)
	// Output:
	// positive 0.994
	// word      part
	// a         -0.004
	// terrific  +0.302  ++++++++++++++++++++
	// cake      -0.003
	// ,         -0.003
	// but       -0.001
	// xyzzy     -0.004  unknown
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
