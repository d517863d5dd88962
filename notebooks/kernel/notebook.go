package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// notebook is a file of Jupyter's format, version 4.5. What the command does not touch goes through unchanged.
type notebook map[string]any

// cell is one of a notebook's, or one of a cell's outputs: a JSON object.
type cell map[string]any

func readNotebook(path string) (notebook, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var nb notebook
	if err := json.Unmarshal(content, &nb); err != nil {
		return nil, fmt.Errorf("%s: not a notebook: %w", path, err)
	}
	return nb, nil
}

// write writes the notebook as Jupyter would.
func (nb notebook) write(path string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(nb); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o666)
}

func (nb notebook) cells() []cell { return objects(nb["cells"]) }

// code returns the notebook's code cells.
func (nb notebook) code() []cell {
	return slices.DeleteFunc(nb.cells(), func(c cell) bool { return c["cell_type"] != "code" })
}

// objects returns the objects of a JSON list.
func objects(list any) []cell {
	var found []cell
	all, _ := list.([]any)
	for _, o := range all {
		if o, ok := o.(map[string]any); ok {
			found = append(found, o)
		}
	}
	return found
}

// normalise takes out what differs from run to run and from machine to machine though the reader sees no
// difference, so that a notebook that is executed again is the same file.
func (nb notebook) normalise() {
	nb["metadata"] = map[string]any{
		"kernelspec":    map[string]any{"display_name": displayName, "language": "go", "name": kernelName},
		"language_info": map[string]any{"file_extension": ".go", "mimetype": "text/x-go", "name": "go", "pygments_lexer": "go"},
	}
	for _, c := range nb.cells() {
		meta := map[string]any{}
		if tags := c.tags(); len(tags) > 0 {
			meta["tags"] = tags
		}
		c["metadata"] = meta
	}
	for _, c := range nb.code() {
		c["outputs"] = joinStreams(c.outputs())
	}
}

// joinStreams puts together what a cell printed in pieces.
func joinStreams(outputs []cell) []any {
	joined := []any{}
	var last cell
	for _, o := range outputs {
		if o["output_type"] == "stream" && last != nil && last["output_type"] == "stream" && last["name"] == o["name"] {
			last["text"] = lines(text(last["text"]) + text(o["text"]))
			continue
		}
		joined, last = append(joined, map[string]any(o)), o
	}
	return joined
}

func (c cell) outputs() []cell { return objects(c["outputs"]) }

func (c cell) id() string { return fmt.Sprint(c["id"]) }

func (c cell) tags() []any {
	meta, _ := c["metadata"].(map[string]any)
	tags, _ := meta["tags"].([]any)
	return tags
}

// volatile says whether the cell's outputs may differ from run to run: timings, for instance.
func (c cell) volatile() bool { return slices.Contains(c.tags(), any("volatile")) }

// text joins what the format lets be one string or a list of lines.
func text(v any) string {
	list, ok := v.([]any)
	if !ok {
		s, _ := v.(string)
		return s
	}
	var b strings.Builder
	for _, line := range list {
		b.WriteString(text(line))
	}
	return b.String()
}

// lines is the inverse of text, the way Jupyter writes it.
func lines(s string) []any {
	list := []any{}
	for line := range strings.Lines(s) {
		list = append(list, line)
	}
	return list
}
