package data_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/data"
)

func examples(texts ...string) []data.Example {
	var list []data.Example
	for i, text := range texts {
		list = append(list, data.Example{Label: []string{"a", "b"}[i%2], Text: text, File: "f", Line: i + 1})
	}
	return list
}

func wordsOf(v *data.Vocab) (words []string) {
	for id := range v.Len() {
		words = append(words, v.Word(id))
	}
	return words
}

func countsOf(v *data.Vocab) (counts []int) {
	for id := range v.Len() {
		counts = append(counts, v.Count(id))
	}
	return counts
}

func TestVocab(t *testing.T) {
	ex := examples("b a c b", "d b a", "C")
	for _, tt := range []struct {
		cfg  data.VocabConfig
		want []string
	}{
		{data.VocabConfig{}, []string{"<pad>", "<unk>", "b", "a", "c", "d"}},
		{data.VocabConfig{MinCount: 2}, []string{"<pad>", "<unk>", "b", "a", "c"}},
		{data.VocabConfig{MinCount: 3}, []string{"<pad>", "<unk>", "b"}},
		{data.VocabConfig{MaxSize: 4}, []string{"<pad>", "<unk>", "b", "a"}},
		{data.VocabConfig{MaxSize: 1}, []string{"<pad>", "<unk>"}},
	} {
		v := data.NewVocab(data.NewCorpus(ex).Counts(), tt.cfg)
		if got := wordsOf(v); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %q, want %q", tt.cfg, got, tt.want)
		}
	}
	v := data.NewVocab(data.NewCorpus(ex).Counts(), data.VocabConfig{})
	if got := v.IDs("a B zzz c", 3); !slices.Equal(got, []int32{3, 2, data.UnkID}) {
		t.Errorf("IDs = %v", got)
	}
	text := []byte("A B zzz C é")
	ids := make([]int32, 0, 10)
	if n := testing.AllocsPerRun(100, func() { ids = v.AppendIDs(ids[:1], text, 0) }); n > 0 || !slices.Equal(ids, []int32{0, 3, 2, 1, 4, 1}) {
		t.Errorf("AppendIDs takes memory %v times for %v", n, ids)
	}
	if v.IDOf([]byte("c")) != 4 || v.IDOf(nil) != data.UnkID {
		t.Error("IDOf is off")
	}
	if v.ID("<pad>") != data.PadID || v.Count(2) != 3 || v.Count(-1) != 0 || v.Word(99) != "<unk>" {
		t.Error("ID, Count or Word is off")
	}
}

// Counts may come from anywhere: they may hold the names of the special ids, and words that were never seen.
func TestVocabFromCounts(t *testing.T) {
	counts := map[string]int{"b": 2, "a": 2, "<pad>": 9, "<unk>": 9, "never": 0, "less": -1}
	v := data.NewVocab(counts, data.VocabConfig{})
	if got := wordsOf(v); !slices.Equal(got, []string{"<pad>", "<unk>", "a", "b"}) || v.Count(data.PadID) != 0 || len(counts) != 6 {
		t.Errorf("%q, %d, %v", got, v.Count(data.PadID), counts)
	}
	for word, want := range map[string]string{
		"":     `data: the word "" of id 2 cannot be saved: want one that is not empty and without line ends`,
		"a\nb": `data: the word "a\nb" of id 2 cannot be saved: want one that is not empty and without line ends`,
	} {
		err := data.NewVocab(map[string]int{word: 1}, data.VocabConfig{}).Save(io.Discard)
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %v", word, err, want)
		}
	}
}

