package data

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// columns are the places of the label and the text in a line of several fields, and the number of these; the zero value
// is that of a file whose first line was not read yet.
type columns struct{ label, text, width int }

// isHeader takes the columns from the first line, and returns whether it names them. Unless it holds the names that the
// caller gave, it is an error; without such names any line but one with both label and text is an example.
func (s *rows) isHeader(fields []string) (bool, error) {
	if s.columns.width > 0 {
		return false, nil
	}
	s.columns = columns{column(fields, s.cfg.labelName()), column(fields, s.cfg.textName()), len(fields)}
	switch {
	case s.columns.label >= 0 && s.columns.text >= 0:
		return true, nil
	case s.cfg.Label == "" && s.cfg.Text == "":
		s.columns = columns{0, 1, 2}
		return false, nil
	}
	missing := s.cfg.labelName()
	if s.columns.label >= 0 {
		missing = s.cfg.textName()
	}
	return false, errors.Errorf("no column %q: the first line has %q", missing, fields)
}

func (cfg ReadConfig) labelName() string { return cmp.Or(cfg.Label, "label") }
func (cfg ReadConfig) textName() string  { return cmp.Or(cfg.Text, "text") }

// column returns the place of a name in names, of one in other letter case if there is none so written, else -1.
func column(names []string, name string) int {
	if i := slices.Index(names, name); i >= 0 {
		return i
	}
	return slices.IndexFunc(names, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), name) })
}

// check returns an error if a line does not have as many fields as the columns are.
func (c columns) check(fields int) error {
	switch {
	case fields == c.width:
		return nil
	case fields == 1 && c.width == 2:
		return errors.New("one field: want two, label and text")
	case c.width == 2:
		return errors.Errorf("%d fields: want two, label and text; quote a text that holds a comma, or say which columns of the first line are the text and the label", fields)
	}
	return errors.Errorf("%d fields: the first line names %d columns", fields, c.width)
}
