package layers

import (
	"fmt"
	"hash/fnv"
	"math"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/kernel"
)

// OutOfRange says what becomes of an id outside [0, NumEmbeddings).
type OutOfRange int

// The ways with an id outside the table.
const (
	RangeError   OutOfRange = iota // an *IndexError ends the run, before anything is written; the default
	RangeClip                      // the nearest row, 0 or the last
	RangeWrap                      // the row that is left when the table is laid end to end: −1 is the last row
	RangeUnknown                   // the row UnknownIdx
)

func (o OutOfRange) String() string {
	if o >= RangeError && o <= RangeUnknown {
		return [...]string{"error", "clip", "wrap", "unknown"}[o]
	}
	return fmt.Sprintf("OutOfRange(%d)", int(o))
}

// rules says which rows of a table ids mean, and what becomes of those rows: a checked LookupConfig, and what
// the ops of one table share.
type rules struct {
	table             string // for errors
	padding           int    // or kernel.NoPadding
	ignores           bool   // the id ignored
	ignored           int
	outside           OutOfRange
	unknown           int
	maxNorm, normType float64
	byFreq, sparse    bool
	frozen            bool    // the whole table
	still             *rowSet // rows without gradient, or nil
	tied              *tied   // nodes of the table, or nil if gradients are dense

	scratch
}

// rowSet is a set of rows.
type rowSet struct {
	has []bool // of each row of the table
	id  uint64 // of the set: equal for equal sets
}

func newRowSet(has []bool) *rowSet {
	h := fnv.New64a()
	for i, in := range has {
		if in {
			fmt.Fprintln(h, i)
		}
	}
	return &rowSet{has, h.Sum64()}
}

// rules checks c, for a table of vocab rows.
func (c LookupConfig) rules(table string, vocab int) (rules, error) {
	r := rules{
		table: table, padding: kernel.NoPadding, outside: c.OutOfRange, maxNorm: c.MaxNorm, normType: c.NormType,
		byFreq: c.ScaleGradByFreq, sparse: c.Sparse,
	}
	if r.normType == 0 {
		r.normType = 2
	}
	var err error
	switch {
	case !(c.MaxNorm >= 0) || math.IsInf(c.MaxNorm, 1):
		return r, errors.Errorf("MaxNorm must be positive and finite, or 0 for none, got %v", c.MaxNorm)
	case !(r.normType > 0):
		return r, errors.Errorf("NormType must be positive, or 0 for 2, got %v", c.NormType)
	case c.NormType != 0 && c.MaxNorm == 0:
		return r, errors.Errorf("NormType is %v, but there is no MaxNorm", c.NormType)
	case c.OutOfRange < RangeError || c.OutOfRange > RangeUnknown:
		return r, errors.Errorf("OutOfRange must be RangeError, RangeClip, RangeWrap or RangeUnknown, got %d", c.OutOfRange)
	case (c.UnknownIdx != nil) != (c.OutOfRange == RangeUnknown):
		return r, errors.Errorf("OutOfRange RangeUnknown and UnknownIdx go together: set both or neither")
	}
	if c.PaddingIdx != nil {
		if r.padding, err = rowOf("PaddingIdx", *c.PaddingIdx, vocab); err != nil {
			return r, err
		}
	}
	if c.UnknownIdx != nil {
		if r.unknown, err = rowOf("UnknownIdx", *c.UnknownIdx, vocab); err != nil {
			return r, err
		}
	}
	if c.IgnoreIndex != nil {
		r.ignores, r.ignored = true, *c.IgnoreIndex
	}
	r.still, err = c.stillRows(vocab)
	return r, err
}

// stillRows returns the rows that TrainRows and FreezeRows leave without a gradient.
func (c LookupConfig) stillRows(vocab int) (*rowSet, error) {
	field, listed, list := "FreezeRows", true, c.FreezeRows
	switch {
	case c.TrainRows != nil && len(c.TrainRows) == 0:
		return nil, errors.New("TrainRows is empty: leave it nil to train all rows, or set Freeze to train none")
	case len(c.TrainRows) > 0 && len(list) > 0:
		return nil, errors.New("TrainRows and FreezeRows exclude each other: set one")
	case len(c.TrainRows) > 0:
		field, listed, list = "TrainRows", false, c.TrainRows
	case len(list) == 0:
		return nil, nil
	}
	has := make([]bool, vocab)
	if !listed {
		for i := range has {
			has[i] = true
		}
	}
	for i, id := range list {
		row, err := rowOf(fmt.Sprintf("%s[%d]", field, i), id, vocab)
		if err != nil {
			return nil, err
		}
		has[row] = listed
	}
	return newRowSet(has), nil
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

// String returns all that makes a difference to an op's result, for its hash.
func (r *rules) String() string {
	s := fmt.Sprintf("padding=%d sparse=%t", r.padding, r.sparse)
	if r.ignores {
		s += fmt.Sprintf(" ignore=%d", r.ignored)
	}
	if r.outside != RangeError {
		s += fmt.Sprintf(" outside=%v,%d", r.outside, r.unknown)
	}
	if r.maxNorm != 0 {
		s += fmt.Sprintf(" maxnorm=%v,%v", r.maxNorm, r.normType)
	}
	if r.byFreq {
		s += " byfreq"
	}
	if r.frozen {
		s += " frozen"
	}
	if r.still != nil {
		s += fmt.Sprintf(" still=%x", r.still.id)
	}
	return s
}

// describe returns what is not the default, such as ", padding 0, sparse".
func (r *rules) describe() string {
	s := ""
	add := func(set bool, format string, args ...any) {
		if set {
			s += ", " + fmt.Sprintf(format, args...)
		}
	}
	add(r.padding != kernel.NoPadding, "padding %d", r.padding)
	add(r.maxNorm != 0, "max norm %v", r.maxNorm)
	add(r.maxNorm != 0 && r.normType != 2, "norm type %v", r.normType)
	add(r.byFreq, "gradient by frequency")
	add(r.sparse, "sparse")
	add(r.frozen, "frozen")
	if r.still != nil {
		n := 0
		for _, in := range r.still.has {
			if in {
				n++
			}
		}
		add(true, "%d rows frozen", n)
	}
	add(r.ignores, "ignores %d", r.ignored)
	add(r.outside == RangeUnknown, "unknown %d", r.unknown)
	add(r.outside == RangeClip || r.outside == RangeWrap, "%v", r.outside)
	return s
}
