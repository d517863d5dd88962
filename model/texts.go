package model

import (
	"math/bits"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgonia-embedding/data"
	"gorgonia-embedding/layers"
	"gorgonia-embedding/loss"
	"gorgonia-embedding/train"
)

// texts are samples for the graphs of a classifier.
type texts struct {
	c       *Classifier
	samples []data.Sample
	sparse  bool // whether the gradients of tables are sparse

	net Net // net of the graph that was drawn last
}

// batch is the memory of a graph's inputs.
type batch struct {
	ids             []int32 // (room)
	offsets, labels []int   // (batch+1), (batch)
}

// draw draws a graph with room for the words of d.Examples, rounded up to a power of two.
func (t *texts) draw(d train.Drawing) (*train.Graph, error) {
	room := 1 << bits.Len(uint(max(t.words(d.Examples), 4*d.Batch)-1))
	in := batch{make([]int32, room), make([]int, d.Batch+1), make([]int, d.Batch)}
	g, cfg := gorgonia.NewGraph(), t.c.cfg
	net, err := cfg.Arch.Build(&Builder{
		Graph: g, Params: t.c.params, Mode: d.Mode, Rand: d.Rand, Sparse: t.sparse, Vocab: cfg.Vocab, Classes: cfg.Classes,
	})
	if err != nil {
		return nil, errors.Wrap(err, cfg.Arch.Name())
	}
	words, labels, err := in.inputs(g)
	if err != nil {
		return nil, err
	}
	logits, err := net.Forward(words)
	if err != nil {
		return nil, errors.Wrap(err, cfg.Arch.Name())
	}
	if want := (tensor.Shape{d.Batch, cfg.Classes}); !slices.Equal(logits.Shape(), want) || logits.Dtype() != tensor.Float32 {
		return nil, errors.Errorf("%s: the net gives logits of shape %v of %v: want %v, the texts and the classes, of float32",
			cfg.Arch.Name(), logits.Shape(), logits.Dtype(), want)
	}
	cost, err := loss.CrossEntropy(logits, labels)
	if err != nil {
		return nil, err
	}
	t.net = net
	return &train.Graph{
		Loss: cost, Logits: logits, Learnables: net.Learnables(), Fill: func(examples []int) bool { return t.fill(in, examples) },
	}, nil
}

// inputs adds the inputs whose memory in is to g.
func (in batch) inputs(g *gorgonia.ExprGraph) (words layers.Texts, labels *gorgonia.Node, err error) {
	for _, i := range []struct {
		node   **gorgonia.Node
		name   string
		memory any
	}{{&words.IDs, "ids", in.ids}, {&words.Offsets, "offsets", in.offsets}, {&labels, "labels", in.labels}} {
		if *i.node, err = layers.Input(g, i.name, i.memory); err != nil {
			break
		}
	}
	return words, labels, err
}

// fill puts examples into in, unless they have no room there. What there is room for beyond them counts for nothing.
func (t *texts) fill(in batch, examples []int) bool {
	if t.words(examples) > len(in.ids) {
		return false
	}
	end := 0
	for i := range in.labels {
		in.labels[i] = loss.Ignored
		if i < len(examples) {
			sample := t.samples[examples[i]]
			end += copy(in.ids[end:], sample.IDs)
			in.labels[i] = sample.Label
		}
		in.offsets[i+1] = end
	}
	return true
}

// words returns the number of words in examples.
func (t *texts) words(examples []int) (n int) {
	for _, i := range examples {
		n += len(t.samples[i].IDs)
	}
	return n
}
