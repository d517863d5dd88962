package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// options are the flags' values.
type options struct {
	train, dev, test string
	maxLen, minCount int
	model            model.Bag
	training         train.Config
	sparse           bool
	report, quiet    bool
}

// parse reads the command line. With -h it prints the flags to help and returns flag.ErrHelp.
func parse(args []string, help io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("train", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.train, "train", "", "`file` of examples to train on, one of "+endings()+"; none: the toy set")
	fs.StringVar(&o.dev, "dev", "", "`file` of examples to choose the epoch by")
	fs.StringVar(&o.test, "test", "", "`file` of examples to report on")
	fs.IntVar(&o.maxLen, "max-len", 256, "words of a text that count")
	fs.IntVar(&o.minCount, "min-count", 1, "leave out words seen fewer times in train")
	fs.IntVar(&o.model.Dim, "dim", 64, "length of a word's vector")
	fs.Func("hidden", "`sizes` of hidden layers, such as 64 or 64,32 (default none)", func(s string) (err error) {
		o.model.Hidden, err = parseSizes(s)
		return err
	})
	fs.Float64Var(&o.model.Dropout, "dropout", 0.5, "dropout probability, in [0, 1)")
	fs.IntVar(&o.training.Epochs, "epochs", 20, "at most so many passes over train")
	fs.IntVar(&o.training.Patience, "patience", 5, "stop after so many epochs without a better one; 0: never")
	fs.IntVar(&o.training.Batch, "batch", 32, "examples a step")
	optimizer := fs.String("optimizer", "adam", "`name`: adam, adamw, adagrad, rmsprop or sgd")
	fs.Float64Var(&o.training.Optim.LearningRate, "lr", 0, "learning `rate` (default 0.003; 0.1 for adagrad, 1 for sgd)")
	momentum := fs.Float64("momentum", 0, "of sgd and rmsprop, in [0, 1)")
	fs.Float64Var(&o.training.Optim.WeightDecay, "weight-decay", 0, "weight decay, decoupled for adamw, else L2")
	fs.StringVar(&o.training.Course.Name, "schedule", "constant", "`name` of the learning rate's course: constant, linear, cosine or step")
	fs.Float64Var(&o.training.Course.Warmup, "warmup", 0, "`share` of the steps in which a linear or cosine schedule rises first, in [0, 1)")
	fs.Float64Var(&o.training.Optim.ClipNorm, "clip", 0, "limit of the `norm` of all gradients together; 0: none")
	fs.BoolVar(&o.sparse, "sparse", true, "let a step cost what its words touch; false: the whole table")
	fs.IntVar(&o.training.Workers, "workers", 1, "replicas that share each batch")
	fs.Uint64Var(&o.training.Seed, "seed", 1, "of everything random")
	fs.BoolVar(&o.report, "report", false, "print precision, recall, F1 of each class and the confusion matrix of test")
	fs.BoolVar(&o.quiet, "quiet", false, "print no progress")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fs.SetOutput(help)
		fmt.Fprintln(help, "usage: train [flags]\nTrains a text classifier and reports its accuracy. 'go doc ./cmd/train' is the manual.")
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, &cli.UsageError{Err: err}
	case fs.NArg() > 0:
		return o, cli.Misuse("unexpected argument %q: files are named by -train, -dev and -test", fs.Arg(0))
	}
	lrGiven := false
	fs.Visit(func(f *flag.Flag) { lrGiven = lrGiven || f.Name == "lr" })
	return o, o.check(*optimizer, *momentum, lrGiven)
}

// rule returns the optimizer called name.
func rule(name string, momentum float64) (optim.Rule, error) {
	r, err := optim.ParseRule(name)
	switch rule := r.(type) {
	case optim.SGD:
		rule.Momentum = momentum
		r = rule
	case optim.RMSProp:
		rule.Momentum = momentum
		r = rule
	default:
		if momentum != 0 && err == nil {
			err = cli.Misuse("Momentum is for the Optimizers sgd and rmsprop")
		}
	}
	return r, err
}

func (o *options) check(optimizer string, momentum float64, lrGiven bool) (err error) {
	for _, f := range []struct {
		name  string
		value int
		least int
	}{
		{"max-len", o.maxLen, 1}, {"min-count", o.minCount, 1}, {"dim", o.model.Dim, 1},
		{"epochs", o.training.Epochs, 1}, {"patience", o.training.Patience, 0}, {"batch", o.training.Batch, 1},
		{"workers", o.training.Workers, 1},
	} {
		if f.value < f.least {
			return cli.Misuse("-%s %d: want at least %d", f.name, f.value, f.least)
		}
	}
	if p := o.model.Dropout; !(p >= 0 && p < 1) {
		return cli.Misuse("-dropout %v: want a number in [0, 1)", p)
	}
	if lr := o.training.Optim.LearningRate; lrGiven && !(lr > 0) || math.IsInf(lr, 1) {
		return cli.Misuse("-lr %v: want a finite number above 0", lr)
	}
	if n := countSet(o.train, o.dev, o.test); n != 0 && n != 3 {
		return cli.Misuse("-train, -dev and -test go together: give all three, or none for the toy set")
	}
	if o.training.Rule, err = rule(optimizer, momentum); err == nil {
		err = o.training.Check()
	}
	if err != nil {
		return &cli.UsageError{Err: err}
	}
	return nil
}

func countSet(values ...string) (n int) {
	for _, v := range values {
		if v != "" {
			n++
		}
	}
	return n
}

func parseSizes(s string) ([]int, error) {
	var sizes []int
	for field := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("want whole numbers of at least 1, separated by commas")
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}
