package layers

import (
	"fmt"
	"math"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/kernel"
)

// IDRules say what ids mean to a table, and which of its rows train. They are plain data; the zero value is a table
// whose ids are its rows, all of which train.
type IDRules struct {
	// PaddingIdx, if not nil, is an id whose row gets no gradient, and starts at zero unless Init is From; an
	// EmbeddingBag leaves it out of its bags. A negative one counts from the end. The range is
	// [−NumEmbeddings, NumEmbeddings).
	PaddingIdx *int `json:"padding_idx,omitempty"`

	// MaxNorm, if positive, is a limit of the norm of the rows that are used: at each run, before the lookup, a row x
	// of the ids with ‖x‖ > MaxNorm is multiplied, once and in place, by MaxNorm/(‖x‖ + 1e-7). The gradient ignores
	// that. 0 means no limit. A run with a limit writes the table: nothing else may read it at that time.
	MaxNorm float64 `json:"max_norm,omitempty"`

	// NormType is the p of MaxNorm's p-norm: any positive number, math.Inf(1) for the greatest |x|. 0 means 2.
	NormType float64 `json:"norm_type,omitempty"`

	// ScaleGradByFreq divides the gradient of a row by the number of times that the ids of a run name it. It cannot be
	// combined with BagMax and BagMin.
	ScaleGradByFreq bool `json:"scale_grad_by_freq,omitempty"`

	// Sparse makes the gradient of the table a *sparse.Rows: a step then costs what its ids touch, whatever
	// NumEmbeddings is. Train the table with a solver of package optim: a sparse gradient cannot go through Gorgonia's
	// own solvers, BindDualValues on the table, WithNaNWatch or WithInfWatch; a LispMachine's gradients are dense in any
	// case. The default is a dense gradient, which any solver takes; code that writes into it between two runs must
	// leave zeros in the rows that were zero.
	Sparse bool `json:"sparse,omitempty"`

	// FreezeRows are rows that get no gradient, and that MaxNorm does not touch; TrainRows, if not nil, are the only ones
	// that get one. At most one of them can be set. Negative ones count from the end.
	// A row that never had a gradient stays as it is with any solver without weight decay. With decay it stays if the
	// gradient is Sparse and there is no Attend, or if the optim.Group of the table has the rows of FrozenRows.
	TrainRows  []int `json:"train_rows,omitempty"`
	FreezeRows []int `json:"freeze_rows,omitempty"`

	// IgnoreIndex, if not nil, is an id that means nothing: its vector is zero, a bag leaves it out, and no row gets its
	// gradient. It can be any number, such as −1, and takes precedence over the other rules.
	IgnoreIndex *int `json:"ignore_index,omitempty"`

	// OutOfRange says what becomes of an id outside [0, NumEmbeddings); RangeError unless set. UnknownIdx is the row for
	// such ids with RangeUnknown, and nil otherwise; a negative one counts from the end.
	OutOfRange OutOfRange `json:"out_of_range,omitempty"`
	UnknownIdx *int       `json:"unknown_idx,omitempty"`
}

// OutOfRange says what becomes of an id outside [0, NumEmbeddings).
type OutOfRange int

// What an id outside the table becomes.
const (
	RangeError   OutOfRange = iota // an *IndexError ends the run, before anything is written; the default
	RangeClip                      // the nearest row, 0 or the last
	RangeWrap                      // the row that the id falls on if the table is repeated end to end: −1 is the last row
	RangeUnknown                   // the row UnknownIdx
)

// String returns the rule's name, such as "clip".
func (o OutOfRange) String() string {
	if o >= RangeError && o <= RangeUnknown {
		return [...]string{"error", "clip", "wrap", "unknown"}[o]
	}
	return fmt.Sprintf("OutOfRange(%d)", int(o))
}

// MarshalText returns what String does.
func (o OutOfRange) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText returns. It fails for any other text.
func (o *OutOfRange) UnmarshalText(text []byte) error {
	for *o = RangeError; *o <= RangeUnknown; *o++ {
		if o.String() == string(text) {
			return nil
		}
	}
	return errors.Errorf("out_of_range must be error, clip, wrap or unknown, got %q", text)
}

