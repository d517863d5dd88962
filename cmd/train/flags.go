package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"strings"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// options are the flags' values.
type options struct {
	Train string `json:"train" help:"{file} of examples to train on, one of "`
	Dev   string `json:"dev" help:"{file} of examples to choose the epoch by"`
	Test  string `json:"test" help:"{file} of examples to report on"`
	Out   string `json:"out" help:"{folder} to save the model to"`

	MinCount int  `json:"min_count" help:"occurrences in train that a word needs to be known"`
	Sparse   bool `json:"sparse" help:"let a step cost what its words touch; false: the whole table"`
	Report   bool `json:"report" help:"print precision, recall, F1 of each class and the confusion matrix of test"`
	Quiet    bool `json:"quiet" help:"print no progress"`

	training train.Config
	model    model.Config
}

const usage = "usage: train [flags]\nTrains a text classifier and reports its accuracy. 'go doc ./cmd/train' is the manual."

// parse reads the command line. With -h it prints the flags to help and returns flag.ErrHelp.
func parse(args []string, help io.Writer) (options, error) {
	o := options{MinCount: 1, Sparse: true, training: train.Defaults(), model: model.Config{MaxLen: 256}}
	fs := flag.NewFlagSet("train", flag.ContinueOnError)
	structs := []any{&o, &o.model, &o.training, &o.training.Optim, &o.training.Course}
	for _, s := range structs {
		if err := cli.Fields(fs, s); err != nil {
			return o, err
		}
	}
	arch := cli.Choose(fs, "model", "`name` of the architecture", model.Architectures())
	rule := cli.Choose(fs, "optimizer", "`name` of the rule that the steps follow", optim.Rules())
	fs.Lookup("train").Usage += endings() + "; none: the toy set"
	fs.Lookup("schedule").Usage += ": " + strings.Join(optim.Courses(), ", ")
	fs.Lookup("learning-rate").Usage += ", " + rates()
	fs.Lookup("seed").Usage = "seed of everything random"
	err := cli.Parse(fs, args, usage, help)
	if err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, cli.Misuse("unexpected argument %q: files are named by -train, -dev and -test", fs.Arg(0))
	}
	o.model.Seed = o.training.Seed
	o.model.Arch, err = arch()
	if err == nil {
		o.training.Rule, err = rule()
	}
	if err == nil {
		err = o.check(append(structs, o.model.Arch, o.training.Rule))
	}
	return o, err
}

// check returns a misuse of flags, which are fields of structs.
func (o options) check(structs []any) error {
	given := 0
	for _, file := range []string{o.Train, o.Dev, o.Test} {
		if file != "" {
			given++
		}
	}
	switch {
	case given != 0 && given != 3:
		return cli.Misuse("-train, -dev and -test go together: give all three, or none for the toy set")
	case o.MinCount < 0:
		return cli.Misuse("-min-count must be at least 0, got %d", o.MinCount)
	}
	return cli.Invalid(cmp.Or(o.model.Check(), o.training.Check()), structs...)
}

// endings lists the endings of names that choose a file's format, such as ".tsv, .csv".
func endings() string {
	var list []string
	for _, format := range data.Formats() {
		list = append(list, format.Endings...)
	}
	return strings.Join(list, ", ")
}

// rates lists the rules' default learning rates, such as "0.003 for adam, 1 for sgd".
func rates() string {
	var list []string
	for _, r := range optim.Rules() {
		list = append(list, fmt.Sprintf("%v for %s", optim.DefaultRate(r), r.Name()))
	}
	return strings.Join(list, ", ")
}
