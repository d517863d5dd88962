package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/model"
)

// vectorsFile writes vectors of 4 numbers of some words of the toy set, and of others, and returns the file's name.
func vectorsFile(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	for i, word := range []string{"the", "food", "superb", "Paris", "a", "dreadful", "zyzzyva", "quokka"} {
		fmt.Fprintf(&text, "%s %d %d 0.5 -0.25\n", word, i, -i)
	}
	path := filepath.Join(t.TempDir(), "words.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// The words of the file begin with its vectors, and -freeze keeps them; the model has its words and needs the file no
// more; -config repeats the training.
func TestVectors(t *testing.T) {
	file, dir := vectorsFile(t), t.TempDir()
	first, again := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	stdout, _, err := invoke(t, "-quiet", "-epochs", "2", "-vectors", file, "-freeze", "-extend-vocab", "2", "-out", first)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^vectors     (.*) \((glove), 4 numbers\): (\d) of (\d+) words, (0\.\d)%, and (\d+\.\d)% of the words of train's texts; vocabulary extended by (\d)$`)
	m := line.FindStringSubmatch(stdout)
	if m == nil || m[1] != file || m[7] != "1" || !strings.Contains(stdout, "\nmodel       embedding 3462×4 → mean") {
		t.Fatalf("%q in\n%s", m, stdout)
	}
	c, err := model.Load(os.DirFS(first))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := os.ReadFile(file)
	if v := c.Run().Vectors; v == nil || v.Name != file || v.SHA256 != fmt.Sprintf("%x", sha256.Sum256(raw)) || fmt.Sprint(v.Words-1) != m[3] {
		t.Errorf("%+v, and %s words in the summary", v, m[3])
	}
	for i, word := range []string{"the", "food", "superb", "Paris", "a", "dreadful", "zyzzyva", "quokka"} {
		id := c.Vocab().ID(word)
		if known := c.Vocab().Word(id) == word; known == (word == "Paris" || word == "quokka") {
			t.Errorf("%s is known: %t", word, known)
		} else if got := rowOf(c, id); known && !slices.Equal(got, []float32{float32(i), float32(-i), 0.5, -0.25}) {
			t.Errorf("%s is %v", word, got)
		}
	}
	_, _, err = invoke(t, "-quiet", "-config", filepath.Join(first, "config.json"), "-out", again)
	if err != nil || !bytes.Equal(trained(t, first), trained(t, again)) {
		t.Errorf("-config trains another model: %v", err)
	}
}

// rowOf returns the vector of a word.
func rowOf(c *model.Classifier, id int) []float32 {
	for p := range c.Params().All() {
		if p.Name == "embedding.weight" {
			return p.Data.([]float32)[id*p.Shape[1] : (id+1)*p.Shape[1]]
		}
	}
	return nil
}

// A training with word vectors that is interrupted goes on to the bit, from before its first checkpoint too, and with
// the file elsewhere; another file is refused.
func TestResumeVectors(t *testing.T) {
	file, dir := vectorsFile(t), t.TempDir()
	whole := filepath.Join(dir, "whole")
	args := strings.Fields("-epochs 4 -patience 0 -freeze -unfreeze 2 -extend-vocab 9 -min-count 2 -vectors " + file + " -out ")
	want, _, err := invoke(t, append(slices.Clone(args), whole)...)
	if err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "moved.txt")
	raw, _ := os.ReadFile(file)
	if err := os.WriteFile(moved, raw, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		stop  string
		none  bool // no checkpoint is left
		flags string
	}{{"epoch 1/4", true, ""}, {"epoch 1/4", false, ""}, {"epoch 2/4", false, "-vectors " + moved}, {"epoch 3/4", false, ""}} {
		out := filepath.Join(t.TempDir(), "m")
		ctx, cancel := context.WithCancel(t.Context())
		if err := run(ctx, append(slices.Clone(args), out), new(bytes.Buffer), interrupter{cancel, tt.stop}); err != nil {
			t.Fatal(err)
		}
		if tt.none {
			for _, name := range must(filepath.Glob(filepath.Join(out, model.StateFolder, "step-*"))) {
				os.Remove(name)
			}
		}
		got, _, err := invoke(t, append([]string{"-quiet", "-resume", "-out", out}, strings.Fields(tt.flags)...)...)
		if err != nil || !bytes.Equal(trained(t, out), trained(t, whole)) {
			t.Errorf("%+v: another training: %v", tt, err)
		}
		if got = strings.ReplaceAll(got, moved, file); got != want {
			t.Errorf("%+v: got\n%s\nwant\n%s", tt, got, want)
		}
	}
	other := vectorsFile(t)
	if err := os.WriteFile(other, append(raw, "end 1 2 3 4\n"...), 0o666); err != nil {
		t.Fatal(err)
	}
	for flags, want := range map[string]string{
		"-vectors " + other:         fmt.Sprintf("-vectors: they cannot be changed within a training, which began with %s of SHA-256 %x", file, sha256.Sum256(raw)),
		"-freeze=false -unfreeze 0": "-freeze and -extend-vocab cannot be changed within a training: they are true and 9",
		"-unfreeze 3":               "its unfreeze is 2, and here it is 3: it cannot be changed within a training",
	} {
		_, _, err := invoke(t, append(strings.Fields(flags), "-resume", "-out", whole)...)
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got  %v\nwant %s", flags, err, want)
		}
	}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func TestVectorsMisuse(t *testing.T) {
	file := vectorsFile(t)
	strange := filepath.Join(t.TempDir(), "strange.txt")
	if err := os.WriteFile(strange, []byte("zyzzyva 1 2\nquokka 1 2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"-freeze":                      "-freeze and -extend-vocab go with -vectors: name the file",
		"-extend-vocab 5":              "-freeze and -extend-vocab go with -vectors: name the file",
		"-extend-vocab -5":             "-extend-vocab must be at least 0, got -5",
		"-unfreeze 5 -vectors " + file: "-unfreeze goes with -freeze",
		"-unfreeze -5":                 "-unfreeze must be at least 0, got -5",
		"-dim 64 -vectors " + file:     "-dim must be 4, the length of the vectors of " + file + ", or be left out, got 64",
		"-vectors no":                  "-vectors: open no: no such file or directory",
		"-vectors " + strange:          "-vectors: " + strange + ":2: none of its 2 words is one of those that are asked for",
		"-freeze -sparse=false -weight-decay 0.1 -vectors " + file: "-weight-decay with -sparse=false changes all rows, those too that -freeze or -extend-vocab keep: leave one of them out",
	} {
		stdout, _, err := invoke(t, append([]string{"-quiet"}, strings.Fields(args)...)...)
		var misuse *cli.UsageError
		if err == nil || err.Error() != want || stdout != "" || errors.As(err, &misuse) == strings.HasPrefix(want, "-vectors:") {
			t.Errorf("%s:\n got %v\nwant %s", args, err, want)
		}
	}
}