// idRules are IDRules that were checked for a table: their rows are counted from 0, and NormType is not 0.
type idRules struct {
	IDRules
	frozen *rowSet // rows without gradient; nil if there are none
	text   string  // description of what is not the default, such as ", padding 0, sparse"
}

// check returns r for a table of vocab rows, or an error that names the first field outside its range. It is the one
// place that checks, hashes and describes an option.
func (r IDRules) check(vocab int) (idRules, error) {
	c := ruleCheck{vocab: vocab}
	c.row("PaddingIdx", &r.PaddingIdx)
	c.say(r.PaddingIdx != nil, "padding %d", r.padding())
	c.want(r.MaxNorm >= 0 && !math.IsInf(r.MaxNorm, 1), "MaxNorm must be positive and finite, or 0 for none, got %v", r.MaxNorm)
	c.say(r.MaxNorm != 0, "max norm %v", r.MaxNorm)
	c.want(r.NormType >= 0, "NormType must be positive, or 0 for 2, got %v", r.NormType)
	c.want(r.NormType == 0 || r.MaxNorm != 0, "NormType is %v, but there is no MaxNorm", r.NormType)
	if r.NormType == 0 {
		r.NormType = 2
	}
	c.say(r.NormType != 2, "norm type %v", r.NormType)
	c.say(r.ScaleGradByFreq, "gradient by frequency")
	c.say(r.Sparse, "sparse")
	frozen := c.frozenRows(r)
	c.say(frozen != nil, "%d rows frozen", frozen.len())
	c.say(r.IgnoreIndex != nil, "ignores %d", r.ignored())
	c.want(r.OutOfRange >= RangeError && r.OutOfRange <= RangeUnknown,
		"OutOfRange must be RangeError, RangeClip, RangeWrap or RangeUnknown, got %d", r.OutOfRange)
	c.want((r.UnknownIdx != nil) == (r.OutOfRange == RangeUnknown), "OutOfRange RangeUnknown and UnknownIdx go together: set both or neither")
	c.row("UnknownIdx", &r.UnknownIdx)
	c.say(r.UnknownIdx != nil, "unknown %d", r.unknown())
	c.say(r.OutOfRange != RangeError && r.UnknownIdx == nil, "%v", r.OutOfRange)
	return idRules{r, frozen, c.text.String()}, c.err
}

// plain reports whether an id in [0, vocab) is its row, and any other an error.
func (r IDRules) plain() bool { return !r.drops() && r.OutOfRange == RangeError }

// drops reports whether an id can mean no row at all: kernel.NoRow.
func (r IDRules) drops() bool { return r.IgnoreIndex != nil }

// forReading returns the rules of a table that is only read, and whose norms are limited already.
func (r IDRules) forReading() IDRules {
	r.MaxNorm, r.NormType, r.ScaleGradByFreq, r.Sparse, r.TrainRows, r.FreezeRows = 0, 0, false, false, nil, nil
	return r
}

func (r IDRules) padding() int { return valueOr(r.PaddingIdx, kernel.NoRow) }
func (r IDRules) ignored() int { return valueOr(r.IgnoreIndex, 0) }
func (r IDRules) unknown() int { return valueOr(r.UnknownIdx, 0) }

func valueOr(p *int, otherwise int) int {
	if p == nil {
		return otherwise
	}
	return *p
}

// row returns the row of a table of vocab rows that id means, kernel.NoRow for an id that is ignored, and whether it
// means any.
func (r *idRules) row(id, vocab int) (row int, ok bool) {
	switch {
	case r.IgnoreIndex != nil && id == *r.IgnoreIndex:
		return kernel.NoRow, true
	case uint(id) < uint(vocab):
		return id, true
	}
	switch r.OutOfRange {
	case RangeClip:
		return min(max(id, 0), vocab-1), true
	case RangeWrap:
		return (id%vocab + vocab) % vocab, true
	case RangeUnknown:
		return r.unknown(), true
	}
	return 0, false
}

// String returns all that makes a difference to an op's result, for its hash.
func (r idRules) String() string {
	if r.frozen != nil {
		return fmt.Sprintf("%s (%x)", r.text, r.frozen.id)
	}
	return r.text
}
