/*
Vectors looks at tables of word vectors, of any of the formats that package vectors reads, and trains them.

	go run ./cmd/vectors command [flags] FILE [argument ...]

FILE is a table of word2vec (text or binary), GloVe, fastText (.vec, or the words of a .bin), numpy or safetensors; what
it is shows in its first bytes. It may be compressed by gzip or zstd, and - is standard input. A file of numpy or
safetensors has its words in a file beside it, or in the one that -words names. A folder is a saved model, such as
cmd/train -out writes. The commands are

	nn FILE [word ...]             the nearest words of each word
	analogy FILE [a b c]           the words that are to c what b is to a
	similarity FILE [a b]          the cosine of two words
	outlier FILE [word ...]        the word that goes least with the others
	eval FILE pairs-or-analogies ...   how well it agrees with people
	encode FILE [text ...]         the mean vector of each text
	search FILE [text ...]         the lines of -texts that are nearest to each text
	map FILE [word ...]            a picture of words, as SVG; without words, of the first ones of the file
	info FILE                      what the file is
	convert FILE OUT               the same table in another file; its ending says the format
	train TEXT OUT                 vectors of the words of a text, a sentence a line, by skip-gram or CBOW

Where [word ...] are missing, the command reads lines of standard input, one after the other, and answers each.

	go run ./cmd/vectors info vectors/testdata/words.vec
	go run ./cmd/vectors nn -k 3 vectors/testdata/words.vec w000 Apple
	go run ./cmd/vectors nn -together -without w024 vectors/testdata/words.vec w000 w048
	go run ./cmd/vectors analogy -multiply vectors/testdata/words.vec w000 w024 w048
	go run ./cmd/vectors similarity vectors/testdata/words.vec w000 w024
	go run ./cmd/vectors outlier vectors/testdata/words.vec w000 w024 w048 w001
	go run ./cmd/vectors eval vectors/testdata/words.vec vectors/testdata/pairs.tsv vectors/testdata/analogies.txt
	go run ./cmd/vectors encode vectors/testdata/words.vec "w000 and w024"
	go run ./cmd/vectors search -texts vectors/testdata/pairs.tsv -k 2 vectors/testdata/words.vec "w047 w200"
	go run ./cmd/vectors map -out words.svg vectors/testdata/words.vec w000 w024 w048 w001
	go run ./cmd/vectors convert -limit 100 vectors/testdata/words.vec words.npy
	go run ./cmd/vectors train -quiet -dim 20 -min-count 1 -epochs 2 vectors/testdata/words.vec trained.vec

# Flags

What to read of FILE:

	-limit n         number of the file's first rows to read; 0: all of them
	-only file       words to keep, one a line: memory is that of their rows; none: all words
	-format name     format of the file; none: the one that its first bytes are of
	-words file      words of a file that has none of its own; none: one of the usual names beside it

What to do with it:

	-k n             neighbours or lines to show (default 10)
	-together        take all words as one query
	-without a,b     words not to show
	-multiply        compare by 3CosMul instead of by the cosine with the mean
	-top n           how many of the first rows to search; 0: all of them
	-match-case      tell upper case from lower case
	-unknown-wrong   count unknown words as wrong answers, instead of leaving them out
	-blanks          split texts at blanks and keep their case; else into lower-case words as UAX #29 says
	-texts file      texts to search, or whose words to count, one a line
	-n n             words of a map if none are named (default 100)
	-out file        file to write a map to; none: standard output
	-to name         format to write; none: the one of the name's ending
	-json            print a line of JSON for each answer
	-quiet           do not tell what is odd about the file

How to train (package word2vec says more):

	-cbow              predict a word from the mean of the words around it; else the words around from each (skip-gram)
	-dim n             length of a vector (default 100)
	-window n          most words on each side (default 5)
	-negatives n       words drawn for each one that occurred (default 5)
	-min-count n       least count of a word (default 5)
	-sample x          share of the text above which a word is left out at times; 0: never (default 0.001)
	-learning-rate x   at the start; it falls to almost 0 (default 0.1)
	-epochs n          passes over the text (default 5)
	-minn n            shortest character n-gram (default 3)
	-maxn n            longest character n-gram; 0: words alone
	-bucket n          vectors that the n-grams share (default 2000000)
	-seed n            seed of everything random (default 1)
	-threads n         goroutines that compute; any number gives the same vectors (default 1)
	-state file        file to go on from, if it is there, and to save an interrupted training to; none: neither

Standard output gets the answers, standard error what is odd about the file and, in the lines of standard input, words
that are not known. The exit status is 0 for success, 2 for a misused flag, and 1 for any other error.
*/
package main

import (
	"context"
	"io"
	"os"

	"gorgonia-embedding/internal/cli"
)

func main() {
	cli.Main("vectors", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		if len(args) == 0 || args[0] != "train" { // which may have a state to save
			// Files are written whole or not at all: nothing has to come to an end.
			context.AfterFunc(ctx, func() { os.Exit(1) })
		}
		return run(ctx, args, os.Stdin, stdout, stderr)
	})
}
