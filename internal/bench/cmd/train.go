package main

import (
	"context"
	"fmt"
	"io"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/bench"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	trainer "gorgonia-embedding/train"
)

// trainFlags are the flags of the command train.
type trainFlags struct {
	Train   string `json:"train" help:"{file} to train on"`
	Dev     string `json:"dev" help:"{file} to choose the epoch by"`
	Test    string `json:"test" help:"{file} to print the accuracy on, if any"`
	Out     string `json:"out" help:"{folder} to save the model to"`
	Solver  string `json:"solver" help:"{name}: sgd or adam"`
	Workers int    `json:"workers" help:"replicas that train at once"`
}

// train goes the whole way from a file of texts to a file of weights, as fastText's supervised command goes it:
// embedding → mean → classes. The learning rates are those that reach fastText's accuracy.
func train(ctx context.Context, args []string, stdout io.Writer) error {
	o := trainFlags{Solver: "adam", Workers: 1}
	if _, err := parse("train [flags]", &o, args, stdout); err != nil {
		return err
	}
	vocab, labels, samples, err := read(o.Train, o.Dev, o.Test)
	if err != nil {
		return err
	}
	c, err := model.New(model.Config{Seed: 1, Arch: model.Bag{Dim: bench.Dim}}, vocab, labels)
	if err != nil {
		return err
	}
	rule, err := optim.ParseRule(o.Solver)
	if err != nil {
		return err
	}
	cfg := trainer.Config{Epochs: bench.TextEpochs, Batch: 32, Seed: 1, Rule: rule, Optim: optim.Config{LearningRate: 1e-3}, Workers: o.Workers}
	if o.Solver == "sgd" {
		cfg.Optim.LearningRate = 1
	}
	t, err := trainer.New(c.Task(samples[0], samples[1]), cfg)
	if err != nil {
		return err
	}
	if _, err := t.Fit(ctx); err != nil {
		return err
	}
	if err := c.Save(o.Out, model.Run{}); err != nil || o.Test == "" {
		return err
	}
	eval, err := c.Evaluate(ctx, samples[2])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%.4f\n", eval.Accuracy())
	return err
}

// read returns the samples of each file, encoded by the words and classes of the first; none for the path "".
func read(paths ...string) (vocab *data.Vocab, labels data.Labels, samples [][]data.Sample, err error) {
	samples = make([][]data.Sample, len(paths))
	for i, path := range paths {
		if path == "" {
			continue
		}
		corpus, err := corpusOf(path)
		if err != nil {
			return nil, nil, nil, err
		}
		if i == 0 {
			vocab = data.NewVocab(corpus.Counts(), data.VocabConfig{})
			if labels, err = corpus.Labels(); err != nil {
				return nil, nil, nil, err
			}
		}
		if samples[i], err = corpus.Encode(vocab, labels, 0); err != nil {
			return nil, nil, nil, err
		}
	}
	return vocab, labels, samples, nil
}

func corpusOf(path string) (*data.Corpus, error) {
	source, err := data.Open(path, data.ReadConfig{})
	if err != nil {
		return nil, err
	}
	defer source.Close()
	return data.ReadCorpus(source.Rows())
}
