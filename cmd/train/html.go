package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/internal/replace"
	"gorgonia-embedding/model"
	"gorgonia-embedding/report"
	"gorgonia-embedding/train"
)

// checkHTML fails if the page cannot be written, before anything is trained.
func (o options) checkHTML() error {
	if o.HTML == "" {
		return nil
	}
	info, err := os.Stat(o.HTML)
	switch {
	case err == nil && info.IsDir():
		return cli.Misuse("-html %s is a folder: name a file", o.HTML)
	case err != nil && !os.IsNotExist(err):
		return err
	}
	_, err = os.Stat(filepath.Dir(o.HTML))
	return err
}

// writeHTML writes the page of the training.
func writeHTML(o options, set *dataset, c *model.Classifier, h train.History) error {
	page, err := report.New(c, h, set.testTexts)
	if err != nil {
		return err
	}
	page.Title = "Training on " + cmp.Or(o.Train, "the toy set")
	page.Facts = []report.Fact{
		{Name: "data", Value: fmt.Sprintf("%d train, %d dev, %d test examples", set.train.Len(), set.dev.Len(), set.test.Len())},
		{Name: "vocabulary", Value: fmt.Sprintf("%d words", set.vocab.Len())},
		{Name: "model", Value: c.String()},
		{Name: "training", Value: course(o, h)},
	}
	if set.pretrained != nil {
		page.Facts = append(page.Facts, report.Fact{Name: "vectors", Value: set.pretrained.String()})
	}
	settings, err := json.MarshalIndent(struct { // as in config.json
		Model    model.Config `json:"model"`
		Settings options      `json:"settings"`
	}{o.Model, o}, "", "  ")
	if err != nil {
		return err
	}
	page.Settings = string(settings)
	return replace.File(o.HTML, page.Write)
}
