package model_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
)

// sentences returns n texts of so many words, which are those of vocabOf(vocab) by Zipf's law.
func sentences(n, words, vocab int) []string {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 3, uint64(vocab-3))
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for range words {
			fmt.Fprintf(&b, "w%d ", 2+zipf.Uint64())
		}
		texts[i] = b.String()
	}
	return texts
}

// One text of 20 words.
func BenchmarkPredict(b *testing.B) {
	c := newClassifier(b, 50_000, 2, model.Config{Arch: model.Bag{Dim: 64, Dropout: 0.5}})
	texts := sentences(1000, 20, 50_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := c.Predict(texts[i%len(texts)]); err != nil {
			b.Fatal(err)
		}
	}
}

// Texts of 38 words; the time is that of one text.
func BenchmarkPredictAll(b *testing.B) {
	c := newClassifier(b, 50_000, 2, model.Config{Arch: model.Bag{Dim: 64, Dropout: 0.5}})
	texts := sentences(6400, 38, 50_000)
	b.ReportAllocs()
	for done := 0; done < b.N; done += len(texts) {
		if _, err := c.PredictAll(texts[:min(len(texts), b.N-done)]); err != nil {
			b.Fatal(err)
		}
	}
}

// A model of a million words, with 64 numbers each.
func BenchmarkLoad(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "m")
	counts := make(map[string]int)
	for i := range 1_000_000 - 2 {
		counts[fmt.Sprintf("w%d", i)] = 1_000_000 - i
	}
	c, err := model.New(model.Config{Arch: model.Bag{Dim: 64}}, data.NewVocab(counts, data.VocabConfig{}), labelsOf(2))
	if err == nil {
		err = c.Save(dir, model.Run{})
	}
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := model.Load(os.DirFS(dir)); err != nil {
			b.Fatal(err)
		}
	}
}
