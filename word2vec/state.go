package word2vec

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/replace"
	"gorgonia-embedding/internal/safetensors"
)

// stateFormat is the metadata of a state file that says what it is.
const stateFormat = "word2vec state 1"

// interrupted writes State if ctx is done, and returns err, or why that failed.
func (t *Trainer) interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return cmp.Or(t.save(), err)
}

// save writes State, if it has a path.
func (t *Trainer) save() error {
	if t.State == "" {
		return nil
	}
	at, err := json.Marshal(t.at)
	if err != nil {
		return err
	}
	meta := map[string]string{"format": stateFormat, "config": t.settings(), "position": string(at)}
	err = replace.File(t.State, func(w io.Writer) error { return safetensors.Write(w, meta, t.tensors()) })
	return errors.WithMessage(err, "saving the state")
}

// done removes State.
func (t *Trainer) done() error {
	if err := os.Remove(t.State); t.State != "" && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// settings returns the Config but for what does not change the result.
func (t *Trainer) settings() string {
	cfg := t.cfg
	cfg.Threads = 0
	text, _ := json.Marshal(cfg) // numbers alone
	return string(text)
}

// tensors returns the state: words and counts, and the panels of the tables.
func (t *Trainer) tensors() []safetensors.Tensor {
	var text []byte
	sizes := make([]int64, len(t.words))
	for i, w := range t.words {
		text, sizes[i] = append(text, w...), int64(len(w))
	}
	list := []safetensors.Tensor{
		{Name: "words", Shape: []int{len(text)}, Data: text},
		{Name: "sizes", Shape: []int{len(sizes)}, Data: sizes},
		{Name: "counts", Shape: []int{len(t.counts)}, Data: t.counts},
	}
	for p := range t.tables.in {
		for name, panel := range map[string][]float32{"in": t.tables.in[p], "out": t.tables.out[p]} {
			list = append(list, safetensors.Tensor{Name: panelName(name, p), Shape: []int{len(panel)}, Data: panel})
		}
	}
	return list
}

func panelName(table string, p int) string { return fmt.Sprintf("%s.%d", table, p) }

// load reads State, and reports whether it is there.
func (t *Trainer) load() (bool, error) {
	if t.State == "" {
		return false, nil
	}
	f, err := os.Open(t.State)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	defer f.Close()
	return true, errors.WithMessagef(t.read(f), "the state file %s", t.State)
}

// read reads a state.
func (t *Trainer) read(file io.Reader) error {
	f, err := safetensors.NewReader(file)
	if err != nil {
		return err
	}
	switch settings := f.Metadata["config"]; {
	case f.Metadata["format"] != stateFormat:
		return errors.Errorf("is not one: its format is %q, want %q", f.Metadata["format"], stateFormat)
	case settings != t.settings():
		return errors.Errorf("is of a training with other settings: it has %s, want %s; remove it to start anew", settings, t.settings())
	}
	if err := json.Unmarshal([]byte(f.Metadata["position"]), &t.at); err != nil {
		return errors.WithMessage(err, "position")
	}
	if t.at.Epoch < 0 || t.at.Epoch >= t.cfg.Epochs || t.at.Blocks < 0 || t.at.Words < 0 {
		return errors.Errorf("has an impossible position: %+v", t.at)
	}
	all := make(map[string]any)
	for range f.Tensors {
		tensor, err := f.Next()
		if err != nil {
			return err
		}
		all[tensor.Name] = tensor.Data
	}
	v, err := vocabOf(all)
	if err != nil {
		return err
	}
	t.examples = newExamples(v, t.cfg)
	return t.takePanels(all)
}

// vocabOf returns the words of a state.
func vocabOf(all map[string]any) (*vocab, error) {
	text, _ := all["words"].([]uint8)
	sizes, _ := all["sizes"].([]int64)
	counts, _ := all["counts"].([]int64)
	if len(sizes) == 0 || len(sizes) != len(counts) {
		return nil, errors.Errorf("has %d words and %d counts", len(sizes), len(counts))
	}
	words := make([]string, len(sizes))
	for i, n := range sizes {
		if n < 0 || n > int64(len(text)) || counts[i] < 1 || i > 0 && counts[i] > counts[i-1] {
			return nil, errors.Errorf("has a word %d of %d bytes with the count %d", i, n, counts[i])
		}
		words[i], text = string(text[:n]), text[n:]
	}
	return newVocab(words, counts), nil
}

// takePanels makes the tables of a state's panels.
func (t *Trainer) takePanels(all map[string]any) error {
	t.tables = shapeOf(t.cfg.Dim)
	for p := range t.tables.in {
		in, _ := all[panelName("in", p)].([]float32)
		out, _ := all[panelName("out", p)].([]float32)
		if len(in) != t.rows()*t.tables.width || len(out) != len(t.words)*t.tables.width {
			return errors.Errorf("has %d and %d numbers in panel %d of the tables, want %d and %d", len(in), len(out), p, t.rows()*t.tables.width, len(t.words)*t.tables.width)
		}
		t.tables.in[p], t.tables.out[p] = in, out
	}
	return nil
}
