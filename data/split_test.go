package data_test

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/data"
)

// classes returns texts of the given numbers of each label, which take turns; each text is one word of its own.
func classes(counts ...int) (examples []data.Example) {
	for n := range slices.Max(counts) {
		for label, count := range counts {
			if n < count {
				examples = append(examples, data.Example{Label: fmt.Sprintf("l%d", label), Text: fmt.Sprintf("w%d", len(examples))})
			}
		}
	}
	return examples
}

// A split gives each text to one part, in the order of the texts; each label has its share in each part, and at least one
// text in train. Another seed gives another split, the same seed the same.
func TestSplit(t *testing.T) {
	examples := classes(1000, 300, 50, 9, 2, 1)
	split := func(seed uint64) (numbers [3][]int, labels [3]map[string]int) {
		train, dev, test := data.NewCorpus(examples).Split(data.SplitConfig{Dev: 0.1, Test: 0.2, Seed: seed})
		for part, corpus := range []*data.Corpus{train, dev, test} {
			labels[part] = make(map[string]int)
			for i := range corpus.Len() {
				numbers[part] = append(numbers[part], corpus.Number(i))
				labels[part][examples[corpus.Number(i)].Label]++
			}
		}
		return numbers, labels
	}
	numbers, labels := split(1)
	all := slices.Concat(numbers[0], numbers[1], numbers[2])
	slices.Sort(all)
	for i, n := range all {
		if i != n || len(all) != len(examples) {
			t.Fatalf("%d texts of %d, number %d is %d", len(all), len(examples), i, n)
		}
	}
	for part, share := range []float64{0.7, 0.1, 0.2} {
		if !slices.IsSorted(numbers[part]) {
			t.Errorf("part %d is not in order", part)
		}
		for label, count := range []float64{1000, 300, 50, 9, 2, 1} {
			got := float64(labels[part][fmt.Sprintf("l%d", label)])
			if abs(got-share*count) > 1.5 || part == 0 && got < 1 {
				t.Errorf("part %d has %v of %v texts of label %d", part, got, count, label)
			}
		}
	}
	if again, _ := split(1); !reflect.DeepEqual(again, numbers) {
		t.Error("the same seed gave another split")
	}
	if other, _ := split(2); reflect.DeepEqual(other, numbers) {
		t.Error("another seed gave the same split")
	}
}

// Words of dev and test alone are not counted, and the parts are encoded as if each had been read alone.
func TestSplitParts(t *testing.T) {
	examples := classes(40, 20)
	train, dev, test := data.NewCorpus(examples).Split(data.SplitConfig{Dev: 0.2, Test: 0.1})
	labels, err := train.Labels()
	if err != nil {
		t.Fatal(err)
	}
	vocab := data.NewVocab(train.Counts(), data.VocabConfig{})
	if vocab.Len() != train.Len()+2 {
		t.Errorf("%v of %v", vocab, train)
	}
	for part, corpus := range []*data.Corpus{train, dev, test} {
		var alone []data.Example
		for i := range corpus.Len() {
			alone = append(alone, examples[corpus.Number(i)])
		}
		checkSamples(t, alone, corpus, vocab, labels, 0)
		if part > 0 && vocab.ID(alone[0].Text) != data.UnkID {
			t.Errorf("%q of part %d is known", alone[0].Text, part)
		}
	}
}

// The samples are the same however many CPUs split the texts, which are more than one batch of the workers.
func TestCorpusIsTheSameForAnyGOMAXPROCS(t *testing.T) {
	file := new(strings.Builder)
	for _, e := range madeTexts(5000, 38) {
		fmt.Fprintf(file, "%s\t%s\n", e.Label, e.Text)
	}
	read := func(procs int) (list []data.Sample) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		s, err := data.NewSource(strings.NewReader(file.String()), "made.tsv", data.ReadConfig{})
		if err != nil {
			t.Fatal(err)
		}
		corpus, err := data.ReadCorpus(s.Rows())
		if err != nil {
			t.Fatal(err)
		}
		samples, err := corpus.Encode(data.NewVocab(corpus.Counts(), data.VocabConfig{}), data.Labels{"a", "b"}, 0)
		if err != nil || samples.Len() != 5000 {
			t.Fatal(samples.Len(), err)
		}
		for _, s := range samples.All() {
			list = append(list, s)
		}
		return list
	}
	want := read(1)
	for _, procs := range []int{2, 5} {
		if !reflect.DeepEqual(read(procs), want) {
			t.Errorf("GOMAXPROCS %d: other samples", procs)
		}
	}
}
