package train

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// settings returns, as JSON, the fields of c that a training has from its beginning to its end: not Epochs, Patience,
// Course and the LearningRate.
func (c Config) settings() (map[string]string, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var fields, nested map[string]json.RawMessage
	if err = json.Unmarshal(raw, &fields); err == nil {
		err = json.Unmarshal(fields["optim"], &nested)
	}
	for name, text := range nested {
		fields["optim."+name] = text
	}
	settings := map[string]string{}
	for name, text := range fields {
		switch name {
		case "epochs", "patience", "course", "optim", "optim.learning_rate":
		default:
			settings[name] = string(text)
		}
	}
	return settings, err
}

// fits fails unless a file with such metadata is one of Save's whose Config goes with c.
func (c Config) fits(meta map[string]string) error {
	if meta["format"] != format {
		return errors.Errorf("the file's format is %q: want %q", meta["format"], format)
	}
	here, err := c.settings()
	if err != nil {
		return err
	}
	there := map[string]string{}
	for name, text := range meta {
		if name, ok := strings.CutPrefix(name, ofConfig); ok {
			there[name] = text
		}
	}
	for _, name := range slices.Sorted(maps.Keys(merged(here, there))) {
		if here[name] != there[name] {
			return errors.Errorf("its %s is %s, and here it is %s: it cannot be changed within a training",
				name, cmp.Or(there[name], "not set"), cmp.Or(here[name], "not set"))
		}
	}
	return nil
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
