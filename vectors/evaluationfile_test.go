package vectors_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgonia-embedding/vectors"
)

func TestReadPairs(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb\t1.5\n":                              "[{a b 1.5}]",
		"word1,word2,score\na,b c,2\n":             "[{a b c 2}]",
		"# remark\n\na b 3 more\r\n\uFEFFc;d;-1\n": "[{a b 3} {c d -1}]",
		"a b\n":          `in:1: want two words and a number, got "a b"`,
		"a b 1\nc d x\n": `in:2: "x" is no number`,
		"":               "[]",
	} {
		pairs, err := vectors.ReadPairs(strings.NewReader(in), "in")
		got := fmt.Sprint(pairs)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestReadAnalogies(t *testing.T) {
	for in, want := range map[string]string{
		": one\na b c d\n:two\n// remark\ne f g h\n": "[{one [{a b c d}]} {two [{e f g h}]}]",
		"a b c d\n":      "[{ [{a b c d}]}]",
		": one\na b c\n": "in:2: want four words, got 3",
		"":               "[]",
	} {
		sections, err := vectors.ReadAnalogies(strings.NewReader(in), "in")
		got := fmt.Sprint(sections)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

// The sets that people compare vectors by are read, and told apart.
func TestReadEvaluations(t *testing.T) {
	dir := filepath.Join(filepath.Dir(sharedFormats(t)), "vectors")
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 10 {
		t.Fatal(len(files), err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if vectors.IsAnalogies(raw[:200]) {
			sections, err := vectors.ReadAnalogies(strings.NewReader(string(raw)), f.Name())
			if err != nil || len(sections) != 14 || f.Name() != "questions-words.txt" {
				t.Errorf("%s: %d sections, %v", f.Name(), len(sections), err)
			}
			continue
		}
		pairs, err := vectors.ReadPairs(strings.NewReader(string(raw)), f.Name())
		if err != nil || len(pairs) < 30 {
			t.Errorf("%s: %d pairs, %v", f.Name(), len(pairs), err)
		}
	}
}

func FuzzReadEvaluations(f *testing.F) {
	f.Add("a\tb\t1.5\n")
	f.Add(": one\na b c d\n")
	f.Fuzz(func(t *testing.T, in string) {
		_, err := vectors.ReadPairs(strings.NewReader(in), "in")
		_, err2 := vectors.ReadAnalogies(strings.NewReader(in), "in")
		for _, err := range []error{err, err2} {
			var parse *vectors.ParseError
			if err != nil && (!errors.As(err, &parse) || parse.Line < 1) && !strings.Contains(err.Error(), "token too long") {
				t.Error(err)
			}
		}
		vectors.IsAnalogies([]byte(in))
	})
}
