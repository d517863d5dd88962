package word2vec_test

import (
	"os"
	"path/filepath"
	"testing"

	"gorgonia-embedding/vectors"
	"gorgonia-embedding/word2vec"
)

// TestAgreesWithPeople trains skip-gram vectors of the file WORD2VEC_CORPUS by one epoch from three seeds, and compares
// them with the pairs in the folder WORD2VEC_PAIRS: make accuracy-vectors.
func TestAgreesWithPeople(t *testing.T) {
	corpus, folder := os.Getenv("WORD2VEC_CORPUS"), os.Getenv("WORD2VEC_PAIRS")
	if corpus == "" || folder == "" {
		t.Skip("WORD2VEC_CORPUS names no text, or WORD2VEC_PAIRS no folder with EN-WS-353-ALL.txt and others: make accuracy-vectors makes the text")
	}
	want := map[string]float64{"EN-WS-353-ALL.txt": 0.49, "EN-SIMLEX-999.txt": 0.32, "EN-MEN-TR-3k.txt": 0.585, "EN-MTurk-771.txt": 0.515}
	cfg, sums := word2vec.Defaults(), make(map[string]float64)
	cfg.Dim, cfg.MinCount, cfg.Epochs = 50, 10, 1
	for cfg.Seed = 1; cfg.Seed <= 3; cfg.Seed++ {
		m, err := word2vec.Train(t.Context(), word2vec.File(corpus), cfg)
		if err != nil {
			t.Fatal(err)
		}
		table, err := vectors.New(m, m.Vectors())
		if err != nil {
			t.Fatal(err)
		}
		for file := range want {
			sums[file] += spearman(t, table, filepath.Join(folder, file))
		}
	}
	for file, least := range want {
		if mean := sums[file] / 3; mean < least {
			t.Errorf("%s: the mean correlation (Spearman) is %.3f, want at least %.3f", file, mean, least)
		} else {
			t.Logf("%s: the mean correlation (Spearman) is %.3f, of at least %.3f", file, mean, least)
		}
	}
}

func spearman(t *testing.T, table *vectors.Table, path string) float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pairs, err := vectors.ReadPairs(f, path)
	if err != nil {
		t.Fatal(err)
	}
	return table.EvaluatePairs(pairs, vectors.EvaluateConfig{}).Spearman
}
