package main

import (
	"flag"
	"io"
	"net"
	"slices"

	"gorgonia-embedding/internal/cli"
)

// options are the flags' values.
type options struct {
	Model     string  `json:"model" help:"{folder} of the model; required"`
	K         int     `json:"k" help:"number of classes of each text, the most probable first"`
	Threshold float64 `json:"threshold" help:"{probability} below which a class is left out"`
	JSON      bool    `json:"json" help:"print a JSON object for each text"`
	Explain   bool    `json:"explain" help:"print each word's part in the decision"`
	Eval      string  `json:"eval" help:"{file} of examples to compare the model with"`
	Serve     string  `json:"serve" help:"{address} to answer HTTP requests at, such as 127.0.0.1:8080"`
}

const usage = "usage: predict -model folder [flags] [text ...]\nTells the classes of texts. 'go doc ./cmd/predict' is the manual."

// parse reads the command line. With -h it prints the flags to help and returns flag.ErrHelp.
func parse(args []string, help io.Writer) (o options, texts []string, err error) {
	o = options{K: 1}
	fs := flag.NewFlagSet("predict", flag.ContinueOnError)
	if err := cli.Fields(fs, &o); err != nil {
		return o, nil, err
	}
	if err := cli.Parse(fs, args, usage, help); err != nil {
		return o, nil, err
	}
	if err := o.alone(fs); err != nil {
		return o, nil, err
	}
	return o, fs.Args(), o.check()
}

// alone fails if -eval or -serve stands beside what it does not go with.
func (o options) alone(fs *flag.FlagSet) (err error) {
	for _, mode := range []struct{ name, value string }{{"eval", o.Eval}, {"serve", o.Serve}} {
		if mode.value == "" {
			continue
		}
		fs.Visit(func(f *flag.Flag) {
			if err == nil && !slices.Contains([]string{"model", mode.name}, f.Name) {
				err = cli.Misuse("-%s does not go with -%s", f.Name, mode.name)
			}
		})
		if err == nil && fs.NArg() > 0 {
			err = cli.Misuse("unexpected argument %q: -%s takes no texts", fs.Arg(0), mode.name)
		}
	}
	return err
}

func (o options) check() error {
	switch {
	case o.Model == "":
		return cli.Misuse("-model is missing: name the folder that 'train -out' wrote")
	case o.K < 1:
		return cli.Misuse("-k must be at least 1, got %d", o.K)
	case !(o.Threshold >= 0 && o.Threshold <= 1):
		return cli.Misuse("-threshold must be in [0, 1], got %v", o.Threshold)
	case o.Serve == "":
		return nil
	}
	if _, _, err := net.SplitHostPort(o.Serve); err != nil {
		return cli.Misuse("-serve must be an address such as 127.0.0.1:8080, got %q", o.Serve)
	}
	return nil
}
