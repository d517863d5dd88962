package data

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/pkg/errors"
)

// JSONL is the format of lines {"label": "good", "text": "a fine film"}. A number or a truth value counts as it is
// written. Further keys are passed over.
func JSONL() Format {
	return Format{"jsonl", []string{".jsonl", ".ndjson"}, sniffJSON, lines(parseJSON)}
}

func sniffJSON(head []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) }

func parseJSON(s *rows, line []byte) (label, text []byte, err error) {
	if !sniffJSON(line) {
		return nil, nil, errors.New(`no JSON object: want {"label": "…", "text": "…"}, one a line`)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return nil, nil, errors.Wrap(err, "broken JSON")
	}
	if label, err = scalar(fields, s.cfg.labelName()); err == nil {
		text, err = scalar(fields, s.cfg.textName())
	}
	return label, text, err
}

// scalar returns what the JSON string of a key holds, and a number or a truth value as it is written. If there is no
// such key, it is the first in byte order that differs in letter case alone.
func scalar(fields map[string]json.RawMessage, key string) ([]byte, error) {
	raw, found := fields[key]
	best := ""
	for other, value := range fields {
		if !found && strings.EqualFold(other, key) && (best == "" || other < best) {
			best, raw = other, value
		}
	}
	switch {
	case len(raw) == 0:
		return nil, errors.Errorf("no key %q", key)
	case bytes.IndexByte([]byte("{[n"), raw[0]) >= 0:
		return nil, errors.Errorf("the %s is %.20s: want a string", key, raw)
	case raw[0] != '"':
		return raw, nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	if err == nil && strings.IndexByte(s, 0) >= 0 {
		err = errors.Errorf("the %s holds a NUL: this is no text", key)
	}
	return []byte(s), err
}
