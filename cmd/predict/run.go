package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"gorgonia-embedding/model"
)

// run is the command: it answers the texts of args or the lines of stdin on stdout, or does what args say instead.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, texts, err := parse(args, stdout)
	if err != nil {
		return err
	}
	c, err := load(o.Model)
	switch {
	case err != nil:
		return err
	case o.Eval != "":
		return evaluate(ctx, c, o.Eval, stdout)
	case o.Serve != "":
		return listen(ctx, c, o, stderr)
	}
	p := printer{c, o}
	if len(texts) == 0 || len(texts) == 1 && texts[0] == "-" {
		return stream(ctx, stdin, stdout, p.answer)
	}
	var out bytes.Buffer
	if err := p.answer(&out, texts); err != nil {
		return err
	}
	_, err = stdout.Write(out.Bytes())
	return err
}

// load reads the model of a folder. If another takes the folder's place meanwhile, it reads none of that one.
func load(folder string) (*model.Classifier, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return model.Load(root.FS())
}

// printer writes what the model says of texts, as the options want it.
type printer struct {
	c *model.Classifier
	options
}

// answer writes the answers to texts.
func (p printer) answer(w *bytes.Buffer, texts []string) error {
	if p.Explain {
		for _, text := range texts {
			e, err := p.c.Explain(text)
			if err == nil {
				err = p.write(w, text, e)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	all, err := p.c.PredictAll(texts)
	for i, prediction := range all {
		if err == nil {
			err = p.write(w, texts[i], model.Explanation{Prediction: prediction})
		}
	}
	return err
}

// write writes the answer to a text.
func (p printer) write(w *bytes.Buffer, text string, e model.Explanation) error {
	classes := slices.DeleteFunc(e.Top(p.K), func(class model.Class) bool { return class.Score < p.Threshold })
	if p.JSON {
		return writeJSON(w, text, classes, e)
	}
	for i, class := range classes {
		if i > 0 {
			w.WriteByte('\t')
		}
		w.WriteString(class.Label)
		w.WriteByte('\t')
		w.Write(strconv.AppendFloat(w.AvailableBuffer(), class.Score, 'f', 4, 64))
	}
	w.WriteByte('\n')
	if p.Explain {
		_, table, _ := strings.Cut(e.String(), "\n")
		fmt.Fprintf(w, "%s\n", table)
	}
	return nil
}

func writeJSON(w io.Writer, text string, classes []model.Class, e model.Explanation) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	return lines.Encode(struct {
		Text    string        `json:"text"`
		Classes []model.Class `json:"classes"`
		Words   []model.Part  `json:"words,omitempty"`
		Rest    int           `json:"rest,omitempty"`
	}{text, classes, e.Words, e.Rest})
}
