package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/choice"
	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/model"
	"gorgonia-embedding/optim"
	"gorgonia-embedding/train"
)

// options are the flags' values. Those that go into a saved model, so that its training can be repeated, have a name in
// JSON.
type options struct {
	inputs
	pretraining

	ClassWeights string `json:"class_weights" help:"weights of the classes in the loss of the training: none or balanced, n/(k·count) for n examples of k classes"`

	MinCount int  `json:"min_count" help:"occurrences in train that a word needs to be known"`
	Sparse   bool `json:"sparse" help:"let a step cost what its words touch; false: the whole table"`

	Config string `json:"-" help:"{file} config.json of a saved model, whose settings become the flags' defaults"`
	Out    string `json:"-" help:"{folder} to save the model to"`
	Resume bool   `json:"-" help:"go on with the training whose state is in the -out folder; its settings become the flags' defaults"`

	SaveEvery int `json:"save_every" help:"steps between checkpoints within an epoch; 0: one after each epoch"`
	Keep      int `json:"keep" help:"number of checkpoints to keep beside the model, for -resume; 0: none are written"`

	HTML   string `json:"-" help:"{file} to write a page of pictures to: curves, confusions, reliability, mistakes, words"`
	Report bool   `json:"-" help:"print precision, recall, F1 of each class and the confusion matrix of test"`
	Quiet  bool   `json:"-" help:"print no progress"`

	Model    model.Config `json:"-"` // a saved model has it by itself
	Training train.Config `json:"training"`
}

func defaults() options {
	return options{ClassWeights: weightless, MinCount: 1, Sparse: true, Keep: 2, Training: train.Defaults(), Model: model.Config{MaxLen: 256}}
}

// The values of -class-weights.
const (
	weightless = "none"
	balanced   = "balanced"
)

const usage = "usage: train [flags]\nTrains a text classifier and reports its accuracy. 'go doc ./cmd/train' is the manual."

// parse reads the command line. With -h it prints the flags to help and returns flag.ErrHelp.
func parse(args []string, help io.Writer) (options, error) {
	o := defaults()
	check, err := o.parse(args, help)
	if err == nil && (o.Config != "" || o.Resume) {
		if o, err = o.saved(); err == nil {
			check, err = o.parse(args, help)
		}
	}
	if err == nil && o.Vectors != "" && !o.Resume {
		if err = o.probe(); err == nil {
			check, err = o.parse(append([]string{"-dim", strconv.Itoa(o.dim)}, args...), help)
		}
	}
	if err != nil {
		return o, err
	}
	return o, check()
}

// saved returns the settings of the model that -config names, or of the training to go on with.
func (o options) saved() (options, error) {
	path, flag := o.Config, "-config"
	switch {
	case !o.Resume:
	case o.Config != "":
		return o, cli.Misuse("-config and -resume exclude each other: a training goes on with its own settings")
	case o.Out == "":
		return o, cli.Misuse("-resume needs -out, the folder of the training to go on with")
	default:
		path, flag = filepath.Join(o.Out, model.StateFolder, "config.json"), "-resume"
	}
	s := defaults()
	text, err := os.ReadFile(path)
	if o.Resume && errors.Is(err, fs.ErrNotExist) {
		return s, errors.Errorf("-resume: %s has no training to go on with", o.Out)
	}
	if err == nil {
		err = json.Unmarshal(text, &struct {
			Model    *model.Config
			Settings *options
		}{&s.Model, &s})
	}
	return s, errors.WithMessagef(err, "%s %s", flag, path)
}

// parse sets o as args say, over the values that it has. The function that it returns sets what depends on several
// flags, and checks all of them.
func (o *options) parse(args []string, help io.Writer) (check func() error, err error) {
	fs := flag.NewFlagSet("train", flag.ContinueOnError)
	structs := []any{o, &o.inputs, &o.pretraining, &o.Model, &o.Training, &o.Training.Optim, &o.Training.Course}
	for _, s := range structs {
		if err := cli.Fields(fs, s); err != nil {
			return nil, err
		}
	}
	arch := cli.Choose(fs, "model", "`name` of the architecture", choice.Of[model.Architecture](model.Architectures()).First(o.Model.Arch))
	rule := cli.Choose(fs, "optimizer", "`name` of the rule that the steps follow", choice.Of[optim.Rule](optim.Rules()).First(o.Training.Rule))
	fs.Lookup("train").Usage += endings() + "; none: the toy set"
	fs.Lookup("format").Usage += formats()
	fs.Lookup("best").Usage += ": " + strings.Join(train.Measures(), ", ")
	fs.Lookup("schedule").Usage += ": " + strings.Join(optim.Courses(), ", ")
	fs.Lookup("learning-rate").Usage += ", " + rates()
	fs.Lookup("seed").Usage = "seed of everything random"
	if err := cli.Parse(fs, args, usage, help); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, cli.Misuse("unexpected argument %q: files are named by -train, -dev and -test", fs.Arg(0))
	}
	return func() (err error) {
		o.Model.Seed = o.Training.Seed
		if !o.Resume {
			o.Model.Untrained = 0 // of the model of -config
		}
		if o.Model.Arch, err = arch(); err == nil {
			o.Training.Rule, err = rule()
		}
		if err == nil {
			err = o.check(append(structs, o.Model.Arch, o.Training.Rule))
		}
		if err == nil {
			err = o.checkVectors(fs.Lookup("dim").Value.String())
		}
		return err
	}, nil
}

// check returns a misuse of flags, which are fields of structs.
func (o *options) check(structs []any) error {
	if err := o.inputs.check(); err != nil {
		return err
	}
	switch {
	case o.HTML != "" && cmp.Or(o.Test, o.Train) == "-":
		return cli.Misuse("-html reads the texts of test twice: name a file of them, for - can be read once")
	case o.ClassWeights != weightless && o.ClassWeights != balanced:
		return cli.Misuse("-class-weights must be %s or %s, got %q", weightless, balanced, o.ClassWeights)
	case o.MinCount < 0:
		return cli.Misuse("-min-count must be at least 0, got %d", o.MinCount)
	case o.SaveEvery < 0 || o.Keep < 0:
		return cli.Misuse("-save-every and -keep must be at least 0, got %d and %d", o.SaveEvery, o.Keep)
	}
	return cli.Invalid(cmp.Or(o.Model.Check(), o.Training.Check()), structs...)
}

// rates lists the rules' default learning rates, such as "0.003 for adam, 1 for sgd".
func rates() string {
	var list []string
	for _, r := range optim.Rules() {
		list = append(list, fmt.Sprintf("%v for %s", optim.DefaultRate(r), r.Name()))
	}
	return strings.Join(list, ", ")
}
