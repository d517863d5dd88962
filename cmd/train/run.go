package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
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
	if err := o.checkHTML(); err != nil {
		return err
	}
	if o.Train != "" && os.Getenv("GOGC") == "" {
		// The words, most of what is held, have no pointers: to collect more often costs next to no time.
		defer debug.SetGCPercent(debug.SetGCPercent(20))
	}
	set, c, err := begin(o, stderr)
	if err != nil {
		return err
	}
	task := c.Task(set.train, set.dev)
	task.Sparse, task.Freeze = o.Sparse, o.Freeze
	if o.ClassWeights == balanced {
		task.ClassWeights = task.BalancedWeights()
	}
	t, err := train.New(task, o.Training)
	if err != nil {
		return err
	}
	if err := keepState(o, t, stderr); err != nil {
		return err
	}
	progress := cli.NewProgress(stderr)
	if !o.Quiet {
		show(progress, o, set, t)
	}
	history, err := t.Fit(ctx)
	progress.Clear()
	interrupted := errors.Is(err, context.Canceled)
	if interrupted {
		fmt.Fprintf(stderr, "interrupted in epoch %d: evaluating the best weights so far\n", len(history.Epochs)+1)
	} else if err != nil {
		return err
	}
	return summarize(o, set, c, model.Run{History: history, Interrupted: interrupted}, stdout)
}

// show lets t show its progress.
func show(progress *cli.Progress, o options, set *dataset, t *train.Trainer) {
	words := float64(set.words())
	t.OnBatch = progress.Batch
	t.OnEpoch = func(e train.Epoch) {
		progress.Epoch("epoch %d/%d  loss %.4f  dev accuracy %.3f  macro F1 %.3f  %.0f words/s",
			e.Number, o.Training.Epochs, e.Loss, e.Dev.Accuracy, e.Dev.MacroF1, words/e.Time.Seconds())
	}
}

// begin returns the examples and a classifier to train on them, which has seen none of them yet.
func begin(o options, stderr io.Writer) (*dataset, *model.Classifier, error) {
	if o.Resume {
		return resume(o, stderr)
	}
	if o.Out != "" {
		if err := model.CheckSave(o.Out); err != nil {
			return nil, nil, err
		}
	}
	set, err := load(o, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	c, err := o.classifier(set)
	if err == nil && o.Out != "" && o.Keep > 0 {
		run := model.Run{Data: set.files, Vectors: set.pretrained.info()}
		if run.Settings, err = json.Marshal(o); err == nil {
			err = c.Begin(o.Out, run)
		}
	}
	return set, c, err
}

// resume is begin for a training that goes on: with the words and classes that it had.
func resume(o options, stderr io.Writer) (*dataset, *model.Classifier, error) {
	c, err := model.Resume(o.Out)
	if err != nil {
		return nil, nil, err
	}
	was := defaults()
	if err := json.Unmarshal(c.Run().Settings, &was); err != nil {
		return nil, nil, err
	}
	switch {
	case !reflect.DeepEqual(o.Model, c.Config()):
		return nil, nil, cli.Misuse("the architecture, -max-len and -seed cannot be changed within a training: they are %+v, %d and %d", c.Config().Arch, c.Config().MaxLen, c.Config().Seed)
	case o.MinCount != was.MinCount || o.Sparse != was.Sparse || o.ClassWeights != was.ClassWeights:
		return nil, nil, cli.Misuse("-min-count, -sparse and -class-weights cannot be changed within a training: they are %d, %t and %s", was.MinCount, was.Sparse, was.ClassWeights)
	case o.Freeze != was.Freeze || o.ExtendVocab != was.ExtendVocab:
		return nil, nil, cli.Misuse("-freeze and -extend-vocab cannot be changed within a training: they are %t and %d", was.Freeze, was.ExtendVocab)
	}
	set, err := load(o, c.Vocab(), c.Labels())
	if err == nil && !slices.Equal(set.files, c.Run().Data) {
		fmt.Fprintln(stderr, "the data are not those that the training began with: it goes on with these")
	}
	if err == nil {
		err = checkSameVectors(set.pretrained, c.Run().Vectors)
	}
	if err == nil && set.pretrained != nil {
		c, err = o.classifier(set)
	}
	return set, c, err
}

// keepState gives t its checkpoints and, to go on with, the newest one of them.
func keepState(o options, t *train.Trainer, stderr io.Writer) error {
	if o.Out == "" || o.Keep == 0 {
		return nil
	}
	state := filepath.Join(o.Out, model.StateFolder)
	t.Checkpoints = train.Checkpoints{Dir: state, Every: o.SaveEvery, Keep: o.Keep}
	t.Metrics = filepath.Join(state, "metrics.jsonl")
	if !o.Resume {
		return nil
	}
	name, damaged, err := t.Resume()
	for _, d := range damaged {
		fmt.Fprintf(stderr, "passed over a checkpoint: %v\n", d)
	}
	if err != nil || o.Quiet {
		return err
	}
	_, err = fmt.Fprintf(stderr, "going on from %s\n", cmp.Or(name, "the beginning: there is no checkpoint yet"))
	return err
}

// summarize evaluates the classifier and prints what came of the training. It writes no time: the same
// flags and files give the same text.
func summarize(o options, set *dataset, c *model.Classifier, run model.Run, stdout io.Writer) error {
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
		run.Data, run.Vectors = set.files, set.pretrained.info()
		run.Scores = []model.Scores{dev.Scores("dev"), test.Scores("test")}
		if run.Settings, err = json.Marshal(o); err != nil {
			return err
		}
		if err := c.Save(o.Out, run); err != nil {
			return err
		}
	}
	if o.HTML != "" {
		if err := writeHTML(o, set, c, run.History); err != nil {
			return err
		}
	}
	fmt.Fprintf(stdout, "data        %s\n", set)
	fmt.Fprintf(stdout, "classes     %s\n", classes(set.labels))
	fmt.Fprintf(stdout, "vocabulary  %d words\n", set.vocab.Len())
	if set.pretrained != nil {
		fmt.Fprintf(stdout, "vectors     %s\n", set.pretrained)
	}
	fmt.Fprintf(stdout, "model       %s\n", c)
	fmt.Fprintf(stdout, "training    %s\n", course(o, run.History))
	fmt.Fprintf(stdout, "macro F1    %.3f on dev, %.3f on test\n", dev.MacroF1(), test.MacroF1())
	if o.Report {
		fmt.Fprintf(stdout, "\ntest\n%s\n", test.Confusion.Report(set.labels))
	}
	_, err = fmt.Fprintf(stdout, "dev accuracy %.3f\ntest accuracy %.3f\n", dev.Accuracy(), test.Accuracy())
	return err
}

// classes returns the names of the classes, of many the first few.
func classes(labels data.Labels) string {
	if len(labels) > 20 {
		return fmt.Sprintf("%d: %s, …", len(labels), strings.Join(labels[:5], ", "))
	}
	return strings.Join(labels, ", ")
}

// course says how the training went.
func course(o options, h train.History) string {
	by := ""
	switch {
	case h.Best == 0:
		return "interrupted before the end of the first epoch"
	case o.Training.Best != "accuracy":
		by = " by " + o.Training.Best
	}
	return fmt.Sprintf("epoch %d of %d was best on dev%s, accuracy %s", h.Best, len(h.Epochs), by, devAccuracies(h))
}
