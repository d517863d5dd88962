package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"gorgonia-embedding/vectors"
)

func TestTrain(t *testing.T) {
	t.Chdir(t.TempDir())
	text := strings.Repeat("Cats and dogs sleep.\nTrains and cars move!\n", 200)
	if err := os.WriteFile("text", []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := invoke(t, "", "train", "-dim", "10", "-threads", "2", "text", "a.vec")
	if err != nil || stdout != "a.vec: 9 rows of 10\n" || !strings.HasPrefix(stderr, "epoch 5/5, 100.0%, ") {
		t.Fatalf("%s, %s, %v", stdout, stderr, err)
	}
	table, _, err := vectors.ReadFile("a.vec", vectors.ReadConfig{})
	if err != nil || table.Word(0) != "and" {
		t.Errorf("%v, %v", table, err)
	}
	if stdout, stderr, err := invoke(t, "", "train", "-quiet", "-json", "-blanks", "-cbow", "text", "b.bin"); err != nil || stdout != `{"dim":100,"file":"b.bin","rows":7}`+"\n" || stderr != "" {
		t.Errorf("%s, %s, %v", stdout, stderr, err)
	}

	// What was interrupted goes on, and comes to the same.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	args := []string{"train", "-quiet", "-dim", "10", "-state", "state", "text", "c.vec"}
	if err := run(ctx, args, nil, &bytes.Buffer{}, &bytes.Buffer{}); err == nil {
		t.Error("not interrupted")
	}
	if _, _, err := invoke(t, "", args...); err != nil {
		t.Fatal(err)
	}
	a, _ := os.ReadFile("a.vec")
	if c, err := os.ReadFile("c.vec"); err != nil || !bytes.Equal(a, c) {
		t.Errorf("other vectors: %v", err)
	}
}

func TestTrainErrors(t *testing.T) {
	for args, want := range map[string]string{
		"train main.go":                      "train: want one file to write after TEXT, got 0",
		"train -dim 0 main.go x.vec":         "-dim must be at least 1, got 0",
		"train -limit 3 main.go x.vec":       "-limit is of nn, analogy, similarity, outlier, eval, encode, search, map, info, convert, not of train",
		"nn -dim 3 main.go":                  "-dim is of train, not of nn",
		"train nowhere x.vec":                "no such file",
		"train -min-count 999 main.go x.vec": "no word of the corpus occurs MinCount times, 999",
	} {
		if _, _, err := invoke(t, "", strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
}
