package data_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/data"
)

func TestRead(t *testing.T) {
	for name, tt := range map[string]struct {
		in     string
		format data.Format
		want   [][2]string
		lines  []int
	}{
		"tsv":                     {"pos\tgood fun\nneg\tdull\n", data.TSV, [][2]string{{"pos", "good fun"}, {"neg", "dull"}}, []int{1, 2}},
		"no newline at the end":   {"pos\tgood", data.TSV, [][2]string{{"pos", "good"}}, []int{1}},
		"mark, CR and blanks":     {"\uFEFFpos\tgood\r\n\r\n \nneg\tdull\r\n", data.TSV, [][2]string{{"pos", "good"}, {"neg", "dull"}}, []int{1, 4}},
		"tabs in the text":        {"1\ta\tb", data.TSV, [][2]string{{"1", "a\tb"}}, []int{1}},
		"csv":                     {"pos,\"good, \"\"fun\"\"\"\nneg,dull\n", data.CSV, [][2]string{{"pos", `good, "fun"`}, {"neg", "dull"}}, []int{1, 2}},
		"csv with header":         {"Label,Text\npos,good\n", data.CSV, [][2]string{{"pos", "good"}}, []int{2}},
		"csv over lines":          {"pos,\"good\nfun\"\nneg,dull\n", data.CSV, [][2]string{{"pos", "good\nfun"}, {"neg", "dull"}}, []int{1, 3}},
		"text longer than a page": {"1\t" + strings.Repeat("word ", 20000), data.TSV, [][2]string{{"1", strings.TrimSpace(strings.Repeat("word ", 20000))}}, []int{1}},
	} {
		got, err := data.Read(strings.NewReader(tt.in), "in", tt.format)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, e := range got {
			if i >= len(tt.want) || e.Label != tt.want[i][0] || e.Text != tt.want[i][1] || e.Line != tt.lines[i] || e.File != "in" {
				t.Errorf("%s: example %d is %.100v", name, i, e)
			}
		}
		if len(got) != len(tt.want) {
			t.Errorf("%s: %d examples, want %d", name, len(got), len(tt.want))
		}
	}
}

