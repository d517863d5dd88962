package data_test

import (
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
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
		"tsv":                     {"pos\tgood fun\nneg\tdull\n", data.TSV(), [][2]string{{"pos", "good fun"}, {"neg", "dull"}}, []int{1, 2}},
		"no newline at the end":   {"pos\tgood", data.TSV(), [][2]string{{"pos", "good"}}, []int{1}},
		"mark, CR and blanks":     {"\uFEFFpos\tgood\r\n\r\n \nneg\tdull\r\n", data.TSV(), [][2]string{{"pos", "good"}, {"neg", "dull"}}, []int{1, 4}},
		"tabs in the text":        {"1\ta\tb", data.TSV(), [][2]string{{"1", "a\tb"}}, []int{1}},
		"csv":                     {"pos,\"good, \"\"fun\"\"\"\nneg,dull\n", data.CSV(), [][2]string{{"pos", `good, "fun"`}, {"neg", "dull"}}, []int{1, 2}},
		"csv with header":         {"Label,Text\npos,good\n", data.CSV(), [][2]string{{"pos", "good"}}, []int{2}},
		"csv over lines":          {"pos,\"good\nfun\"\nneg,dull\n", data.CSV(), [][2]string{{"pos", "good\nfun"}, {"neg", "dull"}}, []int{1, 3}},
		"json lines":              {`{"label": "pos", "text": "good \"fun\" \u263A"}` + "\r\n\n" + `{"id": [7], "text": "a\nb", "label": "neg"}`, data.JSONL(), [][2]string{{"pos", `good "fun" ☺`}, {"neg", "a\nb"}}, []int{1, 3}},
		"json that is no string":  {` {"label":-1,"text":2.50}` + "\n" + `{"label": true, "text": "x"}`, data.JSONL(), [][2]string{{"-1", "2.50"}, {"true", "x"}}, []int{1, 2}},
		"empty text":              {"pos\t \nneg\t\n", data.TSV(), [][2]string{{"pos", ""}, {"neg", ""}}, []int{1, 2}},
		"odd labels":              {"no refund\ta\n-1\tb\nжалоба\tc\n__x\td", data.TSV(), [][2]string{{"no refund", "a"}, {"-1", "b"}, {"жалоба", "c"}, {"__x", "d"}}, []int{1, 2, 3, 4}},
		"tsv with header":         {"id\tTEXT\tLabel\n7\tgood\tpos\n8\tdull\tneg\tx", data.TSV(), [][2]string{{"pos", "good"}, {"neg\tx", "dull"}}, []int{2, 3}},
		"csv of more columns":     {"id,text,label\r\n7,\"good, fun\",pos\r\n8,,neg", data.CSV(), [][2]string{{"pos", "good, fun"}, {"neg", ""}}, []int{2, 3}},
		"csv of utf-8 and mark":   {"\uFEFFlabel,text\npos,\"na\u00efve\n\nfun\"\nneg,x", data.CSV(), [][2]string{{"pos", "na\u00efve\n\nfun"}, {"neg", "x"}}, []int{2, 5}},
		"fasttext":                {"__label__pos good fun\r\n\nso dull __label__neg , really\n__label__neg\n__label__a b__label__c", data.FastText(), [][2]string{{"pos", "good fun"}, {"neg", "so dull  , really"}, {"neg", ""}, {"a", "b__label__c"}}, []int{1, 3, 4, 5}},
		"json of other case":      {`{"Label": "pos", "TEXT": "good", "text ": ""}`, data.JSONL(), [][2]string{{"pos", "good"}}, []int{1}},
		"text longer than a page": {"1\t" + strings.Repeat("word ", 20000), data.TSV(), [][2]string{{"1", strings.TrimSpace(strings.Repeat("word ", 20000))}}, []int{1}},
	} {
		got, err := data.Read(strings.NewReader(tt.in), "in", data.ReadConfig{Format: tt.format})
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
	long := strings.Repeat("x", 65<<20)
	for name, tt := range map[string]struct {
		in     string
		format data.Format
		want   string
	}{
		"empty file":        {"", data.TSV(), "in:1: no examples: want a label and a text on each line"},
		"blank file":        {"\n \n", data.TSV(), "in:2: no examples: want a label and a text on each line"},
		"empty csv":         {"", data.CSV(), "in:1: no examples: want a label and a text on each line"},
		"fasttext alone":    {"\n", data.FastText(), "in:1: no examples: want a label and a text on each line"},
		"header alone":      {"label,text\n", data.CSV(), "in:1: no examples: want a label and a text on each line"},
		"one field":         {"1\tfine\nnothing here\n", data.TSV(), "in:2: one field: want two, label and text"},
		"no label":          {" \tfine\n", data.TSV(), "in:1: the label is empty"},
		"latin-1":           {"1\tfine\n0\tcaf\xe9\n", data.TSV(), "in:2: invalid UTF-8 at byte 6 of the line: convert the file to UTF-8"},
		"binary":            {"\x7fELF\x02\x01\x01\x00\x00", data.TSV(), "in:1: a NUL byte at byte 8 of the line: this is not a text file"},
		"65 MB line":        {"1\tfine\n0\t" + long, data.TSV(), "in:2: longer than 67108864 bytes: this is not a file of one example a line"},
		"65 MB csv line":    {"1,fine\n0," + long, data.CSV(), "in:2: longer than 67108864 bytes: this is not a file of one example a line"},
		"two labels":        {"__label__a x\n__label__b y __label__c d", data.FastText(), `in:2: two labels, "b" and "c": keep one, or write a line for each`},
		"no fasttext label": {"a fine film", data.FastText(), "in:1: no label: want a word that begins with __label__"},
		"empty label":       {"__label__ a fine film", data.FastText(), "in:1: the label is empty"},
		"fields of header":  {"id,text,label\n7,a,b\n8,well, no,b\n", data.CSV(), "in:3: 4 fields: the first line names 3 columns"},
		"csv quote of MBs":  {"1,\"" + strings.Repeat(long[:1<<20]+"\n", 65), data.CSV(), "in:64: longer than 67108864 bytes: this is not a file of one example a line"},
		"three csv fields":  {"1,fine\n0,well, no\n", data.CSV(), "in:2: 3 fields: want two, label and text; quote a text that holds a comma, or say which columns of the first line are the text and the label"},
		"one csv field":     {"1\n", data.CSV(), "in:1: one field: want two, label and text"},
		"open quote in csv": {"1,\"fine\n", data.CSV(), "in:1: extraneous or missing \" in quoted-field"},
		"empty json lines":  {"\n", data.JSONL(), "in:1: no examples: want a label and a text on each line"},
		"json array":        {`[{"label": "a", "text": "b"}]`, data.JSONL(), `in:1: no JSON object: want {"label": "…", "text": "…"}, one a line`},
		"json over lines":   {"{\n\"label\": 1}", data.JSONL(), "in:1: broken JSON: unexpected end of JSON input"},
		"two json objects":  {`{"label": "a", "text": "b"} {}`, data.JSONL(), "in:1: broken JSON: invalid character '{' after top-level value"},
		"json without text": {`{"label": "a"}`, data.JSONL(), `in:1: no key "text"`},
		"json null label":   {`{"label": null, "text": "b"}`, data.JSONL(), "in:1: the label is null: want a string"},
		"json list of text": {`{"label": "a", "text": ["b", "c"]}`, data.JSONL(), `in:1: the text is ["b", "c"]: want a string`},
		"json NUL":          {`{"label": "a", "text": "b\u0000"}`, data.JSONL(), "in:1: the text holds a NUL: this is no text"},
		"latin-1 json":      {"{\"label\": \"a\", \"text\": \"caf\xe9\"}", data.JSONL(), "in:1: invalid UTF-8 at byte 28 of the line: convert the file to UTF-8"},
		"65 MB json line":   {`{"label": "a", "text": "` + long, data.JSONL(), "in:1: longer than 67108864 bytes: this is not a file of one example a line"},
		"latin-1 csv":       {"1,caf\xe9\n", data.CSV(), "in:1: invalid UTF-8 at byte 6 of the line: convert the file to UTF-8"},
	} {
		_, err := data.Read(strings.NewReader(tt.in), "in", data.ReadConfig{Format: tt.format})
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
	if got, err := data.ReadFile(csv, data.ReadConfig{}); err != nil || got[0].Text != "a,b" {
		t.Errorf("%v, %v", got, err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "none.tsv")} {
		if _, err := data.ReadFile(path, data.ReadConfig{}); err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A program's own format is read as those of the table are; one that says nothing of how is an error.
func TestReadOwnFormat(t *testing.T) {
	own := data.Format{Name: "one", Read: func(_ io.Reader, file string, _ data.ReadConfig) iter.Seq2[data.Row, error] {
		return func(yield func(data.Row, error) bool) { yield(data.Row{Text: []byte(file)}, nil) }
	}}
	if got, err := data.Read(strings.NewReader(""), "in", data.ReadConfig{Format: own}); err != nil || len(got) != 1 || got[0].Text != "in" {
		t.Errorf("%v, %v", got, err)
	}
	_, err := data.Read(strings.NewReader(""), "in", data.ReadConfig{Format: data.Format{Name: "none"}})
	if want := `in: the format "none" cannot read: want one of Formats, or one with a Read`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// twoExamples holds the same two examples in each format.
var twoExamples = map[string]string{
	"tsv":      "pos\tgood fun\nneg\tdull\n",
	"csv":      "pos,good fun\nneg,dull\n",
	"jsonl":    `{"label": "pos", "text": "good fun"}` + "\n" + `{"label": "neg", "text": "dull"}` + "\n",
	"fasttext": "__label__pos good fun\n__label__neg dull\n",
}

func TestFormats(t *testing.T) {
	owner := make(map[string]string)
	for _, f := range data.Formats() {
		in, found := twoExamples[f.Name]
		if !found {
			t.Errorf("%s: add its two examples to this test", f.Name)
			continue
		}
		want := []data.Example{{Label: "pos", Text: "good fun", File: "in", Line: 1}, {Label: "neg", Text: "dull", File: "in", Line: 2}}
		if got, err := data.Read(strings.NewReader(in), "in", data.ReadConfig{Format: f}); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", f.Name, got, err)
		}
		for _, key := range append(f.Endings, f.Name) {
			if owner[key] != "" || key != strings.ToLower(key) || (key[0] == '.') == (key == f.Name) {
				t.Errorf("%s: %q is badly written, or also that of %q", f.Name, key, owner[key])
			}
			owner[key] = f.Name
		}
		if s, err := data.NewSource(strings.NewReader(in), "-", data.ReadConfig{}); err != nil || s.Format() != f.Name {
			t.Errorf("%s: sniffed as %v, %v", f.Name, s, err)
		}
		if got, err := data.ParseFormat(f.Name); err != nil || got.Name != f.Name {
			t.Errorf("%s: %v, %v", f.Name, got, err)
		}
		for _, ending := range f.Endings {
			path := filepath.Join(t.TempDir(), "a"+strings.ToUpper(ending))
			if err := os.WriteFile(path, []byte(in), 0o666); err != nil {
				t.Fatal(err)
			}
			if got, err := data.ReadFile(path, data.ReadConfig{}); err != nil || len(got) != 2 || got[1].Text != "dull" {
				t.Errorf("%s: %v, %v", path, got, err)
			}
		}
	}
}
