package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgonia-embedding/model"
)

// What -out saves is a model, and its config.json repeats the training: the same weights, to the bit. Flags beside
// -config take precedence.
func TestOutAndConfig(t *testing.T) {
	dir := t.TempDir()
	first, again, other := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	flags := "-quiet -epochs 3 -dim 8 -hidden 6 -optimizer sgd -momentum 0.9 -learning-rate 0.3 -seed 5 -min-count 2 -max-len 9 -schedule linear -out "
	invokeAll := []string{
		flags + first,
		"-quiet -config " + filepath.Join(first, "config.json") + " -out " + again,
		"-quiet -config " + filepath.Join(first, "config.json") + " -seed 6 -momentum 0.5 -out " + other,
	}
	for _, args := range invokeAll {
		if _, _, err := invoke(t, strings.Fields(args)...); err != nil {
			t.Fatalf("%s: %v", args, err)
		}
	}
	weights := func(dir string) string {
		text, err := os.ReadFile(filepath.Join(dir, "model.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if weights(first) != weights(again) || weights(first) == weights(other) {
		t.Error("-config did not repeat the training, or did for another seed too")
	}
	c, err := model.Load(os.DirFS(other))
	if err != nil {
		t.Fatal(err)
	}
	if cfg := c.Config(); cfg.Seed != 6 || cfg.MaxLen != 9 || !strings.Contains(string(c.Run().Settings), `"momentum": 0.5`) {
		t.Errorf("%+v, %s", cfg, c.Run().Settings)
	}
	if len(c.Run().Scores) != 2 {
		t.Errorf("%+v", c.Run())
	}
}

func TestOutAndConfigErrors(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "notes.json"), []byte("{"), 0o644)
	for args, want := range map[string]string{
		"-out " + dir: "model: " + dir + " holds files and is no model: name a folder that is new, empty or a model",
		"-config " + filepath.Join(dir, "notes.json"): "-config " + dir + "/notes.json: unexpected end of JSON input",
		"-config no.json":           "-config no.json: open no.json: no such file or directory",
		"-config no.json -momentum": "flag needs an argument: -momentum",
	} {
		if _, _, err := invoke(t, strings.Fields(args)...); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
}
