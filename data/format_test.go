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
		"text longer than a page": {"1\t" + strings.Repeat("word ", 20000), data.TSV(), [][2]string{{"1", strings.TrimSpace(strings.Repeat("word ", 20000))}}, []int{1}},
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
		"empty file":        {"", data.TSV(), "in:1: no examples: want a label and a text on each line"},
		"blank file":        {"\n \n", data.TSV(), "in:2: no examples: want a label and a text on each line"},
		"empty csv":         {"", data.CSV(), "in:1: no examples: want a label and a text on each line"},
		"header alone":      {"label,text\n", data.CSV(), "in:1: no examples: want a label and a text on each line"},
		"one field":         {"1\tfine\nnothing here\n", data.TSV(), "in:2: one field: want two, label and text"},
		"no text":           {"1\tfine\n0\t \n", data.TSV(), "in:2: the text is empty"},
		"no label":          {" \tfine\n", data.TSV(), "in:1: the label is empty"},
		"latin-1":           {"1\tfine\n0\tcaf\xe9\n", data.TSV(), "in:2: invalid UTF-8: convert the file to UTF-8"},
		"binary":            {"\x7fELF\x02\x01\x01\x00\x00", data.TSV(), "in:1: a NUL byte: this is not a text file"},
		"10 MB line":        {"1\tfine\n0\t" + long, data.TSV(), "in:2: longer than 1048576 bytes: this is not a file of one example a line"},
		"10 MB csv line":    {"1,fine\n0," + long, data.CSV(), "in:2: longer than 1048576 bytes: this is not a file of one example a line"},
		"three csv fields":  {"1,fine\n0,well, no\n", data.CSV(), "in:2: 3 fields: want two, label and text; quote a text that holds a comma"},
		"one csv field":     {"1\n", data.CSV(), "in:1: one field: want two, label and text"},
		"open quote in csv": {"1,\"fine\n", data.CSV(), "in:1: extraneous or missing \" in quoted-field"},
		"empty json lines":  {"\n", data.JSONL(), "in:1: no examples: want a label and a text on each line"},
		"json array":        {`[{"label": "a", "text": "b"}]`, data.JSONL(), `in:1: no JSON object: want {"label": "…", "text": "…"}, one a line`},
		"json over lines":   {"{\n\"label\": 1}", data.JSONL(), "in:1: broken JSON: unexpected end of JSON input"},
		"two json objects":  {`{"label": "a", "text": "b"} {}`, data.JSONL(), "in:1: broken JSON: invalid character '{' after top-level value"},
		"json without text": {`{"label": "a"}`, data.JSONL(), `in:1: no key "text"`},
		"json null label":   {`{"label": null, "text": "b"}`, data.JSONL(), "in:1: the label is null: want a string"},
		"json list of text": {`{"label": "a", "text": ["b", "c"]}`, data.JSONL(), `in:1: the text is ["b", "c"]: want a string`},
		"json empty text":   {`{"label": "a", "text": " "}`, data.JSONL(), "in:1: the text is empty"},
		"json NUL":          {`{"label": "a", "text": "b\u0000"}`, data.JSONL(), "in:1: a NUL byte: this is not a text file"},
		"latin-1 json":      {"{\"label\": \"a\", \"text\": \"caf\xe9\"}", data.JSONL(), "in:1: invalid UTF-8: convert the file to UTF-8"},
		"10 MB json line":   {`{"label": "a", "text": "` + long, data.JSONL(), "in:1: longer than 1048576 bytes: this is not a file of one example a line"},
		"latin-1 csv":       {"1,caf\xe9\n", data.CSV(), "in:1: invalid UTF-8: convert the file to UTF-8"},
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

// A program's own format is read as those of the table are; one that says nothing of how is an error.
func TestReadOwnFormat(t *testing.T) {
	own := data.Format{Name: "one", Read: func(_ io.Reader, file string) iter.Seq2[data.Example, error] {
		return func(yield func(data.Example, error) bool) { yield(data.Example{Text: file}, nil) }
	}}
	if got, err := data.Read(nil, "in", own); err != nil || len(got) != 1 || got[0].Text != "in" {
		t.Errorf("%v, %v", got, err)
	}
	_, err := data.Read(nil, "in", data.Format{Name: "none"})
	if want := `in: the format "none" cannot read: want one of Formats, or one with a Read`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// twoExamples holds the same two examples in each format.
var twoExamples = map[string]string{
	"tsv":   "pos\tgood fun\nneg\tdull\n",
	"csv":   "pos,good fun\nneg,dull\n",
	"jsonl": `{"label": "pos", "text": "good fun"}` + "\n" + `{"label": "neg", "text": "dull"}` + "\n",
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
		if got, err := data.Read(strings.NewReader(in), "in", f); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", f.Name, got, err)
		}
		for _, key := range append(f.Endings, f.Name) {
			if owner[key] != "" || key != strings.ToLower(key) || (key[0] == '.') == (key == f.Name) {
				t.Errorf("%s: %q is badly written, or also that of %q", f.Name, key, owner[key])
			}
			owner[key] = f.Name
		}
		for _, ending := range f.Endings {
			path := filepath.Join(t.TempDir(), "a"+strings.ToUpper(ending))
			if err := os.WriteFile(path, []byte(in), 0o666); err != nil {
				t.Fatal(err)
			}
			if got, err := data.ReadFile(path); err != nil || len(got) != 2 || got[1].Text != "dull" {
				t.Errorf("%s: %v, %v", path, got, err)
			}
		}
	}
}
