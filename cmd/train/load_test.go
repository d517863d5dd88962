package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/data"
)

// opinions returns n examples of the toy set.
func opinions(n int) []data.Example {
	examples, _, _ := data.Toy()
	return examples[:n]
}

// write writes examples to a new file or folder called name, and returns its path.
func write(t *testing.T, name string, examples []data.Example) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	var b bytes.Buffer
	switch ending, _ := strings.CutSuffix(name, ".gz"); filepath.Ext(ending) {
	case ".tsv":
		for _, e := range examples {
			fmt.Fprintf(&b, "%s\t%s\n", e.Label, e.Text)
		}
	case ".csv":
		w := csv.NewWriter(&b)
		w.Write([]string{"Text", "id", "Label"})
		for _, e := range examples {
			w.Write([]string{e.Text, "7", e.Label})
		}
		w.Flush()
	case ".jsonl":
		for _, e := range examples {
			json.NewEncoder(&b).Encode(map[string]string{"text": e.Text, "label": e.Label})
		}
	case ".txt":
		for _, e := range examples {
			fmt.Fprintf(&b, "__label__%s %s\n", e.Label, e.Text)
		}
	default:
		for i, e := range examples {
			writeFile(t, filepath.Join(path, e.Label, fmt.Sprintf("%05d.txt", i)), []byte(e.Text+"\n"))
		}
		return path
	}
	if strings.HasSuffix(name, ".gz") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		io.Copy(w, &b)
		w.Close()
		b = packed
	}
	writeFile(t, path, b.Bytes())
	return path
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// The same examples are the same data in every format, but that a folder orders them by label.
func TestLoadFormats(t *testing.T) {
	examples := opinions(300)
	var want [][]data.Sample
	for name, format := range map[string]string{
		"t.tsv": "tsv", "t.csv": "csv", "t.jsonl": "jsonl", "t.txt": "fasttext", "t.tsv.gz": "tsv in gzip", "t": "folder",
	} {
		path := write(t, name, examples)
		set, err := load(options{inputs: inputs{Train: path}, MinCount: 1}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if f := set.files[0]; f.Format != format || f.Examples != 300 || f.Empty != 0 || f.Name != path || f.SHA256 != sum(t, path) {
			t.Errorf("%s: %+v", name, f)
		}
		if format == "folder" {
			continue
		}
		got := [][]data.Sample{list(set.train), list(set.dev), list(set.test)}
		if want == nil {
			want = got
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: other samples than of the formats before", name)
		}
	}
}

func list(samples *data.Samples) (list []data.Sample) {
	for _, s := range samples.All() {
		list = append(list, s)
	}
	return list
}

// sum returns the SHA-256 of a file, of a folder that of its files' sums as sha256sum prints them.
func sum(t *testing.T, path string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(path, "*", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var list bytes.Buffer
	for _, file := range files {
		name, _ := filepath.Rel(path, file)
		fmt.Fprintf(&list, "%s  %s\n", sum(t, file), name)
	}
	content := list.Bytes()
	if len(files) == 0 {
		if content, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("%x", sha256.Sum256(content))
}

// What is not given is split off train; words that only it holds are unknown.
func TestLoadSplits(t *testing.T) {
	train, other := write(t, "train.tsv", append(opinions(200), data.Example{Label: "rare", Text: ""})), write(t, "other.csv", opinions(50))
	for _, tt := range []struct {
		in    inputs
		want  string
		sizes [3]int
	}{
		{inputs{Train: train}, `train.tsv (tsv): 161 train, 20 dev, 20 test examples
            dev and test split off from train, a tenth of each label's texts, by the seed 0
            empty texts: 1`, [3]int{161, 20, 20}},
		{inputs{Train: train, Dev: other}, `train.tsv (tsv), other.csv (csv): 181 train, 50 dev, 20 test examples
            test split off from train, a tenth of each label's texts, by the seed 0
            empty texts: 1`, [3]int{181, 50, 20}},
		{inputs{Train: train, Test: other}, `train.tsv (tsv), other.csv (csv): 181 train, 20 dev, 50 test examples
            dev split off from train, a tenth of each label's texts, by the seed 0
            empty texts: 1`, [3]int{181, 20, 50}},
		{inputs{Train: train, Dev: other, Test: other}, `train.tsv (tsv), other.csv (csv), other.csv (csv): 201 train, 50 dev, 50 test examples
            empty texts: 1`, [3]int{201, 50, 50}},
	} {
		set, err := load(options{inputs: tt.in, MinCount: 1}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if sizes := [3]int{set.train.Len(), set.dev.Len(), set.test.Len()}; sizes != tt.sizes || len(set.labels) != 3 {
			t.Errorf("%+v: %v, %v", tt.in, sizes, set.labels)
		}
		if got := strings.NewReplacer(train, "train.tsv", other, "other.csv").Replace(set.String()); got != tt.want {
			t.Errorf("%+v:\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

// A page gets the texts of the test samples, whatever file they are from.
func TestLoadTexts(t *testing.T) {
	train, other := write(t, "train.tsv", opinions(200)), write(t, "other.csv", opinions(50))
	for _, in := range []inputs{{}, {Train: train}, {Train: train, Test: other}} {
		set, err := load(options{inputs: in, HTML: "page.html", MinCount: 1}, nil, nil)
		if err != nil || len(set.testTexts) != set.test.Len() {
			t.Fatalf("%+v: %d texts, %v", in, len(set.testTexts), err)
		}
		for i, e := range set.testTexts {
			if s := set.test.At(i); set.labels[s.Label] != e.Label || !slices.Equal(s.IDs, set.vocab.IDs(e.Text, 0)) {
				t.Fatalf("%+v: number %d is %v, not %v", in, i, e, s)
			}
		}
	}
}

func TestLoadErrors(t *testing.T) {
	few := write(t, "few.tsv", opinions(4))
	empty := write(t, "empty.tsv", []data.Example{{Label: "a", Text: "b"}, {Label: "b"}})
	for _, tt := range []struct {
		in   inputs
		want string
	}{
		{inputs{Train: few}, few + ": 4 examples are too few to split dev and test off: give -dev and -test, or more examples"},
		{inputs{Train: few, Dev: few}, few + ": 4 examples are too few to split test off: give -test, or more examples"},
		{inputs{Train: empty, Dev: empty, Test: empty, Strict: true}, empty + ":2: the text is empty"},
		{inputs{Train: few, Text: "review"}, few + `:1: no column "label": the first line has ["negative" `},
	} {
		if _, err := load(options{inputs: tt.in, MinCount: 1}, nil, nil); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("got %v\nwant %s", err, tt.want)
		}
	}
}
