/*
Train trains a text classifier and reports its accuracy.

	go run ./cmd/train [flags]
	go run ./cmd/train -train train.tsv -dev dev.tsv -test test.tsv

Without files it uses the toy set that is part of the program: short opinions of films, meals, gadgets
and places. The model looks each word up in an embedding table, averages the vectors, and goes through
hidden layers, if any, to the classes. It learns by Adam, unless told otherwise; after each epoch it is tried on the dev
examples, the weights of the best epoch are kept, and the test examples are used once, at the end.

A step changes the table's rows of the words that it saw, and no others: its cost does not depend on the
vocabulary. That is also how Adam's and momentum's means, and the weight decay, of a word's row go: they stand
still while the word is not seen. With -sparse=false a step is that of the textbook, on the whole table.

# Files

The ending of a file's name chooses its format, one of the table data.Formats; with any other ending, a line
is label TAB text. The text is UTF-8, split into lower-case words as Unicode's UAX #29 says. Labels can be any
words; dev and test may only use those of train.

# Flags

	-train, -dev, -test file   the examples; give all three or none
	-max-len n                 words of a text that count (default 256)
	-min-count n               leave out words seen fewer times in train (default 1)
	-dim n                     length of a word's vector (default 64)
	-hidden n[,n...]           sizes of hidden layers (default none)
	-dropout p                 dropout probability, in [0, 1) (default 0.5)
	-epochs n                  at most so many passes over train (default 20)
	-patience n                stop after n epochs without a better one; 0: never (default 5)
	-batch n                   examples a step (default 32)
	-optimizer name            adam, adamw, adagrad, rmsprop or sgd (default adam)
	-lr rate                   learning rate (default 0.003; 0.1 for adagrad, 1 for sgd)
	-momentum x                of sgd and rmsprop, in [0, 1) (default 0)
	-weight-decay x            weight decay, decoupled for adamw, else L2 (default 0)
	-schedule name             course of the learning rate: constant; linear or cosine, which fall to 0 at the
	                           last step; step, a tenth after each third of the steps (default constant)
	-warmup share              share of the steps, in [0, 1), in which a linear or cosine schedule rises first
	-clip norm                 limit of the L2 norm of all gradients together; 0: none (default 0)
	-sparse=false              let a step cost the whole table
	-workers n                 replicas that compute a part of each batch at the same time; results differ
	                           from those of one by rounding, and by the draws of dropout (default 1)
	-seed n                    of everything random (default 1)
	-report                    print precision, recall, F1 of each class and the confusion matrix of test
	-quiet                     print no progress

# Output

Standard output gets the summary, which is the same for the same flags and files whatever the number of
CPUs. Its last two lines are the accuracies:

	dev accuracy 0.832
	test accuracy 0.816

Standard error gets a line for each epoch, and a progress bar if it is a terminal. An interrupt (Ctrl-C)
stops the training; the best weights so far are evaluated. A second one ends the program at once.

The exit status is 0, 2 for a misused flag, and 1 for any other error.
*/
package main

import "gorgonia-embedding/internal/cli"

func main() { cli.Main("train", run) }
