package data_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/data"
)

// Samples are the list that they were made of: of any ids and labels, without words, and of more words than a block holds.
func TestNewSamples(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for name, list := range map[string][]data.Sample{
		"none":       {},
		"no words":   {{Label: 1}, {Label: 0}, {Label: 1}},
		"odd values": {{IDs: []int32{-1, math.MaxInt32, math.MinInt32, 0, -1}, Label: -7}, {}, {IDs: []int32{0}, Label: math.MaxInt}},
		"many":       made(rnd, 3000, 500, 100_000),
		"one long":   made(rnd, 1, 700_000, 50_000),
	} {
		samples := data.NewSamples(list)
		checkList(t, name, samples, list)
		checkBatches(t, name, samples, list)
	}
	var none *data.Samples
	checkList(t, "nil", none, nil)
}

// made returns n samples of up to so many words.
func made(rnd *rand.Rand, n, most, vocab int) []data.Sample {
	list := make([]data.Sample, n)
	for i := range list {
		list[i] = data.Sample{IDs: make([]int32, most/2+rnd.IntN(most/2+1)), Label: rnd.IntN(5)}
		for k := range list[i].IDs {
			list[i].IDs[k] = int32(rnd.IntN(vocab))
		}
	}
	return list
}

func checkList(t *testing.T, name string, samples *data.Samples, want []data.Sample) {
	t.Helper()
	if samples.Len() != len(want) {
		t.Fatalf("%s: %d samples, want %d", name, samples.Len(), len(want))
	}
	n := 0
	for i, s := range samples.All() {
		if i != n || !slices.Equal(s.IDs, want[i].IDs) || s.Label != want[i].Label || samples.Label(i) != s.Label {
			t.Fatalf("%s: number %d of %d differs: %d ids, want %d", name, i, len(want), len(s.IDs), len(want[i].IDs))
		}
		n++
	}
	if n != len(want) {
		t.Errorf("%s: All yields %d of %d", name, n, len(want))
	}
}

// checkBatches appends batches of any size, of samples at any places.
func checkBatches(t *testing.T, name string, samples *data.Samples, want []data.Sample) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(2, 2))
	for size := range 70 {
		places, ids, offsets := []int{}, []int32{7}, []int{1}
		for range min(size, len(want)) {
			i := rnd.IntN(len(want))
			places, ids = append(places, i), append(ids, want[i].IDs...)
			offsets = append(offsets, len(ids))
		}
		if got, ends := samples.Append([]int32{7}, []int{1}, places...); !slices.Equal(got, ids) || !slices.Equal(ends, offsets) {
			t.Fatalf("%s: %d samples are appended as %d ids, want %d", name, len(places), len(got), len(ids))
		}
	}
}

// Append needs no memory if there is room for the ids, however they are packed.
func TestAppendTakesNoMemory(t *testing.T) {
	list := made(rand.New(rand.NewPCG(1, 1)), 64, 2000, 60_000) // more words than one unit numbers
	samples, places, room := data.NewSamples(list), make([]int, 64), 0
	for i, s := range list {
		places[i], room = i, room+len(s.IDs)
	}
	ids, offsets := make([]int32, room), make([]int, 65)
	got, _ := samples.Append(ids[:0], offsets[:1], places...)
	if &got[0] != &ids[0] || len(got) != room || offsets[64] != room {
		t.Errorf("%d ids in a room of %d, the last ends at %d", len(got), room, offsets[64])
	}
	if n := testing.AllocsPerRun(10, func() { samples.Append(ids[:0], offsets[:1], places...) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Texts of many blocks, split and cut to maxLen, are what Words and Vocab.IDs say of each; some are empty, and words are
// more than one unit numbers.
func TestSamplesOfManyBlocks(t *testing.T) {
	var examples []data.Example
	for i, e := range madeTexts(6000, 38) {
		switch {
		case i%7 == 0:
			e.Text = ""
		case i > 2000:
			e.Text += fmt.Sprintf(" only%d and%d here%d and%d", i, i%5000, i, i+1)
			for k := range 20 {
				e.Text += fmt.Sprintf(" x%d", 20*i+k)
			}
		}
		examples = append(examples, e)
	}
	corpus := data.NewCorpus(examples)
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
	if vocab.Len() < 80_000 { // two workers have more than one unit numbers
		t.Fatalf("%v: too few", vocab)
	}
	for _, maxLen := range []int{0, 1, 40, 1000} {
		checkSamples(t, examples, corpus, vocab, data.Labels{"a", "b"}, maxLen)
	}
	train, dev, test := corpus.Split(data.SplitConfig{Dev: 0.2, Test: 0.1, Seed: 3})
	rest, none, tenth := train.Split(data.SplitConfig{Test: 0.1, Seed: 4}) // a part of a part
	for _, part := range []*data.Corpus{train, dev, test, rest, none, tenth} {
		var alone []data.Example
		for i := range part.Len() {
			alone = append(alone, examples[part.Number(i)])
		}
		checkSamples(t, alone, part, vocab, data.Labels{"a", "b"}, 40)
		counts := make(map[string]int)
		for _, e := range alone {
			for _, w := range data.Words(e.Text) {
				counts[w]++
			}
		}
		if !reflect.DeepEqual(part.Counts(), counts) {
			t.Errorf("%v: other counts", part)
		}
	}
}

// A corpus holds its words in about half the memory of its file.
func TestMemoryOfSamples(t *testing.T) {
	file := new(strings.Builder)
	for _, e := range madeTexts(20_000, 38) {
		fmt.Fprintf(file, "%s\t%s\n", e.Label, e.Text)
	}
	text := file.String()
	before := live()
	source, err := data.NewSource(strings.NewReader(text), "made.tsv", data.ReadConfig{})
	if err != nil {
		t.Fatal(err)
	}
	corpus, err := data.ReadCorpus(source.Rows())
	if err != nil {
		t.Fatal(err)
	}
	samples, err := corpus.Encode(data.NewVocab(corpus.Counts(), data.VocabConfig{}), data.Labels{"a", "b"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	corpus, source = nil, nil
	held := live() - before
	if held > len(text)*55/100 || samples.Len() != 20_000 {
		t.Errorf("%d samples of a file of %d bytes hold %d", samples.Len(), len(text), held)
	}
	runtime.KeepAlive(text)
}

// live returns how many bytes are in use.
func live() int {
	runtime.GC()
	runtime.GC() // the first one empties pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
