package data_test

import (
	"errors"
	"fmt"
	"strings"

	"gorgonia-embedding/data"
)

// From a file's text to numbers: the words of all examples are the vocabulary, and each text is a list of ids.
func Example() {
	file := "good\ta bright film\nbad\ta dull film\n"
	examples, err := data.Read(strings.NewReader(file), "films.tsv", data.TSV())
	check(err)
	corpus := data.NewCorpus(examples)
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
	labels, err := data.NewLabels(examples)
	check(err)
	samples, err := corpus.Encode(vocab, labels, 0)
	check(err)
	for _, s := range samples {
		fmt.Println(labels[s.Label], s.IDs)
	}
	// Output:
	// good [2 4 3]
	// bad [2 5 3]
}

func ExampleVocab() {
	corpus := data.NewCorpus([]data.Example{{Text: "the film, the whole film"}, {Text: "the end"}})
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{MinCount: 2})
	fmt.Println(vocab.Len(), vocab.IDs("The end of the film", 0), vocab.Word(2), vocab.Count(2))
	// Output: 4 [2 1 1 2 3] the 3
}

// A file of any size is read in the memory of one example.
func ExampleFormat() {
	file := strings.NewReader(`{"label": "good", "text": "a bright film"}`)
	for e, err := range data.JSONL().Read(file, "films.jsonl") {
		check(err)
		fmt.Println(e.Line, e.Label, e.Text)
	}
	// Output: 1 good a bright film
}

func ExampleParseError() {
	_, err := data.Read(strings.NewReader("good\ta film\nno tab here\n"), "films.tsv", data.TSV())
	var bad *data.ParseError
	if errors.As(err, &bad) {
		fmt.Println(bad.Line, bad)
	}
	// Output: 2 films.tsv:2: one field: want two, label and text
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
