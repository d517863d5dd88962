package model

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/replace"
)

// The files of a saved model.
const (
	weightsFile = "model.safetensors"
	wordsFile   = "tokenizer.json"
	configFile  = "config.json"
	cardFile    = "README.md"
	metricsFile = "metrics.jsonl"
)

// formatVersion is the number of the layout of saved models. A change that older programs would misread gets another one.
const formatVersion = 1

// saved is the content of config.json. Its labels are where other tools look for them.
type saved struct {
	ModelType string            `json:"model_type"`
	Format    int               `json:"format_version"`
	Version   string            `json:"version,omitempty"`
	Config    Config            `json:"model"`
	ID2Label  map[string]string `json:"id2label"`
	Label2ID  map[string]int    `json:"label2id"`
	Run
	Finished bool `json:"finished,omitempty"` // of the state of a training: whether it has finished
}

const modelType = "gorgonia-embedding"

// Save writes the classifier into the folder dir, which Load reads, with what run tells of its training:
//
//	model.safetensors   the parameters, as PyTorch has them: embedding.weight (words, dim), output.weight (classes, in)
//	tokenizer.json      the words, as Hugging Face's tokenizers read them
//	config.json         the architecture, the classes, and run
//	README.md           a model card, for people
//	metrics.jsonl       an object for each epoch of run's history
//
// The folder is written under another name and then takes the place of one that is there: whenever the program is
// killed, dir is the old model or the new one. Files of other names in dir stay; the state of a training (Begin) is now
// that of one that has finished, unless run was interrupted. Save fails if dir is there, is not empty and is no model.
func (c *Classifier) Save(dir string, run Run) error {
	if err := CheckSave(dir); err != nil {
		return err
	}
	err := replace.Folder(dir, func(next string) (err error) {
		for _, f := range []struct {
			name  string
			write func(w io.Writer) error
		}{
			{weightsFile, c.params.Save},
			{wordsFile, c.vocab.WriteTokenizer},
			{metricsFile, func(w io.Writer) error { return run.History.WriteJSON(w) }},
			{cardFile, func(w io.Writer) error { return c.writeCard(w, run) }},
			{configFile, func(w io.Writer) error { return c.writeConfig(w, run) }},
		} {
			if err == nil {
				err = replace.New(filepath.Join(next, f.name), f.write)
			}
		}
		if err == nil && !run.Interrupted {
			err = finishState(dir, next)
		}
		return err
	})
	return errors.Wrap(err, "model: saving")
}

// CheckSave fails if a model cannot be saved to dir, so that a program can tell before it trains one.
func CheckSave(dir string) error {
	if err := replace.Try(dir); err != nil {
		return errors.Wrap(err, "model: it cannot be saved")
	}
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return errors.Errorf("model: %s is a file: name a folder that is new, empty or a model", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		return err
	}
	for _, e := range entries {
		if e.Name() == configFile || e.Name() == StateFolder {
			return nil
		}
	}
	return errors.Errorf("model: %s holds files and is no model: name a folder that is new, empty or a model", dir)
}

func (c *Classifier) writeConfig(w io.Writer, run Run) error {
	s := saved{modelType, formatVersion, version(), c.cfg, make(map[string]string), make(map[string]int), run, false}
	for i, label := range c.labels {
		s.ID2Label[strconv.Itoa(i)], s.Label2ID[label] = label, i
	}
	return s.write(w)
}

func (s saved) write(w io.Writer) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(w, "%s\n", text)
	}
	return err
}
