package data

import (
	"encoding/json"
	"strings"

	"github.com/pkg/errors"
)

// JSONL is the format of lines {"label": "good", "text": "a fine film"}. A number or a truth value counts as it is
// written. Further keys are passed over.
func JSONL() Format { return Format{"jsonl", []string{".jsonl", ".ndjson"}, lines(parseJSON)} }

func parseJSON(line string) (label, text string, err error) {
	if err := checkText(line); err != nil { // json would put U+FFFD for what is no UTF-8
		return "", "", err
	}
	if !strings.HasPrefix(strings.TrimSpace(line), "{") {
		return "", "", errors.New(`no JSON object: want {"label": "…", "text": "…"}, one a line`)
	}
	var fields struct{ Label, Text json.RawMessage }
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		return "", "", errors.Wrap(err, "broken JSON")
	}
	if label, err = scalar("label", fields.Label); err == nil {
		text, err = scalar("text", fields.Text)
	}
	return label, text, err
}

// scalar returns what a JSON string holds, and a number or a truth value as it is written.
func scalar(key string, raw json.RawMessage) (s string, err error) {
	switch {
	case len(raw) == 0:
		return "", errors.Errorf("no key %q", key)
	case strings.ContainsRune("{[n", rune(raw[0])):
		return "", errors.Errorf("the %s is %.20s: want a string", key, raw)
	case raw[0] != '"':
		return string(raw), nil
	}
	err = json.Unmarshal(raw, &s)
	return s, err
}