func TestReadErrors(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	for name, tt := range map[string]struct {
		in     string
		format data.Format
		want   string
	}{
		"empty file":        {"", data.TSV, "in:1: no examples: want a label and a text on each line"},
		"blank file":        {"\n \n", data.TSV, "in:2: no examples: want a label and a text on each line"},
		"empty csv":         {"", data.CSV, "in:1: no examples: want a label and a text on each line"},
		"header alone":      {"label,text\n", data.CSV, "in:1: no examples: want a label and a text on each line"},
		"one field":         {"1\tfine\nnothing here\n", data.TSV, "in:2: one field: want two, label and text"},
		"no text":           {"1\tfine\n0\t \n", data.TSV, "in:2: the text is empty"},
		"no label":          {" \tfine\n", data.TSV, "in:1: the label is empty"},
		"latin-1":           {"1\tfine\n0\tcaf\xe9\n", data.TSV, "in:2: invalid UTF-8: convert the file to UTF-8"},
		"binary":            {"\x7fELF\x02\x01\x01\x00\x00", data.TSV, "in:1: a NUL byte: this is not a text file"},
		"10 MB line":        {"1\tfine\n0\t" + long, data.TSV, "in:2: longer than 1048576 bytes: this is not a file of one example a line"},
		"10 MB csv line":    {"1,fine\n0," + long, data.CSV, "in:2: longer than 1048576 bytes: this is not a file of one example a line"},
		"three csv fields":  {"1,fine\n0,well, no\n", data.CSV, "in:2: 3 fields: want two, label and text; quote a text that holds a comma"},
		"one csv field":     {"1\n", data.CSV, "in:1: one field: want two, label and text"},
		"open quote in csv": {"1,\"fine\n", data.CSV, "in:1: extraneous or missing \" in quoted-field"},
		"latin-1 csv":       {"1,caf\xe9\n", data.CSV, "in:1: invalid UTF-8: convert the file to UTF-8"},
	} {
		_, err := data.Read(strings.NewReader(tt.in), "in", tt.format)
		var parse *data.ParseError
		if !errors.As(err, &parse) || err.Error() != tt.want {
			t.Errorf("%s:\n got %v\nwant %v", name, err, tt.want)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	csv := filepath.Join(dir, "a.CSV")
	if err := os.WriteFile(csv, []byte("x,\"a,b\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, err := data.ReadFile(csv); err != nil || got[0].Text != "a,b" {
		t.Errorf("%v, %v", got, err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "none.tsv")} {
		if _, err := data.ReadFile(path); err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("pos\tgood\n", false)
	f.Add("pos,\"go\"\"od\"\n", true)
	f.Add("\uFEFFa\tb\r\n\x00", false)
	f.Fuzz(func(t *testing.T, in string, csv bool) {
		format := data.TSV
		if csv {
			format = data.CSV
		}
		examples, err := data.Read(strings.NewReader(in), "in", format)
		var parse *data.ParseError
		if err != nil && (!errors.As(err, &parse) || parse.Line < 1) {
			t.Errorf("error without a line: %v", err)
		}
		for _, e := range examples {
			if e.Label == "" || e.Text == "" || e.Line < 1 {
				t.Errorf("half an example: %+v", e)
			}
		}
	})
}

func TestWords(t *testing.T) {
	for in, want := range map[string][]string{
		"It wasn't 3.5 stars!":   {"it", "wasn't", "3.5", "stars", "!"},
		"  tabs\tand\nlines  ":   {"tabs", "and", "lines"},
		"naïve CAFÉ — Ünïcode":   {"naïve", "café", "—", "ünïcode"},
		"well-made, really...":   {"well", "-", "made", ",", "really", ".", ".", "."},
		"":                       nil,
		"\u200b\u00a0 \u0007":    nil,
		"很好看":                    {"很", "好", "看"},
		"<pad> <unk>":            {"<", "pad", ">", "<", "unk", ">"},
		"rock 'n' roll, don't 👍": {"rock", "'", "n", "'", "roll", ",", "don't", "👍"},
	} {
		if got := data.Words(in); !slices.Equal(got, want) {
			t.Errorf("Words(%q) = %q, want %q", in, got, want)
		}
	}
}

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
		v := data.NewVocab(ex, tt.cfg)
		if got := wordsOf(v); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %q, want %q", tt.cfg, got, tt.want)
		}
	}
	v := data.NewVocab(ex, data.VocabConfig{})
	if got := v.IDs("a B zzz c", 3); !slices.Equal(got, []int{3, 2, data.UnkID}) {
		t.Errorf("IDs = %v", got)
	}
	if v.ID("<pad>") != data.PadID || v.Count(2) != 3 || v.Count(-1) != 0 || v.Word(99) != "<unk>" {
		t.Error("ID, Count or Word is off")
	}
}

func TestVocabSaveAndRead(t *testing.T) {
	v := data.NewVocab(examples("naïve b, b !", "👍 don't"), data.VocabConfig{})
	var b bytes.Buffer
	if err := v.Save(&b); err != nil {
		t.Fatal(err)
	}
	got, err := data.ReadVocab(&b, "vocab")
	if err != nil || !reflect.DeepEqual(got, v) {
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

func TestLabels(t *testing.T) {
	labels, err := data.NewLabels(examples("x", "y", "z"))
	if err != nil || !slices.Equal(labels, data.Labels{"a", "b"}) {
		t.Errorf("%v, %v", labels, err)
	}
	_, err = data.NewLabels(examples("x"))
	if want := `f:1: every label down to here is "a": a classifier needs examples of two classes or more`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	v := data.NewVocab(nil, data.VocabConfig{})
	_, err = data.Encode([]data.Example{{Label: "c", Text: "x", File: "dev.tsv", Line: 7}}, v, labels, 0)
	if want := `dev.tsv:7: the label "c" is none of the training data's: a, b`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func rowsOfLengths(lengths ...int) []data.Sample {
	var rows []data.Sample
	for i, n := range lengths {
		rows = append(rows, data.Sample{IDs: slices.Repeat([]int{i + 2}, n), Label: i % 2})
	}
	return rows
}

func TestBatches(t *testing.T) {
	rows := rowsOfLengths(3, 20, 4, 1, 4, 0, 17, 130, 300)
	batches := data.Batches(rows, 2, nil)
	var shapes [][3]int
	seen := make([]bool, len(rows))
	for _, b := range batches {
		shapes = append(shapes, [3]int{b.Size, b.Time, len(b.Rows)})
		words := 0
		for i := range b.Size {
			ids := b.IDs[i*b.Time : (i+1)*b.Time]
			if i >= len(b.Rows) {
				if b.Labels[i] != data.NoLabel || slices.Max(ids) != data.PadID {
					t.Errorf("filling row %d of %+v is not empty", i, b)
				}
				continue
			}
			r := rows[b.Rows[i]]
			seen[b.Rows[i]] = true
			words += len(r.IDs)
			if b.Labels[i] != r.Label || !slices.Equal(ids[:len(r.IDs)], r.IDs) || slices.ContainsFunc(ids[len(r.IDs):], func(id int) bool { return id != data.PadID }) {
				t.Errorf("row %d of %+v is not %v", i, b, r)
			}
		}
		if b.Words() != words {
			t.Errorf("Words = %d, want %d", b.Words(), words)
		}
	}
	if want := [][3]int{{2, 4, 2}, {2, 4, 2}, {2, 4, 1}, {2, 24, 2}, {2, 256, 1}, {2, 384, 1}}; !slices.Equal(shapes, want) {
		t.Errorf("size, time, rows: %v, want %v", shapes, want)
	}
	if slices.Contains(seen, false) {
		t.Errorf("rows seen: %v", seen)
	}
	if got := data.Batches(nil, 2, nil); got != nil {
		t.Errorf("no rows: %v", got)
	}
}

func TestBatchesShuffleBySeed(t *testing.T) {
	lengths := make([]int, 100)
	for i := range lengths {
		lengths[i] = i % 30
	}
	rows := rowsOfLengths(lengths...)
	order := func(seed uint64) (order []int) {
		for _, b := range data.Batches(rows, 8, rand.New(rand.NewPCG(seed, 0))) {
			order = append(order, b.Rows...)
		}
		return order
	}
	a, b, c := order(1), order(1), order(2)
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Error("the order should follow the seed, and nothing else")
	}
	if slices.Sort(a); !slices.Equal(a, slices.Sorted(slices.Values(c))) || len(slices.Compact(a)) != len(rows) {
		t.Error("a row is missing or twice")
	}
}

func TestPrint(t *testing.T) {
	v := data.NewVocab([]data.Example{{Text: "a a a b b c"}}, data.VocabConfig{})
	if got, want := v.String(), "vocabulary of 5 words, the commonest: a b c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	empty := data.NewVocab(nil, data.VocabConfig{})
	if got, want := empty.String(), "vocabulary of 2 words, the commonest: "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b := data.Batches([]data.Sample{{IDs: []int{2, 3}}, {IDs: []int{2}}}, 8, nil)[0]
	if got, want := b.String(), "batch of (8, 4), 2 rows, 3 words"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
