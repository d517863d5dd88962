package vectors_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgonia-embedding/vectors"
)

// near is a list of words and scores as gensim_goldens.py writes it.
type near [][2]any

// gensim is testdata/gensim.json, which testdata/gensim_goldens.py wrote with gensim 4.2.
type gensim struct {
	Nearest map[string]near
	Vector  struct {
		Vector  []float32
		Nearest near
	}
	Queries, Multiply []struct {
		Like, Unlike []string
		Top          int
		Nearest      near
	}
	Similarity [][3]any
	Central    []near
	Outlier    []string
	Mean       struct {
		Words []string
		Mean  []float64
	}
	Rank [][3]any
	Ties struct {
		Rows    []float32
		Nearest map[string]near
	}
	Pairs []struct {
		evaluation
		Pearson, Spearman, OOV float64
	}
	Analogies []struct {
		evaluation
		Score    float64
		Sections [][3]any
	}
}

type evaluation struct {
	Top       int
	MatchCase bool `json:"match_case"`
	Unknown   bool
}

func (e evaluation) config() vectors.EvaluateConfig {
	return vectors.EvaluateConfig{Top: e.Top, MatchCase: e.MatchCase, UnknownCount: e.Unknown}
}

// load decodes a file of JSON.
func load(t testing.TB, path string, v any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// goldens returns the table of testdata and what gensim found in it.
func goldens(t testing.TB) (*vectors.Table, gensim) {
	t.Helper()
	var g gensim
	load(t, "testdata/gensim.json", &g)
	return read(t, "testdata/words.vec", vectors.ReadConfig{}), g
}

// read reads a file that has nothing to be warned of.
func read(t testing.TB, path string, cfg vectors.ReadConfig) *vectors.Table {
	t.Helper()
	table, report, err := vectors.ReadFile(path, cfg)
	if err != nil || report.Warnings != nil {
		t.Fatal(err, report)
	}
	return table
}

// wantNear fails unless the words are those of gensim in the same order and the scores agree to 1e-6. Of words whose
// scores gensim's float32 does not tell apart, the order is that of the table.
func wantNear(t *testing.T, what string, got []vectors.Neighbour, want near) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d neighbours, want %d", what, len(got), len(want))
		return
	}
	for i, n := range got {
		if score := want[i][1].(float64); math.Abs(n.Cosine-score) > 1e-6*max(1, math.Abs(score)) {
			t.Errorf("%s: number %d is %+v, want %v", what, i, n, want[i])
		}
		if n.Word == want[i][0] {
			continue
		}
		tied := i > 0 && math.Abs(got[i-1].Cosine-n.Cosine) < 3e-7 || i+1 < len(got) && math.Abs(got[i+1].Cosine-n.Cosine) < 3e-7
		if !tied {
			t.Errorf("%s: number %d is %+v, want %v", what, i, n, want[i])
		}
	}
}

func TestNearestAsGensim(t *testing.T) {
	table, g := goldens(t)
	for word, want := range g.Nearest {
		got, err := table.Nearest(10, word)
		if err != nil {
			t.Fatal(err)
		}
		wantNear(t, word, got[0].Near, want)
	}
	got, err := table.Search(vectors.Query{N: 10, Vector: g.Vector.Vector})
	if err != nil {
		t.Fatal(err)
	}
	wantNear(t, "vector", got, g.Vector.Nearest)
	for _, multiply := range []bool{false, true} {
		queries := g.Queries
		if multiply {
			queries = g.Multiply
		}
		for _, q := range queries {
			got, err := table.Search(vectors.Query{N: 10, Like: q.Like, Unlike: q.Unlike, Top: q.Top, Multiply: multiply})
			if err != nil {
				t.Fatal(err)
			}
			wantNear(t, strings.Join(q.Like, " "), got, q.Nearest)
		}
	}
}

// Of so few rows numpy's order of equal scores is that of the table, and so is ours, exactly.
func TestTiesAsGensim(t *testing.T) {
	_, g := goldens(t)
	table := newTable(t, words{"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"}, g.Ties.Rows)
	for word, want := range g.Ties.Nearest {
		got, err := table.Nearest(9, word)
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range got[0].Near {
			if n.Word != want[i][0] || math.Abs(n.Cosine-want[i][1].(float64)) > 1e-6 {
				t.Errorf("%s: number %d is %+v, want %v", word, i, n, want[i])
			}
		}
	}
}

