package data_test

import (
	"slices"
	"testing"

	"gorgonia-embedding/data"
)

func TestLabels(t *testing.T) {
	labels, err := data.NewCorpus(examples("x", "y", "z")).Labels()
	if err != nil || !slices.Equal(labels, data.Labels{"a", "b"}) {
		t.Errorf("%v, %v", labels, err)
	}
	_, err = data.NewCorpus(examples("x")).Labels()
	if want := `f:1: every label down to here is "a": a classifier needs examples of two classes or more`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	_, err = data.NewCorpus(nil).Labels()
	if want := "data: no examples: a classifier needs examples of two classes or more"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	c := data.NewCorpus([]data.Example{{Label: "c", Text: "x", File: "dev.tsv", Line: 7}})
	_, err = c.Encode(data.NewVocab(nil, data.VocabConfig{}), labels, 0)
	if want := `dev.tsv:7: the label "c" is none of the training data's: a, b`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
