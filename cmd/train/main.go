/*
Train trains a text classifier and reports its accuracy.

	go run ./cmd/train [flags]
	go run ./cmd/train -train train.tsv [-dev dev.tsv] [-test test.tsv]

Without files it uses the toy set that is part of the program: short opinions of films, meals, gadgets
and places. The model looks each word up in an embedding table, averages the vectors, and maps the mean, through
hidden layers if there are any, to the classes. It learns by Adam unless told otherwise. After each epoch it is
evaluated on the dev examples; the weights of the best epoch are kept, and the test examples are used once, at
the end.

A step changes the table's rows of the words that it saw, and no others: its cost does not depend on the
vocabulary. While a word is not seen, its row does not decay, and the means that Adam and momentum keep for it
do not change. With -sparse=false a step is that of the textbook, on the whole table.

With -out the model is saved: a folder with the weights (model.safetensors), the words, the classes and the
settings (config.json), a model card (README.md) and the epochs (metrics.jsonl). It is written under another
name and then takes the place of an older model, so that there is never half of one. Its folder state has what
the training needs to go on: -resume continues one that was interrupted, killed or too short, to the bit as if it
had not been. Then the settings need not be given again. Of them these may be others: -epochs, -patience, the
learning rate and its course, and the files; more examples are trained on by the words and classes of before.

# Files

The ending of a file's name chooses its format from the table data.Formats; with any other ending, the first
bytes do:

	.tsv               lines of label TAB text
	.csv               records label,text
	.jsonl, .ndjson    lines {"label": "good", "text": "a fine film"}
	fastText's         lines __label__good a fine film, with one label each

The first line of a .tsv or .csv file may name its columns, which then may be in any order and more than these
two; -text and -label choose from them, and from the keys of JSON. Any file may be in gzip or zstd. A folder holds
a folder for each label, and in it a .txt file for each text. The name - is standard input.

The words of all files are held in memory: 2 bytes for each of the commoner words, 4 for the others, and 8 for each
text. Unless GOGC is set, garbage is collected as with GOGC=20.

The text is UTF-8; it is split into lower-case words as Unicode's UAX #29 says. Labels can be anything that is not
empty; dev and test may only use those of train. An empty text is an example without words, and the summary counts
them. An error of a file names the line.

If there is no -dev or no -test, a tenth of train is split off: as many of each label's examples as of any other's,
nearly, by -seed. The vocabulary is that of the rest. A label's only example stays in train.

# Word vectors

With -vectors the rows of the words begin with vectors that were trained elsewhere, on more text:

	go run ./cmd/train -train train.tsv -vectors glove.6B.50d.txt.gz -freeze -unfreeze 3 -extend-vocab 100000

The file may be of word2vec, GloVe or fastText, of numpy or safetensors with a list of words, or a saved model's folder,
compressed or not; cmd/vectors looks at one. Only the rows of words in use are kept in memory. A word has the vector of
the file's word that is equal to it: in lower case. All other words, and <unk> unless the file has that, begin at
random. The length of the vectors is that of the words' rows, and -dim may be left out. The summary tells how many words
of the vocabulary the file has, and how many of all words in the texts of train, and what is odd in the file.

The vectors are trained on with the rest. With -freeze they stay as they are, and only the words that the file lacks are
trained; with -unfreeze n that is so for the first n epochs, which do not count for -patience. With -extend-vocab the model knows words that no text of
train has, or too few for -min-count, by their vectors alone; these are never trained, so there is less in it for a model
whose other vectors are.

The model is saved with its table as any other: the file is not needed any more, and config.json has its name and its
SHA-256. -resume reads the file again, and -config as well.

# Flags

The data:

	-train, -dev, -test file   the examples; none of them: the toy set
	-text, -label column       columns or keys of the texts and the labels; none: text and label
	-format name               format of the files: tsv, jsonl, fasttext or csv; none: as above
	-strict                    let an empty text be an error
	-max-len n                 number of words of a text that count; 0: all of them (default 256)
	-min-count n               occurrences in train that a word needs to be known (default 1)
	-html file                 write a page of pictures there, for a browser: the course of loss, accuracy and macro
	                           F1, the confusions of test, whether probabilities can be believed, the surest
	                           mistakes, the words that pull hardest to each class, and a map of the words
	-report                    print precision, recall, F1 of each class and the confusion matrix of test; of more
	                           than 20 classes, those of the lowest F1 and the commonest confusions

What stays of it:

	-out folder                save the model there, for cmd/predict and programs
	-resume                    go on with the training whose state is in the -out folder
	-save-every n              steps between checkpoints within an epoch; 0: one after each epoch (default 0)
	-keep n                    number of checkpoints to keep beside the model, for -resume; 0: none are written (default 2)
	-config file               config.json of a saved model, whose settings become the flags' defaults

The model:

	-model name                architecture: bag, the mean of the words' vectors (default bag)
	-dim n                     length of a word's vector (default 64)
	-hidden n[,n...]           sizes of the hidden layers, ReLU each
	-dropout p                 probability, in [0, 1), before each linear layer (default 0.5)

	-vectors file              pretrained word vectors, which the rows of their words begin with
	-freeze                    do not train the rows that -vectors gave
	-unfreeze n                epochs after which these are trained as well; 0: never
	-extend-vocab n            most words to know beside those of train: the first ones of -vectors that train has
	                           not; they are not trained

The training:

	-epochs n                  most passes over train (default 20)
	-patience n                epochs without a better one after which to stop; 0: never (default 5)
	-batch n                   examples of a step (default 32)
	-workers n                 replicas that compute a part of each batch at the same time; results differ
	                           from those of one by rounding, and by the draws of dropout (default 1)
	-sparse=false              let a step cost the whole table
	-class-weights name        none, or balanced: each class counts as much as any other one in the loss of the
	                           training, as n/(k·count) is the weight of each of its count examples, of n in all
	                           of k classes (default none)
	-best name                 measure on dev by which an epoch is better than another: accuracy, f1 (the macro
	                           F1) or loss; equals are told apart by the loss (default accuracy)
	-machine name              what runs a step: tape is Gorgonia's machine, direct this module's, with the same
	                           results in less time; see docs/machines.md (default tape)
	-seed n                    seed of everything random (default 1)
	-quiet                     print no progress

The steps. A flag after -optimizer goes only with the rules that it names; the defaults are PyTorch's:

	-learning-rate x           learning rate; 0: the rule's own, 0.003, but 0.1 for adagrad and 1 for sgd
	-schedule name             course of the learning rate: constant, which an empty name means too; linear or
	                           cosine, which fall to 0 at the last step; step, a tenth after each third
	-warmup share              share of the steps, in [0, 1), in which a linear or cosine course first rises
	-weight-decay x            weight decay, decoupled for adamw, else L2
	-clip-norm x               limit of the L2 norm of all gradients together; 0: none
	-clip-value x              limit of each element of a gradient; 0: none
	-optimizer name            adam, adamw, adagrad, rmsprop or sgd (default adam)
	-beta1, -beta2 x           shares of the means that stay, of adam and adamw; 0: 0.9 and 0.999
	-eps x                     term of the divisor, of all but sgd; 0: 1e-8, or 1e-10 for adagrad
	-alpha x                   share of the mean of squares that stays, of rmsprop; 0: 0.99
	-momentum x                share of the velocity that stays, of sgd and rmsprop
	-dampening x               share of the gradient that the velocity does not take, of sgd
	-nesterov                  look ahead by the momentum, of sgd
	-initial-accumulator x     sum of squares before the first step, of adagrad
	-lr-decay x                decay of the learning rate from step to step, of adagrad

# Output

Standard output gets the summary, which is the same for the same flags and files whatever the number of
CPUs. The line "training" draws the accuracy on dev, epoch by epoch. The macro F1 is the mean over the classes of F1,
the harmonic mean of precision and recall: a rare class counts as much as a common one. As in scikit-learn, a class
that no example has and that none was taken for is left out. The last two lines are the accuracies:

	dev accuracy 0.837
	test accuracy 0.816

Standard error gets a line for each epoch, and a progress bar if it is a terminal. An interrupt (Ctrl-C)
stops the training, and the best weights so far are evaluated. A second one ends the program at once.

The exit status is 0 for success, 2 for a misused flag, and 1 for any other error.
*/
package main

import "gorgonia-embedding/internal/cli"

func main() { cli.Main("train", run) }
