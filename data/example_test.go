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
	examples, err := data.Read(strings.NewReader(file), "films.tsv", data.ReadConfig{})
	check(err)
	corpus := data.NewCorpus(examples)
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
	labels, err := corpus.Labels()
	check(err)
	samples, err := corpus.Encode(vocab, labels, 0)
	check(err)
	for _, s := range samples.All() {
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

// A file of any size is read in the memory of one example. Its columns may have any names.
func ExampleSource() {
	file := strings.NewReader("id,review,stars\n1,a bright film,5\n2,,1\n")
	source, err := data.NewSource(file, "films.csv", data.ReadConfig{Text: "review", Label: "stars"})
	check(err)
	defer source.Close()
	for e, err := range source.Examples() {
		check(err)
		fmt.Printf("%d %s %q\n", e.Line, e.Label, e.Text)
	}
	info := source.Info()
	fmt.Printf("%s: %d examples, %d of them empty, sha256 %.8s…\n", info.Format, info.Examples, info.Empty, info.SHA256)
	// Output:
	// 2 5 "a bright film"
	// 3 1 ""
	// csv: 2 examples, 1 of them empty, sha256 a2f70a19…
}

// One file is enough: a tenth of each label's texts is split off twice.
func ExampleCorpus_Split() {
	toy, _, _ := data.Toy()
	train, dev, test := data.NewCorpus(toy).Split(data.SplitConfig{Dev: 0.1, Test: 0.1, Seed: 1})
	vocab := data.NewVocab(train.Counts(), data.VocabConfig{}) // knows no word of dev and test alone
	labels, err := train.Labels()
	check(err)
	samples, err := dev.Encode(vocab, labels, 0)
	check(err)
	fmt.Println(train.Len(), samples.Len(), test.Len())
	// Output: 1805 226 225
}

func ExampleParseError() {
	_, err := data.Read(strings.NewReader("good\ta film\nno tab here\n"), "films.tsv", data.ReadConfig{})
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
