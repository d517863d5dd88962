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
	if err != nil || len(samples) != len(examples) {
		t.Fatalf("%d samples of %d examples, %v", len(samples), len(examples), err)
	}
	for i, e := range examples {
		if s := samples[i]; !slices.Equal(s.IDs, vocab.IDs(e.Text, maxLen)) || labels[s.Label] != e.Label {
			t.Fatalf("maxLen %d: %v is encoded as %v", maxLen, e, s)
		}
	}
}

// A text without words has no ids, and appending to a sample's ids does not write into the next one's.
func TestCorpusOfAnyTexts(t *testing.T) {
	corpus := data.NewCorpus(examples("a b", "", "b"))
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
	if got, want := corpus.String(), "corpus of 3 texts, 3 words, 2 distinct ones"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	samples, err := corpus.Encode(vocab, data.Labels{"a", "b"}, 0)
	if err != nil || len(samples[1].IDs) != 0 {
		t.Fatal(samples, err)
	}
	_ = append(samples[1].IDs, 99)
	if got := samples[2].IDs; !slices.Equal(got, []int32{2}) {
		t.Errorf("%v, want the one id 2", got)
	}
}

// A corpus gives its memory away once, and Encode needs no more for the samples.
func TestCorpusIsTaken(t *testing.T) {
	const texts, words = 1000, 38
	corpus := data.NewCorpus(madeTexts(texts, words))
	vocab := data.NewVocab(corpus.Counts(), data.VocabConfig{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	corpus.Encode(vocab, data.Labels{"a", "b"}, 0)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 4*texts*words/2 {
		t.Errorf("Encode took %d bytes, the ids of all words are %d", n, 4*texts*words)
	}
	_, err := corpus.Encode(vocab, data.Labels{"a", "b"}, 0)
	if want := "data: Encode or Split has taken the memory of this corpus: make another one"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if _, _, _, err := corpus.Split(data.SplitConfig{}); err == nil || corpus.Len() != 0 {
		t.Errorf("%v, and %d texts", err, corpus.Len())
	}
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
	words := 0
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
		for _, s := range samples {
			words += len(s.IDs)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(words), "ns/word")
}
