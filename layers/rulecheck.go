package layers

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
)

// ruleCheck collects what options say of themselves, and the first error.
type ruleCheck struct {
	vocab int
	text  strings.Builder
	err   error
}

func (c *ruleCheck) want(ok bool, format string, args ...any) {
	if !ok && c.err == nil {
		c.err = errors.Errorf(format, args...)
	}
}

func (c *ruleCheck) say(set bool, format string, args ...any) {
	if set {
		fmt.Fprintf(&c.text, ", "+format, args...)
	}
}

// row replaces *idx by one that counts from 0.
func (c *ruleCheck) row(field string, idx **int) {
	if *idx == nil {
		return
	}
	row, err := rowOf(field, **idx, c.vocab)
	c.want(err == nil, "%v", err)
	*idx = &row
}

// frozenRows returns the rows that TrainRows and FreezeRows leave without a gradient.
func (c *ruleCheck) frozenRows(r IDRules) *rowSet {
	c.want(r.TrainRows == nil || len(r.TrainRows) > 0, "TrainRows is empty: leave it nil to train all rows, or set Freeze to train none")
	c.want(len(r.TrainRows) == 0 || len(r.FreezeRows) == 0, "TrainRows and FreezeRows exclude each other: set one")
	field, frozen, list := "FreezeRows", true, r.FreezeRows
	if len(r.TrainRows) > 0 {
		field, frozen, list = "TrainRows", false, r.TrainRows
	}
	if len(list) == 0 {
		return nil
	}
	has := make([]bool, c.vocab)
	for i := range has {
		has[i] = !frozen
	}
	for i, id := range list {
		row, err := rowOf(fmt.Sprintf("%s[%d]", field, i), id, c.vocab)
		c.want(err == nil, "%v", err)
		has[row] = frozen
	}
	return newRowSet(has)
}

// rowOf returns the row that idx, the value of a field, means in a table of vocab rows: a negative one counts
// from the end.
func rowOf(field string, idx, vocab int) (int, error) {
	switch {
	case idx < -vocab || idx >= vocab:
		return 0, errors.Errorf("%s %d is outside [%d, %d)", field, idx, -vocab, vocab)
	case idx < 0:
		return idx + vocab, nil
	}
	return idx, nil
}
