package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/model"
	"gorgonia-embedding/train"
)

// run is the command: it trains as args say, and writes the summary to stdout and progress to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	if o.Out != "" {
		if err := model.CheckSave(o.Out); err != nil {
			return err
		}
	}
	set, err := load(o)
	if err != nil {
		return err
	}
	c, err := model.New(o.Model, set.vocab, set.labels)
	if err != nil {
		return err
	}
	task := c.Task(set.train, set.dev)
	task.Sparse = o.Sparse
	t, err := train.New(task, o.Training)
	if err != nil {
		return err
	}
	progress := cli.NewProgress(stderr)
	if !o.Quiet {
		t.OnBatch = progress.Batch
		t.OnEpoch = func(e train.Epoch) {
			progress.Epoch("epoch %d/%d  loss %.4f  dev accuracy %.3f  %.0f words/s",
				e.Number, o.Training.Epochs, e.Loss, e.Dev.Accuracy, float64(set.words())/e.Time.Seconds())
		}
	}
	history, err := t.Fit(ctx)
	progress.Clear()
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(stderr, "interrupted in epoch %d: evaluating the best weights so far\n", len(history.Epochs)+1)
	} else if err != nil {
		return err
	}
	return summarize(o, set, c, history, stdout)
}

// dataset is the examples in numbers.
type dataset struct {
	name             string
	vocab            *data.Vocab
	labels           data.Labels
	train, dev, test []data.Sample
}

// words returns the number of words to train on.
func (s *dataset) words() (n int) {
	for _, sample := range s.train {
		n += len(sample.IDs)
	}
	return n
}

func load(o options) (*dataset, error) {
	trainSet, dev, test, err := read(o)
	if err != nil {
		return nil, err
	}
	corpus := data.NewCorpus(trainSet)
	set := &dataset{name: "toy set", vocab: data.NewVocab(corpus.Counts(), data.VocabConfig{MinCount: o.MinCount})}
	if o.Train != "" {
		set.name = o.Train
	}
	if set.labels, err = data.NewLabels(trainSet); err != nil {
		return nil, err
	}
	for _, split := range []struct {
		samples *[]data.Sample
		corpus  *data.Corpus
	}{{&set.train, corpus}, {&set.dev, data.NewCorpus(dev)}, {&set.test, data.NewCorpus(test)}} {
		if *split.samples, err = split.corpus.Encode(set.vocab, set.labels, o.Model.MaxLen); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func read(o options) (train, dev, test []data.Example, err error) {
	if o.Train == "" {
		train, dev, test = data.Toy()
		return train, dev, test, nil
	}
	if train, err = data.ReadFile(o.Train); err != nil {
		return nil, nil, nil, err
	}
	if dev, err = data.ReadFile(o.Dev); err != nil {
		return nil, nil, nil, err
	}
	test, err = data.ReadFile(o.Test)
	return train, dev, test, err
}

// summarize evaluates the classifier and prints what came of the training. It writes no time: the same
// flags and files give the same text.
func summarize(o options, set *dataset, c *model.Classifier, h train.History, stdout io.Writer) error {
	// An interrupt ends the training only: the evaluation of what it came to is short.
	ctx := context.Background()
	dev, err := c.Evaluate(ctx, set.dev)
	if err != nil {
		return err
	}
	test, err := c.Evaluate(ctx, set.test)
	if err != nil {
		return err
	}
	if o.Out != "" {
		if err := save(o, set, c, model.Run{History: h, Scores: []model.Scores{dev.Scores("dev"), test.Scores("test")}}); err != nil {
			return err
		}
	}
	fmt.Fprintf(stdout, "data        %s: %d train, %d dev, %d test examples\n", set.name, len(set.train), len(set.dev), len(set.test))
	fmt.Fprintf(stdout, "classes     %s\n", strings.Join(set.labels, ", "))
	fmt.Fprintf(stdout, "vocabulary  %d words\n", set.vocab.Len())
	fmt.Fprintf(stdout, "model       %s\n", c)
	if h.Best > 0 {
		fmt.Fprintf(stdout, "training    epoch %d of %d was best on dev\n", h.Best, len(h.Epochs))
	} else {
		fmt.Fprintf(stdout, "training    interrupted before the end of the first epoch\n")
	}
	if o.Report {
		fmt.Fprintf(stdout, "\ntest\n%s\n", test.Confusion.Report(set.labels))
	}
	_, err = fmt.Fprintf(stdout, "dev accuracy %.3f\ntest accuracy %.3f\n", dev.Accuracy(), test.Accuracy())
	return err
}

// save saves the classifier with what run tells of its training.
func save(o options, set *dataset, c *model.Classifier, run model.Run) (err error) {
	if run.Settings, err = json.Marshal(o); err != nil {
		return err
	}
	return c.Save(o.Out, run)
}
