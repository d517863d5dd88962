package model

import (
	"bufio"
	"encoding/json"
	"io"
	"io/fs"
	"strconv"

	"github.com/pkg/errors"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/kernel"
	"gorgonia-embedding/params"
)

// maxConfig is the longest config.json that is read, in bytes.
const maxConfig = 16 << 20

// Load reads a model that Save wrote from the folder that fsys is, such as os.DirFS("opinions"), or fs.Sub of an
// embed.FS. It believes nothing that a file says of another, or of sizes, before it has compared them: a model that is
// damaged, unfinished or of another program is an error.
func Load(fsys fs.FS) (*Classifier, error) {
	c, err := load(fsys)
	return c, errors.Wrap(err, "model: loading")
}

func load(fsys fs.FS) (*Classifier, error) {
	s, vocab, labels, err := loadParts(fsys)
	if errors.Is(err, errNoConfig) {
		if _, err := fs.Stat(fsys, StateFolder); err == nil {
			return nil, errors.New("no config.json: its training did not finish, go on with it (train -resume)")
		}
	}
	if err != nil {
		return nil, err
	}
	set := params.New(s.Config.Seed)
	set.Seal()
	err = read(fsys, weightsFile, set.Load)
	if err == nil {
		err = finite(set)
	}
	if err != nil {
		return nil, errors.Wrap(err, weightsFile)
	}
	c, err := newClassifier(s.Config, vocab, labels, set)
	if err != nil {
		return nil, err
	}
	if unused := set.Unused(); len(unused) > 0 {
		return nil, errors.Errorf("%s has a tensor %q, and the architecture has none of that name", weightsFile, unused[0])
	}
	c.run = s.Run
	return c, nil
}

// Run returns what the model that was loaded or resumed tells of its training, but for the epochs.
func (c *Classifier) Run() Run { return c.run }

// errNoConfig is the error of a folder without config.json.
var errNoConfig = errors.New("no config.json: this is no model")

// readConfig reads config.json.
func readConfig(fsys fs.FS) (s saved, err error) {
	f, err := fsys.Open(configFile)
	if errors.Is(err, fs.ErrNotExist) {
		return s, errNoConfig
	}
	if err != nil {
		return s, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	switch {
	case err != nil:
		return s, err
	case len(text) > maxConfig:
		return s, errors.Errorf("%s is longer than %d bytes: it is none of a model", configFile, maxConfig)
	}
	var kind struct {
		ModelType string `json:"model_type"`
		Format    int    `json:"format_version"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return s, errors.Wrap(err, configFile)
	}
	switch {
	case kind.ModelType != modelType:
		return s, errors.Errorf("%s: model_type is %q: want %q, a model that this library saved", configFile, kind.ModelType, modelType)
	case kind.Format != formatVersion:
		return s, errors.Errorf("%s: format_version is %d: this program reads %d", configFile, kind.Format, formatVersion)
	}
	return s, errors.Wrap(json.Unmarshal(text, &s), configFile)
}

// labels returns the classes in the order of their numbers.
func (s saved) labels() (data.Labels, error) {
	labels, seen := make(data.Labels, len(s.ID2Label)), make(map[string]bool)
	for i := range labels {
		label, ok := s.ID2Label[strconv.Itoa(i)]
		switch {
		case !ok:
			return nil, errors.Errorf("id2label has %d classes and no class %d: want 0 to %d", len(labels), i, len(labels)-1)
		case seen[label]:
			return nil, errors.Errorf("id2label has the label %q twice", label)
		}
		labels[i], seen[label] = label, true
	}
	return labels, nil
}

// finite fails if a parameter has an element that is not finite: no text would have a class.
func finite(set *params.Set) error {
	for p := range set.All() {
		at := -1
		switch data := p.Data.(type) {
		case []float32:
			at = kernel.FirstNotFinite(data)
		case []float64:
			at = kernel.FirstNotFinite(data)
		}
		if at >= 0 {
			return errors.Errorf("element %d of the parameter %q is not finite", at, p.Name)
		}
	}
	return nil
}

// read calls f with the content of a file, through a buffer.
func read(fsys fs.FS, name string, f func(r io.Reader) error) error {
	file, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, ok := file.(io.Seeker); ok {
		return f(file)
	}
	return f(bufio.NewReader(file))
}