func TestCompareAsGensim(t *testing.T) {
	table, g := goldens(t)
	for _, s := range g.Similarity {
		if got, err := table.Similarity(s[0].(string), s[1].(string)); err != nil || math.Abs(got-s[2].(float64)) > 1e-6 {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
	for i, want := range g.Central {
		list := make([]string, len(want))
		for k, w := range want {
			list[len(list)-1-k] = w[0].(string)
		}
		got, err := table.Central(list...)
		if err != nil {
			t.Fatal(err)
		}
		wantNear(t, "central", got, want)
		if got, err := table.Outlier(list...); err != nil || got != g.Outlier[i] {
			t.Errorf("outlier of %v: %s, %v, want %s", list, got, err, g.Outlier[i])
		}
	}
	mean, known := table.Mean(g.Mean.Words...)
	if known != len(g.Mean.Words)-1 {
		t.Errorf("%d words are known", known)
	}
	for j, x := range mean {
		if math.Abs(float64(x)-g.Mean.Mean[j]) > 1e-6 {
			t.Errorf("element %d of the mean is %v, want %v", j, x, g.Mean.Mean[j])
		}
	}
	for _, r := range g.Rank {
		if got, err := table.Rank(r[0].(string), r[1].(string)); err != nil || got != int(r[2].(float64)) {
			t.Errorf("%v: %v, %v", r, got, err)
		}
	}
}

func TestEvaluateAsGensim(t *testing.T) {
	table, g := goldens(t)
	f, err := os.Open("testdata/pairs.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pairs, err := vectors.ReadPairs(f, "pairs.tsv")
	if err != nil || len(pairs) != 62 {
		t.Fatal(len(pairs), err)
	}
	for _, want := range g.Pairs {
		got := table.EvaluatePairs(pairs, want.config())
		if oov := 100 * float64(len(got.Unknown)) / float64(len(pairs)); math.Abs(got.Pearson-want.Pearson) > 1e-6 ||
			math.Abs(got.Spearman-want.Spearman) > 1e-6 || math.Abs(oov-want.OOV) > 1e-6 {
			t.Errorf("%+v: got %v", want, got)
		}
	}
	file, err := os.Open("testdata/analogies.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	sections, err := vectors.ReadAnalogies(file, "analogies.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range g.Analogies {
		got := table.EvaluateAnalogies(sections, want.config())
		for i, s := range got {
			if float64(s.Correct) != want.Sections[i][1] || float64(s.Asked) != want.Sections[i][2] {
				t.Errorf("%+v: section %d: got %+v, want %v", want.evaluation, i, s, want.Sections[i])
			}
		}
		if total := got[len(got)-1]; math.Abs(total.Accuracy()-want.Score) > 1e-6 {
			t.Errorf("%+v: got %v, want %v", want.evaluation, total.Accuracy(), want.Score)
		}
	}
}

// sharedFormats returns the folder of the files that other programs wrote.
func sharedFormats(t testing.TB) string {
	t.Helper()
	shared := os.Getenv("EMBEDDING_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	dir := filepath.Join(shared, "formats")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("EMBEDDING_SHARED does not name a folder with formats/, and ../shared has none")
	}
	return dir
}

// What gensim reads of files that word2vec, GloVe and fastText wrote.
func TestFilesAsGensim(t *testing.T) {
	dir := sharedFormats(t)
	var files map[string]struct {
		Rows, Dim int
		Vectors   map[string][]float64
		Nearest   map[string]near
	}
	load(t, "testdata/shared.json", &files)
	for name, want := range files {
		table := read(t, filepath.Join(dir, name), vectors.ReadConfig{})
		if table.Len() != want.Rows || table.Dim() != want.Dim {
			t.Errorf("%s: %d rows of %d, want %d of %d", name, table.Len(), table.Dim(), want.Rows, want.Dim)
		}
		for word, vector := range want.Vectors {
			id, ok := table.ID(word)
			if !ok {
				t.Errorf("%s: no word %q", name, word)
				continue
			}
			for j, x := range table.Row(id) {
				if math.Abs(float64(x)-vector[j]) > 1e-6*max(1, math.Abs(vector[j])) {
					t.Errorf("%s: %s: element %d is %v, want %v", name, word, j, x, vector[j])
				}
			}
		}
		for word, want := range want.Nearest {
			got, err := table.Search(vectors.Query{N: 5, Like: []string{word}, Without: []string{"</s>"}})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			wantNear(t, name+": "+word, got, want)
		}
	}
}

// The vectors of a model's words are those that fastText wrote beside it, in five digits.
func TestFastTextAsFastText(t *testing.T) {
	dir := sharedFormats(t)
	for _, name := range []string{"crime-and-punishment", "toy-model"} {
		got := read(t, filepath.Join(dir, name+".bin"), vectors.ReadConfig{})
		want := read(t, filepath.Join(dir, name+".vec"), vectors.ReadConfig{})
		if got.Len() != want.Len() {
			t.Errorf("%s: %d words, want %d", name, got.Len(), want.Len())
		}
		for id := range want.Len() {
			if got.Word(id) != want.Word(id) {
				t.Errorf("%s: word %d is %q, want %q", name, id, got.Word(id), want.Word(id))
			}
			for j, x := range want.Row(id) {
				if math.Abs(float64(got.Row(id)[j]-x)) > 6e-5*math.Abs(float64(x))+1e-8 {
					t.Errorf("%s: %s: element %d is %v, want %v", name, want.Word(id), j, got.Row(id)[j], x)
				}
			}
		}
	}
}

// The files that no program of today reads, and one with words that are not UTF-8.
func TestOddFiles(t *testing.T) {
	dir := sharedFormats(t)
	const old = ": byte 0: a fastText model of before version 11, or none: load and save it with fastText 0.1 or later"
	const none = ": byte 0: this is no file of word vectors that begins as one of fasttext, npy, safetensors, word2vec-binary, word2vec or glove"
	for name, want := range map[string]string{
		"cp852_fasttext.bin": old, "non_ascii_fasttext.bin": old, "lee_fasttext.bin": old,
		"lee_background.cor": none, "reproduce.dat": none, "reproduce.dat.gz": none,
	} {
		path := filepath.Join(dir, name)
		if _, _, err := vectors.ReadFile(path, vectors.ReadConfig{}); err == nil || err.Error() != path+want {
			t.Errorf("got  %v\nwant %s", err, path+want)
		}
	}
	table, report, err := vectors.ReadFile(filepath.Join(dir, "pang_lee_polarity_fasttext.bin"), vectors.ReadConfig{})
	if err != nil || table.Len() != 1694 || table.Dim() != 100 || len(report.Warnings) != 1 || report.Warnings[0].Count != 5 {
		t.Errorf("%v, %v", report, err)
	}
	if _, ok := table.ID("__label__0"); ok {
		t.Error("a label is a word")
	}
}
