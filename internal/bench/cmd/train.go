package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/bench"
	"gorgonia-embedding/internal/safetensors"
	"gorgonia-embedding/model"
)

// trainFlags are those of train.
type trainFlags struct {
	Train   string `json:"train" help:"{file} to train on"`
	Dev     string `json:"dev" help:"{file} to choose the epoch by"`
	Test    string `json:"test" help:"{file} to print the accuracy on, if any"`
	Out     string `json:"out" help:"{path} of the files to write: path.safetensors and path.vocab"`
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
	vocab, classes, samples, err := read(o.Train, o.Dev, o.Test)
	if err != nil {
		return err
	}
	c, err := model.New(model.Config{Vocab: vocab.Len(), Dim: bench.Dim, Classes: classes, Seed: 1})
	if err != nil {
		return err
	}
	cfg := model.TrainConfig{Epochs: bench.TextEpochs, Batch: 32, LearningRate: 1e-3, Seed: 1, Optimizer: o.Solver, Workers: o.Workers}
	if o.Solver == "sgd" {
		cfg.LearningRate = 1
	}
	t, err := model.NewTrainer(c, cfg)
	if err != nil {
		return err
	}
	if _, err := t.Fit(ctx, samples[0], samples[1]); err != nil {
		return err
	}
	if err := save(o.Out, c, vocab); err != nil || o.Test == "" {
		return err
	}
	eval, err := c.Evaluate(ctx, samples[2])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%.4f\n", eval.Accuracy())
	return err
}

// read returns the samples of each file, in the words and classes of the first one; none of "".
func read(paths ...string) (vocab *data.Vocab, classes int, samples [][]data.Sample, err error) {
	examples := make([][]data.Example, len(paths))
	for i, path := range paths {
		if path == "" {
			continue
		}
		if examples[i], err = data.ReadFile(path); err != nil {
			return nil, 0, nil, err
		}
	}
	corpus := data.NewCorpus(examples[0])
	vocab = data.NewVocab(corpus.Counts(), data.VocabConfig{})
	labels, err := data.NewLabels(examples[0])
	if err != nil {
		return nil, 0, nil, err
	}
	samples = make([][]data.Sample, len(paths))
	for i := range samples {
		if i > 0 {
			corpus = data.NewCorpus(examples[i])
		}
		if samples[i], err = corpus.Encode(vocab, labels, 0); err != nil {
			return nil, 0, nil, err
		}
	}
	return vocab, len(labels), samples, nil
}

// save writes the weights and the words.
func save(path string, c *model.Classifier, vocab *data.Vocab) error {
	var tensors []safetensors.Tensor
	for name, weights := range c.Weights() {
		shape := []int{len(weights)}
		if strings.HasSuffix(name, ".weight") { // the table's and the linear layer's are rows of Dim
			shape = []int{len(weights) / bench.Dim, bench.Dim}
		}
		tensors = append(tensors, safetensors.Tensor{Name: name, Shape: shape, Data: weights})
	}
	var weights, words bytes.Buffer
	if err := safetensors.Write(&weights, nil, tensors); err != nil {
		return err
	}
	if err := vocab.Save(&words); err != nil {
		return err
	}
	if err := os.WriteFile(path+".safetensors", weights.Bytes(), 0o666); err != nil {
		return err
	}
	return os.WriteFile(path+".vocab", words.Bytes(), 0o666)
}
