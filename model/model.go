// Package model is text classifiers on layers: Config describes one, New makes its weights, a Trainer
// trains and evaluates them.
//
// A Classifier is a set of weights. Gorgonia's graphs are static, so it builds one for each shape of
// batch and for each of training and evaluation; all of them read and write the same weights.
package model

import (
	"fmt"
	"math/rand/v2"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
)

// Config describes a classifier: embedding → mean of the words → hidden layers → classes.
// It is plain data and goes through JSON unchanged.
type Config struct {
	Vocab   int     `json:"vocab"`   // number of ids, those of <pad> and <unk> included; required, at least 2
	Dim     int     `json:"dim"`     // length of a word's vector; required, at least 1
	Hidden  []int   `json:"hidden"`  // sizes of the hidden layers, ReLU each; none by default
	Classes int     `json:"classes"` // required, at least 2
	Dropout float64 `json:"dropout"` // probability, in [0, 1), before each linear layer
	Seed    uint64  `json:"seed"`    // of the initial weights and of dropout
}

func (c Config) check() error {
	switch {
	case c.Vocab < 2:
		return errors.Errorf("Vocab must be at least 2, for padding and unknown words, got %d", c.Vocab)
	case c.Dim < 1:
		return errors.Errorf("Dim must be at least 1, got %d", c.Dim)
	case c.Classes < 2:
		return errors.Errorf("Classes must be at least 2, got %d", c.Classes)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return errors.Errorf("Dropout must be in [0, 1), got %v", c.Dropout)
	}
	for _, n := range c.Hidden {
		if n < 1 {
			return errors.Errorf("Hidden sizes must be at least 1, got %v", c.Hidden)
		}
	}
	return nil
}

// Classifier is a text classifier's weights.
type Classifier struct {
	cfg     Config
	names   []string             // of the parameters, in the order that layers give
	weights map[string][]float32 // the parameters' memory, shared by all graphs
	init    *rand.Rand           // of the weights
	dropout *rand.Rand
	graphs  map[graphKey]*graph
}

// New returns a classifier with random weights. It fails if a field of cfg is out of its range.
func New(cfg Config) (*Classifier, error) {
	if err := cfg.check(); err != nil {
		return nil, errors.Wrap(err, "model")
	}
	c := &Classifier{
		cfg:     cfg,
		weights: make(map[string][]float32),
		init:    rand.New(rand.NewPCG(cfg.Seed, 0)),
		dropout: rand.New(rand.NewPCG(cfg.Seed, 1)),
		graphs:  make(map[graphKey]*graph),
	}
	gr, err := c.graph(graphKey{batch: 1, time: 1})
	if err != nil {
		return nil, err
	}
	for _, n := range gr.params {
		c.names = append(c.names, n.Name())
	}
	return c, nil
}

// Config returns the configuration that the classifier was made with.
func (c *Classifier) Config() Config { return c.cfg }

// NumWeights returns the number of trainable numbers.
func (c *Classifier) NumWeights() (n int) {
	for _, w := range c.weights {
		n += len(w)
	}
	return n
}

// Weights returns the parameters' memory by name, such as "words.weight".
func (c *Classifier) Weights() map[string][]float32 { return c.weights }

// share is the initialiser of the parameter called name: fresh in the first graph, and that graph's
// memory in all later ones.
func (c *Classifier) share(name string, fresh gorgonia.InitWFn) gorgonia.InitWFn {
	if w, ok := c.weights[name]; ok {
		return layers.From(w)
	}
	return func(dt tensor.Dtype, shape ...int) any {
		backing := fresh(dt, shape...)
		c.weights[name] = backing.([]float32)
		return backing
	}
}

// net adds the classifier's layers to g, for the text nodes ids.
func (c *Classifier) net(g *gorgonia.ExprGraph, ids *gorgonia.Node, train bool) (layers.Sequential, error) {
	pad := data.PadID
	words, err := layers.NewEmbedding(g, "words", layers.EmbeddingConfig{
		NumEmbeddings: c.cfg.Vocab, EmbeddingDim: c.cfg.Dim, PaddingIdx: &pad,
		Init: c.share("words.weight", layers.Normal(c.init, 0.1)),
	})
	if err != nil {
		return nil, err
	}
	net := layers.Sequential{words, layers.MeanPool{IDs: ids, PaddingIdx: pad}}
	size := c.cfg.Dim
	for i, n := range append(c.cfg.Hidden[:len(c.cfg.Hidden):len(c.cfg.Hidden)], c.cfg.Classes) {
		if train {
			net = append(net, layers.Dropout{P: c.cfg.Dropout, Rand: c.dropout})
		}
		name := fmt.Sprintf("hidden%d", i)
		if i == len(c.cfg.Hidden) {
			name = "classes"
		}
		linear, err := layers.NewLinear(g, name, layers.LinearConfig{
			InFeatures: size, OutFeatures: n,
			Init:     c.share(name+".weight", layers.Glorot(c.init)),
			BiasInit: c.share(name+".bias", layers.Zeros()),
		})
		if err != nil {
			return nil, err
		}
		net = append(net, linear)
		if i < len(c.cfg.Hidden) {
			net = append(net, layers.Func(gorgonia.Rectify))
		}
		size = n
	}
	return net, nil
}

// String describes the classifier, such as "embedding 1000×64 → mean → 2 classes, 64130 weights".
func (c *Classifier) String() string {
	s := fmt.Sprintf("embedding %d×%d → mean", c.cfg.Vocab, c.cfg.Dim)
	for _, n := range c.cfg.Hidden {
		s += fmt.Sprintf(" → %d ReLU", n)
	}
	return s + fmt.Sprintf(" → %d classes, %d weights", c.cfg.Classes, c.NumWeights())
}
