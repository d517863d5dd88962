package model

import (
	"fmt"
	"io"
	"strings"
	"text/template"
)

// card is the model card: the front matter is what hubs of models read.
var card = template.Must(template.New("card").Parse(`---
library_name: gorgonia-embedding
pipeline_tag: text-classification
tags:
- text-classification
- gorgonia
---

# A classifier of texts into {{.Classes}}

{{.Net}}; {{.Words}} words.

	go run ./cmd/predict -model THIS_FOLDER "a text"

or, in a Go program,

	c, err := model.Load(os.DirFS("THIS_FOLDER"))
	p, err := c.Predict("a text")
{{with .Run.Scores}}
| split | accuracy | macro F1 | loss |
|---|---|---|---|
{{range .}}| {{.Split}} | {{printf "%.3f" .Accuracy}} | {{printf "%.3f" .MacroF1}} | {{printf "%.4f" .Loss}} |
{{end}}{{end}}{{with .Run.Data}}
| file | format | examples | SHA-256 |
|---|---|---|---|
{{range .}}| {{.Name}} | {{.Format}} | {{.Examples}} | {{.SHA256}} |
{{end}}{{end}}{{with .Run.Vectors}}
| vectors | format | words | SHA-256 |
|---|---|---|---|
| {{.Name}} | {{.Format}} | {{.Words}} | {{.SHA256}} |
{{end}}
The settings of the training are in config.json, its epochs in metrics.jsonl.
`))

func (c *Classifier) writeCard(w io.Writer, run Run) error {
	labels := strings.Join(c.labels, ", ")
	if n := len(c.labels); n > 20 {
		labels = fmt.Sprintf("%d classes", n)
	}
	return card.Execute(w, struct {
		Classes, Net string
		Words        int
		Run          Run
	}{labels, c.String(), c.vocab.Len(), run})
}
