// Package model is text classifiers on layers. A Config describes one, by an Architecture from the table of them or of
// your own; New makes its parameters; package train trains it on labelled samples:
//
//	c, err := model.New(model.Config{Vocab: vocab.Len(), Classes: len(labels), Arch: model.Bag{Dim: 64}})
//	t, err := train.New(c.Task(trainSet, devSet), train.Config{Epochs: 10, Batch: 32})
//	history, err := t.Fit(ctx)
//	evaluation, err := c.Evaluate(ctx, testSet)
//
// A Classifier is a set of parameters. Gorgonia's graphs are static, so it draws one for training, for each worker, and
// one for evaluation, which take texts of any length; all of them read and write the same parameters.
package model

import (
	"encoding/json"
	"fmt"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/choice"
	"gorgonia-embedding/params"
	"gorgonia-embedding/train"
)

// Config describes a classifier. It is plain data and goes through JSON unchanged.
type Config struct {
	Vocab   int          `json:"vocab"`        // number of ids, those of <pad> and <unk> included; required, at least 2
	Classes int          `json:"classes"`      // number of classes; required, at least 2
	Seed    uint64       `json:"seed"`         // seed of the initial weights
	Arch    Architecture `json:"architecture"` // kind of net; nil means the first of Architectures
}

// Check returns an error that names the first field that is out of its range.
func (c Config) Check() error {
	switch {
	case c.Vocab < 2:
		return errors.Errorf("Vocab must be at least 2, for padding and unknown words, got %d", c.Vocab)
	case c.Classes < 2:
		return errors.Errorf("Classes must be at least 2, got %d", c.Classes)
	}
	return c.arch().Check()
}

func (c Config) arch() Architecture {
	if c.Arch == nil {
		return Architectures()[0]
	}
	return c.Arch
}

// fields is a Config without its methods.
type fields Config

// MarshalJSON writes the architecture as an object with its name.
func (c Config) MarshalJSON() ([]byte, error) {
	arch, err := choice.Of[Architecture](Architectures()).Marshal("arch", c.arch())
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		fields
		Arch json.RawMessage `json:"architecture"`
	}{fields(c), arch})
}

// UnmarshalJSON reads what MarshalJSON wrote, for one of Architectures.
func (c *Config) UnmarshalJSON(object []byte) error {
	in := struct {
		*fields
		Arch json.RawMessage `json:"architecture"`
	}{fields: (*fields)(c)}
	err := json.Unmarshal(object, &in)
	if err == nil && in.Arch != nil {
		c.Arch, err = choice.Of[Architecture](Architectures()).Unmarshal("arch", in.Arch)
	}
	return err
}

// Classifier is a text classifier: its parameters, and a graph for its evaluation.
type Classifier struct {
	cfg    Config
	params *params.Set
	texts  *texts         // samples of the last evaluation
	eval   *train.Machine // machine that runs its graph
}

// New returns a classifier with random weights. It fails if a field of cfg is out of its range or the architecture
// does not build.
func New(cfg Config) (*Classifier, error) {
	if err := cfg.Check(); err != nil {
		return nil, errors.Wrap(err, "model")
	}
	cfg.Arch = cfg.arch()
	c := &Classifier{cfg: cfg, params: params.New(cfg.Seed)}
	c.texts = &texts{c: c, sparse: true}
	c.eval = train.NewMachine(c.texts.draw, train.Drawing{Mode: train.Evaluation})
	return c, errors.Wrap(c.eval.Fill(nil), "model")
}

// Config returns the configuration that the classifier was made with.
func (c *Classifier) Config() Config { return c.cfg }

// Params returns the parameters, such as "words.weight".
func (c *Classifier) Params() *params.Set { return c.params }

// NumWeights returns the number of trainable numbers.
func (c *Classifier) NumWeights() int { return c.params.NumWeights() }

// String returns a line such as "embedding 1000×64 → mean → 2 classes, 64130 weights".
func (c *Classifier) String() string {
	return fmt.Sprintf("%v, %d weights", describe(c.texts.net, c.cfg.Arch), c.NumWeights())
}
