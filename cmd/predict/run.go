package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/model"
)

// options are the flags' values.
type options struct {
	Model string `json:"model" help:"{folder} of the model; required"`
	K     int    `json:"k" help:"number of classes of each text, the most probable first"`
}

const usage = "usage: predict -model folder [flags] [text ...]\nTells the classes of texts. 'go doc ./cmd/predict' is the manual."

func parse(args []string, help io.Writer) (o options, texts []string, err error) {
	o = options{K: 1}
	fs := flag.NewFlagSet("predict", flag.ContinueOnError)
	if err := cli.Fields(fs, &o); err != nil {
		return o, nil, err
	}
	err = cli.Parse(fs, args, usage, help)
	switch {
	case err != nil:
	case o.Model == "":
		err = cli.Misuse("-model is missing: name the folder that 'train -out' wrote")
	case o.K < 1:
		err = cli.Misuse("-k must be at least 1, got %d", o.K)
	}
	return o, fs.Args(), err
}

// run is the command.
func run(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	o, texts, err := parse(args, stdout)
	if err != nil {
		return err
	}
	c, err := model.Load(os.DirFS(o.Model))
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(stdin)
	for text := range all(texts, lines) {
		p, err := c.Predict(text)
		if err != nil {
			return err
		}
		for _, class := range p.Top(o.K) {
			if _, err := fmt.Fprintf(stdout, "%s\t%.4f\t%s\n", class.Label, class.Score, text); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}

// all yields texts or, if there are none, lines.
func all(texts []string, lines *bufio.Scanner) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, text := range texts {
			if !yield(text) {
				return
			}
		}
		for len(texts) == 0 && lines.Scan() && yield(lines.Text()) {
		}
	}
}
