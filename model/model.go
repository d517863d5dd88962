// Package model is text classifiers on layers: Config describes one, New makes its weights, a Trainer
// trains and evaluates them.
//
// A Classifier is a set of weights. Gorgonia's graphs are static, so it builds one for training, in each
// worker, and one for evaluation, which take texts of any length; all of them read and write the same weights.
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

// The streams of random numbers that a seed gives.
const (
	initStream    = iota
	orderStream   // of the rows
	dropoutStream // of worker 0; those of the others follow
)

// Classifier is a text classifier's weights.
type Classifier struct {
	cfg     Config
	names   []string             // of the parameters, in the order that layers give
	weights map[string][]float32 // the parameters' memory, shared by all graphs
	init    *rand.Rand           // of the weights
	dropout []*rand.Rand         // of each worker
	eval    *graph
}

// New returns a classifier with random weights. It fails if a field of cfg is out of its range.
func New(cfg Config) (*Classifier, error) {
	if err := cfg.check(); err != nil {
		return nil, errors.Wrap(err, "model")
	}
	c := &Classifier{
		cfg:     cfg,
		weights: make(map[string][]float32),
		init:    rand.New(rand.NewPCG(cfg.Seed, initStream)),
	}
	gr, err := c.grow(nil, graphKind{batch: 1}, 1)
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

// net is a classifier's layers in one graph.
type net struct {
	words *layers.EmbeddingBag
	head  layers.Sequential
}

// forward maps the bags of words of batch texts → (batch, classes).
func (n *net) forward(texts layers.Texts) (*gorgonia.Node, error) {
	mean, err := n.words.ForwardTexts(texts)
	if err != nil {
		return nil, err
	}
	return n.head.Forward(mean)
}

func (n *net) learnables() gorgonia.Nodes {
	return append(n.words.Learnables(), n.head.Learnables()...)
}

// net adds the classifier's layers to g.
func (c *Classifier) net(g *gorgonia.ExprGraph, kind graphKind) (*net, error) {
	pad := data.PadID
	words, err := layers.NewEmbeddingBag(g, "words", layers.EmbeddingBagConfig{
		NumEmbeddings: c.cfg.Vocab, EmbeddingDim: c.cfg.Dim, IDs: layers.IDRules{PaddingIdx: &pad, Sparse: !kind.dense},
		Init: c.share("words.weight", layers.Normal(c.init, 0.1)),
	})
	if err != nil {
		return nil, err
	}
	n := &net{words: words}
	size := c.cfg.Dim
	for i, units := range append(c.cfg.Hidden[:len(c.cfg.Hidden):len(c.cfg.Hidden)], c.cfg.Classes) {
		if kind.solver != nil {
			n.head = append(n.head, layers.Dropout{P: c.cfg.Dropout, Rand: c.dropoutOf(kind.worker)})
		}
		name := fmt.Sprintf("hidden%d", i)
		if i == len(c.cfg.Hidden) {
			name = "classes"
		}
		linear, err := layers.NewLinear(g, name, layers.LinearConfig{
			InFeatures: size, OutFeatures: units,
			Init:     c.share(name+".weight", layers.Glorot(c.init)),
			BiasInit: c.share(name+".bias", layers.Zeros()),
		})
		if err != nil {
			return nil, err
		}
		n.head = append(n.head, linear)
		if i < len(c.cfg.Hidden) {
			n.head = append(n.head, layers.Func(gorgonia.Rectify))
		}
		size = units
	}
	return n, nil
}

// dropoutOf returns the source of a worker's dropout masks.
func (c *Classifier) dropoutOf(worker int) *rand.Rand {
	for len(c.dropout) <= worker {
		c.dropout = append(c.dropout, rand.New(rand.NewPCG(c.cfg.Seed, dropoutStream+uint64(len(c.dropout)))))
	}
	return c.dropout[worker]
}

// String describes the classifier, such as "embedding 1000×64 → mean → 2 classes, 64130 weights".
func (c *Classifier) String() string {
	s := fmt.Sprintf("embedding %d×%d → mean", c.cfg.Vocab, c.cfg.Dim)
	for _, n := range c.cfg.Hidden {
		s += fmt.Sprintf(" → %d ReLU", n)
	}
	return s + fmt.Sprintf(" → %d classes, %d weights", c.cfg.Classes, c.NumWeights())
}
