package model_test

import (
	"bytes"
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gorgonia.org/tensor"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/model"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// files returns the content of a folder of files.
func files(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	all := make(fstest.MapFS)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = &fstest.MapFile{Data: text}
	}
	return all
}

// savedModel returns a trained classifier and the files that it was saved to.
func savedModel(t *testing.T) (*model.Classifier, fstest.MapFS) {
	t.Helper()
	c, h := fit(t, small, func(*train.Config, *model.Task) {})
	dir := filepath.Join(t.TempDir(), "m")
	run := model.Run{Settings: []byte(`{"x":1}`), Data: []data.FileInfo{{Name: "f", Format: "tsv", Examples: 300}}, Scores: []model.Scores{{Split: "dev", Accuracy: 0.5}}, History: h}
	if err := c.Save(dir, run); err != nil {
		t.Fatal(err)
	}
	return c, files(t, dir)
}

func TestSaveAndLoad(t *testing.T) {
	c, saved := savedModel(t)
	loaded, err := model.Load(saved)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(weights(c), weights(loaded)) || loaded.String() != c.String() || !slices.Equal(loaded.Labels(), c.Labels()) {
		t.Errorf("%v became %v", c, loaded)
	}
	if run := loaded.Run(); len(run.Data) != 1 || run.Scores[0].Accuracy != 0.5 || !bytes.Contains(run.Settings, []byte(`"x"`)) {
		t.Errorf("%+v", run)
	}
	if want := []string{"README.md", "config.json", "metrics.jsonl", "model.safetensors", "tokenizer.json"}; !slices.Equal(slices.Sorted(maps.Keys(saved)), want) {
		t.Errorf("%v", saved)
	}
	if n := bytes.Count(saved["metrics.jsonl"].Data, []byte("\n")); n != training.Epochs {
		t.Errorf("%d lines of metrics", n)
	}
	if header := string(saved["model.safetensors"].Data[:600]); !strings.Contains(header, `"hidden.0.weight":{"dtype":"F32","shape":[6,8]`) || !strings.Contains(header, `"__metadata__":{"format":"pt"}`) {
		t.Errorf("not as PyTorch has it: %s", header)
	}
}

// A second model takes the place of the first one; what else is in the folder stays. Other folders are left alone.
func TestSaveOverAModel(t *testing.T) {
	c := newClassifier(t, 42, 2, small)
	dir := t.TempDir()
	for range 2 {
		if err := c.Save(dir, model.Run{}); err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(dir, "notes"), nil, 0o644)
	}
	if _, ok := files(t, dir)["notes"]; !ok {
		t.Error("a file that was in the folder is gone")
	}
	other := t.TempDir()
	os.WriteFile(filepath.Join(other, "notes"), nil, 0o644)
	for path, want := range map[string]string{
		other:                           "holds files and is no model: name a folder that is new, empty or a model",
		filepath.Join(other, "notes"):   "is a file: name a folder that is new, empty or a model",
		filepath.Join(other, "no", "m"): "no such file or directory",
	} {
		if err := c.Save(path, model.Run{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// What is wrong with a model's files is an error that says so.
func TestLoadErrors(t *testing.T) {
	_, good := savedModel(t)
	edit := func(name, old, new string) fstest.MapFS {
		fsys := maps.Clone(good)
		text := bytes.Replace(good[name].Data, []byte(old), []byte(new), 1)
		if bytes.Equal(text, good[name].Data) {
			t.Fatalf("%s has no %q", name, old)
		}
		fsys[name] = &fstest.MapFile{Data: text}
		return fsys
	}
	without := func(name string) fstest.MapFS {
		fsys := maps.Clone(good)
		delete(fsys, name)
		return fsys
	}
	unfinished := without("config.json")
	unfinished["state/x"] = &fstest.MapFile{}
	nan := maps.Clone(good)
	weights := bytes.Clone(good["model.safetensors"].Data)
	copy(weights[8+binary.LittleEndian.Uint64(weights)+3*4:], "\xff\xff\xff\xff")
	nan["model.safetensors"] = &fstest.MapFile{Data: weights}
	more := maps.Clone(good)
	var extra bytes.Buffer
	set := params.New(1)
	if err := set.Load(bytes.NewReader(good["model.safetensors"].Data)); err != nil {
		t.Fatal(err)
	}
	set.Get("a", tensor.Float32, layers.Zeros(), 1)
	set.Save(&extra)
	more["model.safetensors"] = &fstest.MapFile{Data: extra.Bytes()}
	for want, fsys := range map[string]fstest.MapFS{
		"no config.json: this is no model":                                           without("config.json"),
		"no config.json: its training did not finish, go on with it (train -resume)": unfinished,
		"model.safetensors: open model.safetensors: file does not exist":             without("model.safetensors"),
		`config.json: format_version is 2: this program reads 1`:                     edit("config.json", `"format_version": 1`, `"format_version": 2`),
		`config.json: model_type is "bert": want "gorgonia-embedding", a model`:      edit("config.json", `"gorgonia-embedding"`, `"bert"`),
		`config.json: id2label has 2 classes and no class 1: want 0 to 1`:            edit("config.json", `"1": "c1"`, `"7": "c1"`),
		`config.json: id2label has the label "c0" twice`:                             edit("config.json", `"1": "c1"`, `"1": "c0"`),
		`, got "dog"`:                    edit("config.json", `"arch": "bag"`, `"arch": "dog"`),
		`Dim must be at least 1, got -8`: edit("config.json", `"dim": 8`, `"dim": -8`),
		`config.json: invalid character`: edit("config.json", `{`, `[`),
		`parameter "embedding.weight": it is (42, 8) of float32, and was asked for as (42, 9)`: edit("config.json", `"dim": 8`, `"dim": 9`),
		`parameter "output.bias": it is missing`:                                               edit("model.safetensors", `"output.bias"`, `"output.bisa"`),
		`model.safetensors has a tensor "a", and the architecture has none`:                    more,
		`model.safetensors: element 3 of the parameter "embedding.weight" is not finite`:       nan,
		`tokenizer.json: the word "w3" has two ids, 2 and 3`:                                   edit("tokenizer.json", `"w2"`, `"w3"`),
	} {
		_, err := model.Load(fsys)
		if err == nil || !strings.HasPrefix(err.Error(), "model: loading: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// Files that are damaged anywhere are an error or a model that answers, and take little more memory than there is of
// them.
func FuzzLoad(f *testing.F) {
	c, err := model.New(small, vocabOf(10), labelsOf(2))
	if err != nil {
		f.Fatal(err)
	}
	dir := filepath.Join(f.TempDir(), "m")
	if err := c.Save(dir, model.Run{}); err != nil {
		f.Fatal(err)
	}
	good := files(f, dir)
	f.Add(good["config.json"].Data, good["tokenizer.json"].Data, good["model.safetensors"].Data)
	f.Fuzz(func(t *testing.T, config, vocab, weights []byte) {
		fsys := fstest.MapFS{"config.json": {Data: config}, "tokenizer.json": {Data: vocab}, "model.safetensors": {Data: weights}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := model.Load(fsys)
		runtime.ReadMemStats(&after)
		if size := uint64(len(config) + len(vocab) + len(weights)); after.TotalAlloc-before.TotalAlloc > 4*size+1<<20 {
			t.Errorf("%d bytes for files of %d", after.TotalAlloc-before.TotalAlloc, size)
		}
		if err != nil {
			return
		}
		if p, err := c.Predict("w2 w3 x"); err != nil || len(p.Top(10)) != len(c.Labels()) {
			t.Errorf("%v, %v", p, err)
		}
	})
}
