/*
Predict tells the classes of texts, by a model that cmd/train saved.

	go run ./cmd/predict -model folder [flags] [text ...]

The texts are the arguments or, if there are none, the lines of standard input, of which each is answered as soon as it
has been read.

# Flags

	-model folder   the model; required
	-k n            number of classes of each text, the most probable first (default 1)

# Output

A line for each class of a text: label TAB probability TAB text.

The exit status is 0 for success, 2 for a misused flag, and 1 for any other error.
*/
package main

import (
	"context"
	"io"
	"os"

	"gorgonia-embedding/internal/cli"
)

func main() {
	cli.Main("predict", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return run(ctx, args, os.Stdin, stdout)
	})
}
