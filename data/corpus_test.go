package data_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gorgonia-embedding/data"
)

// What a Corpus counts and encodes is what Words and Vocab.IDs say of each text.
func TestCorpus(t *testing.T) {
	train, dev, _ := data.Toy()
	corpus := data.NewCorpus(train)
	labels, err := corpus.Labels()
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]int)
	for _, e := range train {
		for _, w := range data.Words(e.Text) {
			counts[w]++
		}
	}
	got := corpus.Counts()
	for w, n := range counts {
		if got[w] != n || len(got) != len(counts) {
			t.Fatalf("%d words, %q %d times; want %d, %d", len(got), w, got[w], len(counts), n)
		}
	}
	vocab := data.NewVocab(got, data.VocabConfig{MinCount: 3})
	for _, maxLen := range []int{0, 1, 7, 1000} {
		checkSamples(t, train, data.NewCorpus(train), vocab, labels, maxLen)
		checkSamples(t, dev, data.NewCorpus(dev), vocab, labels, maxLen)
	}
}

func checkSamples(t *testing.T, examples []data.Example, corpus *data.Corpus, vocab *data.Vocab, labels data.Labels, maxLen int) {
	t.Helper()
	samples, err := corpus.Encode(vocab, labels, maxLen)
	if err != nil || samples.Len() != len(examples) {
		t.Fatalf("%d samples of %d examples, %v", samples.Len(), len(examples), err)
	}
	for i, e := range examples {
		if s := samples.At(i); !slices.Equal(s.IDs, vocab.IDs(e.Text, maxLen)) || labels[s.Label] != e.Label {
			t.Fatalf("maxLen %d: %v is encoded as %v", maxLen, e, s)
		}
	}
}

// A text without words has no ids.
func TestCorpusOfAnyTexts(t *testing.T) {
	corpus := data.NewCorpus(examples("a b", "", "b"))
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
	if got, want := corpus.String(), "corpus of 3 texts, 3 words, 2 distinct ones"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	samples, err := corpus.Encode(vocab, data.Labels{"a", "b"}, 0)
	if err != nil || len(samples.At(1).IDs) != 0 || !slices.Equal(samples.At(2).IDs, []int32{2}) {
		t.Errorf("%v and %v, %v", samples.At(1), samples.At(2), err)
	}
}

// Samples share the memory of their corpus, which can be encoded again, by other words.
func TestCorpusIsEncodedTwice(t *testing.T) {
	const n, words = 1000, 38
	made := madeTexts(n, words)
	corpus := data.NewCorpus(made)
	labels := data.Labels{"a", "b"}
	all, common := data.NewVocab(corpus.Counts(), data.VocabConfig{}), data.NewVocab(corpus.Counts(), data.VocabConfig{MinCount: 5})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	corpus.Encode(all, labels, 0)
	runtime.ReadMemStats(&after)
	most := 4*(2+runtime.GOMAXPROCS(0))*all.Len() + 4096 // an id for each distinct word, and once more for each worker
	if took := after.TotalAlloc - before.TotalAlloc; took > uint64(most) {
		t.Errorf("Encode took %d bytes for %d distinct words, want %d at most", took, all.Len(), most)
	}
	checkSamples(t, made, corpus, common, labels, 7)
	checkSamples(t, made, corpus, all, labels, 0)
}

// madeTexts returns n texts of so many words each, drawn by Zipf's law, with a capital and a full stop.
func madeTexts(n, words int) []data.Example {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 3, 20000)
	list := make([]data.Example, n)
	for i := range list {
		text := "The"
		for range words - 2 {
			text += fmt.Sprintf(" wa%x", zipf.Uint64())
		}
		list[i] = data.Example{Label: []string{"a", "b"}[i%2], Text: text + ".", File: "made", Line: i + 1}
	}
	return list
}

// From a file's bytes to samples.
func BenchmarkCorpus(b *testing.B) {
	var file bytes.Buffer
	for _, e := range madeTexts(10_000, 38) {
		fmt.Fprintf(&file, "%s\t%s\n", e.Label, e.Text)
	}
	words, ids := 0, []int32(nil)
	b.ReportAllocs()
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		source, err := data.NewSource(bytes.NewReader(file.Bytes()), "made.tsv", data.ReadConfig{})
		if err != nil {
			b.Fatal(err)
		}
		corpus, err := data.ReadCorpus(source.Rows())
		if err != nil {
			b.Fatal(err)
		}
		vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
		samples, err := corpus.Encode(vocab, data.Labels{"a", "b"}, 0)
		if err != nil {
			b.Fatal(err)
		}
		for i := range samples.Len() {
			ids, _ = samples.Append(ids[:0], nil, i)
			words += len(ids)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(words), "ns/word")
}
