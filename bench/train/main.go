// Train is the whole way from a file of texts to a file of weights, as fastText's supervised command goes it:
// embedding → mean → classes, trained by packages model and train.
//
//	go run ./bench/train -train train.tsv -dev dev.tsv -out model [-solver sgd|adam] [-workers n] [-test test.tsv]
//
// It writes model.safetensors and model.vocab. With -test it prints the accuracy on that file.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"gorgonia-embedding/bench"
	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

type options struct {
	train, dev, test, out string
	solver                string
	workers               int
}

func main() {
	var o options
	flag.StringVar(&o.train, "train", "", "file to train on")
	flag.StringVar(&o.dev, "dev", "", "file to choose the epoch on")
	flag.StringVar(&o.test, "test", "", "file to print the accuracy on, if any")
	flag.StringVar(&o.out, "out", "", "where to write to, without an ending")
	flag.StringVar(&o.solver, "solver", "adam", "sgd or adam")
	flag.IntVar(&o.workers, "workers", 1, "replicas that train at once")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

// config is the training's. fastText's runs too are of 10 epochs; the rates are those that reach its accuracy.
func config(o options) train.Config {
	cfg := train.Config{Epochs: 10, Batch: 32, Seed: 1, Rule: optim.Adam{}, Optim: optim.Config{LearningRate: 1e-3}, Workers: o.workers}
	if o.solver == "sgd" {
		cfg.Rule, cfg.Optim.LearningRate = optim.SGD{}, 1
	}
	return cfg
}

func run(o options) error {
	examples, err := data.ReadFile(o.train)
	if err != nil {
		return err
	}
	vocab := data.NewVocab(examples, data.VocabConfig{})
	labels, err := data.NewLabels(examples)
	if err != nil {
		return err
	}
	rows, err := data.Encode(examples, vocab, labels, 0)
	if err != nil {
		return err
	}
	dev, err := read(o.dev, vocab, labels)
	if err != nil {
		return err
	}
	c, err := model.New(model.Config{Vocab: vocab.Len(), Classes: len(labels), Seed: 1, Arch: model.Bag{Dim: bench.Dim}})
	if err != nil {
		return err
	}
	t, err := train.New(c.Task(rows, dev), config(o))
	if err != nil {
		return err
	}
	if _, err := t.Fit(context.Background()); err != nil {
		return err
	}
	if err := save(o.out, c, vocab); err != nil || o.test == "" {
		return err
	}
	return accuracy(o.test, c, vocab, labels)
}

func read(path string, vocab *data.Vocab, labels data.Labels) ([]data.Sample, error) {
	examples, err := data.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return data.Encode(examples, vocab, labels, 0)
}

// save writes the weights and the words.
func save(path string, c *model.Classifier, vocab *data.Vocab) error {
	if err := create(path+".safetensors", c.Params().Save); err != nil {
		return err
	}
	return create(path+".vocab", vocab.Save)
}

func create(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

func accuracy(path string, c *model.Classifier, vocab *data.Vocab, labels data.Labels) error {
	test, err := read(path, vocab, labels)
	if err != nil {
		return err
	}
	eval, err := c.Evaluate(context.Background(), test)
	if err != nil {
		return err
	}
	fmt.Printf("%.4f\n", eval.Accuracy())
	return nil
}