func TestVocabSaveAndRead(t *testing.T) {
	v := data.NewVocab(data.NewCorpus(examples("naïve b, b !", "👍 don't \t\u0301")).Counts(), data.VocabConfig{})
	var b bytes.Buffer
	if err := v.Save(&b); err != nil {
		t.Fatal(err)
	}
	got, err := data.ReadVocab(&b, "vocab")
	if err != nil || !slices.Equal(wordsOf(got), wordsOf(v)) || !slices.Equal(countsOf(got), countsOf(v)) {
		t.Errorf("read back %v, %v", got, err)
	}
	for in, want := range map[string]string{
		"":                               `vocab:1: not a vocabulary: want the lines ["<pad>" "<unk>"] first`,
		"<pad>\t0\n":                     `vocab:2: not a vocabulary: want the lines ["<pad>" "<unk>"] first`,
		"the\t5\n":                       `vocab:1: not a vocabulary: want "<pad>", got "the"`,
		"<pad>\t0\n<unk>\t0\na\n":        `vocab:3: want a word, a tab and a count, got "a"`,
		"<pad>\t0\n<unk>\t0\na\tx\n":     `vocab:3: want a word, a tab and a count, got "a\tx"`,
		"<pad>\t0\n<unk>\t0\n\t1\n":      `vocab:3: want a word, a tab and a count, got "\t1"`,
		"<pad>\t0\n<unk>\t0\na\t1\na\t1": `vocab:4: the word "a" stands on line 3 already`,
	} {
		if _, err := data.ReadVocab(strings.NewReader(in), "vocab"); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %v", in, err, want)
		}
	}
}

func FuzzReadVocab(f *testing.F) {
	f.Add("<pad>\t0\n<unk>\t0\na\t3\n\t\u0301\t2\n")
	f.Fuzz(func(t *testing.T, in string) {
		v, err := data.ReadVocab(strings.NewReader(in), "vocab")
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := v.Save(&b); err != nil {
			t.Fatal(err)
		}
		if again, err := data.ReadVocab(&b, "vocab"); err != nil || !slices.Equal(wordsOf(again), wordsOf(v)) || !slices.Equal(countsOf(again), countsOf(v)) {
			t.Errorf("%v, but again %v, %v", v, again, err)
		}
	})
}

func TestPrint(t *testing.T) {
	v := data.NewVocab(map[string]int{"a": 3, "b": 2, "c": 1}, data.VocabConfig{})
	if got, want := v.String(), "vocabulary of 5 words, the commonest: a b c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	empty := data.NewVocab(nil, data.VocabConfig{})
	if got, want := empty.String(), "vocabulary of 2 words, the commonest: "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The ids of texts by a vocabulary of 20,000 words.
func BenchmarkAppendIDs(b *testing.B) {
	examples := madeTexts(10_000, 38)
	vocab := data.NewVocab(data.NewCorpus(examples).Counts(), data.VocabConfig{})
	var texts [][]byte
	for _, e := range examples {
		texts = append(texts, []byte(e.Text))
	}
	words, ids := 0, []int32(nil)
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			ids = vocab.AppendIDs(ids[:0], text, 0)
			words += len(ids)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(words), "ns/word")
}

// Words that Words would not find, and those that are there already, are left out; the words of before keep their ids.
func TestExtend(t *testing.T) {
	v := data.NewVocab(map[string]int{"b": 3, "a": 2}, data.VocabConfig{})
	long := v.Extend([]string{"c", "a", "New", "new york", "", "<unk>", "wasn't", ",", "c", "é"})
	if got, want := wordsOf(long), []string{"<pad>", "<unk>", "b", "a", "c", "wasn't", ",", "é"}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got, want := countsOf(long), []int{0, 0, 3, 2, 0, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("counts %v, want %v", got, want)
	}
	if got := long.IDs("A é, b: C", 0); !slices.Equal(got, []int32{3, 7, 6, 2, data.UnkID, 4}) || v.Len() != 4 {
		t.Errorf("ids %v; the vocabulary of before has %d words", got, v.Len())
	}
	var file bytes.Buffer
	if err := long.WriteTokenizer(&file); err != nil {
		t.Fatal(err)
	}
	again, err := data.ReadTokenizer(&file, "f")
	if err != nil || !slices.Equal(wordsOf(again.Extend([]string{"d"})), append(wordsOf(long), "d")) {
		t.Errorf("%v, %v", again, err)
	}
}
