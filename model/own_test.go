package model_test

import (
	"errors"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
	"gorgonia-embedding/model"
)

// wideAndDeep is an architecture of a user's own: each word votes for the classes by itself, in a table that is as wide
// as the classes, and together with the others in the text's mean, behind a tanh.
type wideAndDeep struct {
	Dim  int `json:"dim"`
	Deep int `json:"deep"`
}

func (wideAndDeep) Name() string { return "wide-and-deep" }

func (a wideAndDeep) Check() error {
	if a.Dim < 1 || a.Deep < 1 {
		return errors.New("Dim and Deep must be at least 1")
	}
	return nil
}

func (a wideAndDeep) Build(b *model.Builder) (model.Net, error) {
	votes, err1 := b.Bag("votes", b.Classes)
	words, err2 := b.Bag("words", a.Dim)
	deep, err3 := b.Linear("deep", a.Dim, a.Deep)
	classes, err4 := b.Linear("classes", a.Deep, b.Classes)
	head := layers.Sequential{deep, layers.Func(gorgonia.Tanh), b.Dropout(0.1), classes}
	return &wideAndDeepNet{votes, words, head}, errors.Join(err1, err2, err3, err4)
}

type wideAndDeepNet struct {
	votes, words *layers.EmbeddingBag
	head         layers.Sequential
}

func (n *wideAndDeepNet) Forward(texts layers.Texts) (out model.Output, err error) {
	votes, err1 := n.votes.ForwardTexts(texts)
	mean, err2 := n.words.ForwardTexts(texts)
	if err := errors.Join(err1, err2); err != nil {
		return out, err
	}
	logits, err := n.head.Forward(mean)
	if err == nil {
		logits, err = gorgonia.Add(logits, votes)
	}
	return model.Output{Vectors: mean, Logits: logits}, err
}

func (n *wideAndDeepNet) Learnables() gorgonia.Nodes {
	return append(append(n.votes.Learnables(), n.words.Learnables()...), n.head.Learnables()...)
}
