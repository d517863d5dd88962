/*
Predict tells the classes of texts, by a model that cmd/train saved.

	go run ./cmd/predict -model folder [flags] [text ...]
	go run ./cmd/predict -model folder -eval file
	go run ./cmd/predict -model folder -serve 127.0.0.1:8080

The texts are the arguments or, if there are none or there is one that is -, the lines of standard input. What a
person types is answered line by line; what a pipe brings is answered in batches, on all CPUs, in the order of the
lines. A line may be of any length, and an empty one is a text without words: there is an answer for each line.
Bytes that are no UTF-8 count as U+FFFD, which no model knows as a word.

With -eval it compares the model with the labels of a file of examples, in one of the formats of cmd/train, and
prints precision, recall and F1 of each class, the confusion matrix, the ten surest mistakes, accuracy and macro F1,
which is the mean of the classes' F1.

With -serve it answers HTTP requests: at / a page to try the model by hand, at /openapi.json what else there is, of
which docs/serving.md shows examples. An address without a host, such as :8080, is one of this machine alone.
SIGHUP loads the model again, without a pause; if that fails, the old one goes on answering. An interrupt or
SIGTERM ends it when the requests that it has begun are answered.

# Flags

	-model folder            the model; required
	-k n                     number of classes of each text, the most probable first (default 1)
	-threshold probability   leave out classes that are less probable
	-json                    print a JSON object for each text
	-explain                 print each word's part in the decision
	-eval file               compare the model with the labels of the file's examples
	-serve address           answer HTTP requests

# Output

A line for each text, of label TAB probability. The model of these examples is one of short opinions:

	go run ./cmd/predict -model examples/service/opinions "The coffee was terrific" "The soup was cold"
	positive	0.9793
	negative	0.9745

With -k the further classes stand on the same line, after tabs. With -threshold there may be fewer; if
there are none, the line is empty.

	printf 'The coffee was terrific\n\n' | go run ./cmd/predict -model examples/service/opinions -k 2
	positive	0.9793	negative	0.0207
	negative	0.5011	positive	0.4989

	go run ./cmd/predict -model examples/service/opinions -k 2 -threshold 0.1 "The coffee was terrific" "The lunch was fine"
	positive	0.9793
	negative	0.7433	positive	0.2567

With -json the line is an object, with the text and the classes:

	go run ./cmd/predict -model examples/service/opinions -json -k 2 "The coffee was terrific"
	{"text":"The coffee was terrific","classes":[{"label":"positive","score":0.9792938301251639},{"label":"negative","score":0.020706169874836016}]}

With -explain the words follow, a line each and an empty line at the end, or in the object: the part of a word is how
much the logarithm of the class's probability falls if the word is left out there. It is below 0 for a word that
speaks against the class. In long texts neighbours are left out together.

	go run ./cmd/predict -model examples/service/opinions -explain "A terrific cake, but xyzzy"
	positive	0.9939
	word      part
	a         -0.004
	terrific  +0.302  ++++++++++++++++++++
	cake      -0.003
	,         -0.003
	but       -0.001
	xyzzy     -0.004  unknown

	go run ./cmd/predict -model examples/service/opinions -json -explain "Cold soup"
	{"text":"Cold soup","classes":[{"label":"negative","score":0.9956408454809137}],"words":[{"word":"cold","part":0.8533296046584532},{"word":"soup","part":-0.004354565001599223}]}

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
		return run(ctx, args, os.Stdin, stdout, stderr)
	})
}
