// Package model is text classifiers on layers. A Config describes one, by an Architecture from the table of them or of
// your own; New makes its parameters; package train trains it on labelled samples; Save writes it as a directory, and
// Load reads that:
//
//	c, err := model.New(model.Config{Arch: model.Bag{Dim: 64}}, vocab, labels)
//	t, err := train.New(c.Task(trainSet, devSet), train.Config{Epochs: 10, Batch: 32})
//	history, err := t.Fit(ctx)
//	evaluation, err := c.Evaluate(ctx, testSet)
//	err = c.Save("opinions", model.Run{})
//
// In the program that uses it:
//
//	c, err := model.Load(os.DirFS("opinions"))
//	p, err := c.Predict("a fine film")
//	fmt.Println(p.Label, p.Score)
//
// A Classifier is a set of parameters with the words and the classes that their rows stand for. Gorgonia's graphs are
// static, so it draws one for training, for each worker, and keeps those that predict; all of them read the same
// parameters.
package model

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/pkg/errors"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/choice"
	"gorgonia-embedding/params"
	"gorgonia-embedding/vectors"
)

// Config describes a classifier. It is plain data and goes through JSON unchanged.
type Config struct {
	Seed   uint64       `json:"seed"` // seed of the initial weights
	MaxLen int          `json:"max_len" help:"number of words of a text that count; 0: all of them"`
	Arch   Architecture `json:"architecture"` // kind of net; nil means the first of Architectures

	// Vectors, if not nil, are what the rows of its words begin with. Their length must be that of the net's rows, which
	// are those of Builder.Words. The other rows are random. A model that is saved or loaded has no Vectors, but its table.
	Vectors *vectors.Table `json:"-"`

	// Untrained is how many words at the end of the vocabulary no training changes: those that only Vectors has, for
	// the texts of predictions (data.Vocab.Extend).
	Untrained int `json:"untrained,omitempty"`
}

// Check returns an error that names the first field that is out of its range.
func (c Config) Check() error {
	if c.MaxLen < 0 {
		return errors.Errorf("MaxLen must be at least 0, got %d", c.MaxLen)
	}
	if c.Untrained < 0 {
		return errors.Errorf("Untrained must be at least 0, got %d", c.Untrained)
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

// Classifier is a text classifier. Its methods but Save may be called at once, as long as nothing trains it.
type Classifier struct {
	cfg    Config
	vocab  *data.Vocab
	labels data.Labels
	params *params.Set
	run    Run

	single, bulk readers    // graphs for one text, and for many
	drawing      sync.Mutex // held while one is drawn
}

// New returns a classifier of texts, with random weights and cfg's Vectors: the words of vocab have a row each, and labels
// are its classes. It fails if a field of cfg is out of its range, there are fewer than two labels or the architecture
// does not build.
func New(cfg Config, vocab *data.Vocab, labels data.Labels) (*Classifier, error) {
	return newClassifier(cfg, vocab, labels, params.New(cfg.Seed))
}

// newClassifier returns a classifier with the parameters of set, which may be there already.
func newClassifier(cfg Config, vocab *data.Vocab, labels data.Labels, set *params.Set) (*Classifier, error) {
	switch {
	case vocab == nil:
		return nil, errors.New("model: a classifier needs a Vocab: data.NewVocab makes one")
	case len(labels) < 2:
		return nil, errors.Errorf("model: a classifier needs two labels or more, got %d", len(labels))
	}
	if err := cfg.Check(); err != nil {
		return nil, errors.Wrap(err, "model")
	}
	if cfg.Untrained > vocab.Len() {
		return nil, errors.Errorf("model: Untrained is %d, and the vocabulary has %d words: want no more", cfg.Untrained, vocab.Len())
	}
	cfg.Arch = cfg.arch()
	c := &Classifier{cfg: cfg, vocab: vocab, labels: labels, params: set}
	c.single, c.bulk = readers{c: c, texts: 1}, readers{c: c, texts: 64}
	r, err := c.bulk.take(0)
	if err != nil {
		return nil, errors.Wrap(err, "model")
	}
	c.bulk.put(r)
	return c, nil
}

// Config returns the configuration that the classifier was made with.
func (c *Classifier) Config() Config { return c.cfg }

// Vocab returns the words.
func (c *Classifier) Vocab() *data.Vocab { return c.vocab }

// Labels returns the classes, in the order of their numbers.
func (c *Classifier) Labels() data.Labels { return c.labels }

// Params returns the parameters, such as "embedding.weight".
func (c *Classifier) Params() *params.Set { return c.params }

// NumWeights returns the number of trainable numbers.
func (c *Classifier) NumWeights() int { return c.params.NumWeights() }

// String returns a line such as "embedding 1000×64 → mean → 2 classes, 64130 weights".
func (c *Classifier) String() string {
	return fmt.Sprintf("%s, %d weights", c.bulk.String(), c.NumWeights())
}
