package model

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
)

// Bag is the mean of a text's word vectors, then hidden layers, if any, then the classes: an architecture that does
// not see the order of words.
type Bag struct {
	Dim     int     `json:"dim" help:"length of a word's vector"`
	Hidden  []int   `json:"hidden,omitempty" help:"sizes of the hidden layers, ReLU each"`
	Dropout float64 `json:"dropout" help:"probability, in [0, 1), before each linear layer"`
}

// Name returns "bag".
func (a Bag) Name() string { return "bag" }

// Check returns an error that names the first field that is out of its range.
func (a Bag) Check() error {
	if a.Dim < 1 {
		return errors.Errorf("Dim must be at least 1, got %d", a.Dim)
	}
	if !(a.Dropout >= 0 && a.Dropout < 1) {
		return errors.Errorf("Dropout must be in [0, 1), got %v", a.Dropout)
	}
	for _, n := range a.Hidden {
		if n < 1 {
			return errors.Errorf("Hidden sizes must be at least 1, got %v", a.Hidden)
		}
	}
	return nil
}

// Build draws the table and the layers behind it.
func (a Bag) Build(b *Builder) (Net, error) {
	words, err := b.Words("embedding", a.Dim)
	if err != nil {
		return nil, err
	}
	head, err := b.Head(a.Dim, a.Hidden, a.Dropout)
	text := fmt.Sprintf("embedding %d×%d → mean", b.Vocab, a.Dim)
	for _, n := range a.Hidden {
		text += fmt.Sprintf(" → %d ReLU", n)
	}
	return &bag{words, head, text + fmt.Sprintf(" → %d classes", b.Classes)}, err
}

// bag is a Bag's layers.
type bag struct {
	words *layers.EmbeddingBag
	head  layers.Sequential
	text  string
}

func (n *bag) Forward(texts layers.Texts) (Output, error) {
	mean, err := n.words.ForwardTexts(texts)
	if err != nil {
		return Output{}, err
	}
	logits, err := n.head.Forward(mean)
	return Output{Vectors: mean, Logits: logits}, err
}

func (n *bag) Learnables() gorgonia.Nodes {
	return append(n.words.Learnables(), n.head.Learnables()...)
}

func (n *bag) String() string { return n.text }
