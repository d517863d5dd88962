package model

import (
	"cmp"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/replace"
	"gorgonia-embedding/params"
)

// StateFolder is the folder in that of a model which has all that its training needs to go on: the words, the classes
// and the settings, by Begin, and beside them the checkpoints of a train.Trainer, whose Dir it is.
const StateFolder = "state"

// Begin writes to StateFolder in the folder dir, which it makes, what Resume needs. The state of a training that has
// finished makes room for it; a model in dir stays until Save. Begin fails if there is the state of a training that has
// not finished, or if CheckSave does.
func (c *Classifier) Begin(dir string, run Run) error {
	if err := CheckSave(dir); err != nil {
		return err
	}
	state := filepath.Join(dir, StateFolder)
	s, err := readConfig(os.DirFS(state))
	switch {
	case err == nil && !s.Finished:
		return errors.Errorf("model: %s has a training that did not finish: go on with it (Resume, train -resume), or remove the folder", state)
	case err == nil || errors.Is(err, errNoConfig):
		err = cmp.Or(removeFile(filepath.Join(state, configFile)), os.RemoveAll(state), os.MkdirAll(state, 0o755))
	}
	if err == nil {
		err = replace.File(filepath.Join(state, wordsFile), c.vocab.WriteTokenizer)
	}
	if err == nil {
		err = replace.File(filepath.Join(state, configFile), func(w io.Writer) error { return c.writeConfig(w, run) })
	}
	return errors.Wrap(err, "model: beginning a training")
}

// removeFile removes a file, which need not be there.
func removeFile(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Resume returns the classifier whose training Begin began in the folder dir, as it was before its first step. Its Run
// is that of Begin. train.Trainer.Resume then gives it the weights of the newest checkpoint. Of a Config with Vectors the
// training goes on with what New makes of its Config, Vocab and Labels, and the Vectors once more.
func Resume(dir string) (*Classifier, error) {
	c, err := resume(os.DirFS(filepath.Join(dir, StateFolder)))
	return c, errors.Wrapf(err, "model: no training in %s to go on with", dir)
}

func resume(fsys fs.FS) (*Classifier, error) {
	s, vocab, labels, err := loadParts(fsys)
	if err != nil {
		return nil, err
	}
	c, err := newClassifier(s.Config, vocab, labels, params.New(s.Config.Seed))
	if err != nil {
		return nil, err
	}
	c.run = s.Run
	return c, nil
}

// loadParts reads all of a model but its weights.
func loadParts(fsys fs.FS) (s saved, vocab *data.Vocab, labels data.Labels, err error) {
	if s, err = readConfig(fsys); err != nil {
		return s, nil, nil, err
	}
	if labels, err = s.labels(); err != nil {
		return s, nil, nil, errors.Wrap(err, configFile)
	}
	err = read(fsys, wordsFile, func(r io.Reader) (err error) {
		vocab, err = data.ReadTokenizer(r, wordsFile)
		return err
	})
	return s, vocab, labels, err
}

// finishState writes into the folder next that the training whose state is in the folder dir, if there is one, has
// finished.
func finishState(dir, next string) error {
	s, err := readConfig(os.DirFS(filepath.Join(dir, StateFolder)))
	if errors.Is(err, errNoConfig) {
		return nil
	}
	s.Finished = true
	state := filepath.Join(next, StateFolder)
	if err == nil {
		err = os.Mkdir(state, 0o755)
	}
	if err == nil {
		err = replace.New(filepath.Join(state, configFile), s.write)
	}
	return err
}
