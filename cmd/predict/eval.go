package main

import (
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/texttab"
	"gorgonia-embedding/model"
)

// mistakes is the number of mistakes that are shown, and shown the most of a text in characters.
const mistakes, shown = 10, 100

// evaluate compares the model with the labels of a file.
func evaluate(ctx context.Context, c *model.Classifier, file string, stdout io.Writer) error {
	examples, err := data.ReadFile(file, data.ReadConfig{})
	if err != nil {
		return err
	}
	samples, err := data.NewCorpus(examples).Encode(c.Vocab(), c.Labels(), c.Config().MaxLen)
	if err != nil {
		return err
	}
	e, err := c.Evaluate(ctx, samples)
	if err != nil {
		return err
	}
	surest, err := c.Mistakes(ctx, samples, mistakes)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "examples  %d of %s\nloss      %.4f\n\n%s", len(examples), file, e.Loss, e.Confusion.Report(c.Labels()))
	if len(surest) > 0 {
		fmt.Fprintf(stdout, "\nsurest mistakes\n%s", table(surest, examples))
	}
	_, err = fmt.Fprintf(stdout, "\naccuracy %.3f\nmacro F1 %.3f\n", e.Accuracy(), e.MacroF1())
	return err
}

func table(list []model.Mistake, examples []data.Example) texttab.Table {
	rows := [][]string{{"line", "label", "taken for", "score", "text"}}
	for _, m := range list {
		e := examples[m.Sample]
		rows = append(rows, []string{fmt.Sprint(e.Line), m.Label, m.Class.Label, fmt.Sprintf("%.3f", m.Score), short(e.Text)})
	}
	return texttab.Table{Rows: rows, Left: true}
}

// short returns the beginning of a text, on one line.
func short(text string) string {
	if utf8.RuneCountInString(text) > shown {
		text = string([]rune(text)[:shown-1]) + "…"
	}
	return text
}
