package optim

import (
	"github.com/pkg/errors"

	"gorgonia-embedding/internal/kernel"
)

// Constraint is a condition that weights satisfy after each step, because those that do not are scaled. Rows are
// those of a matrix (vocab, dim); a vector is one row. For a sparse gradient it looks at the rows that the step
// touched. Make one by MaxNorm, UnitNorm or L2Ball; the zero value is none.
type Constraint struct {
	kind  constraintKind
	limit float64
}

type constraintKind int

const (
	unconstrained constraintKind = iota
	maxNorm
	unitNorm
	l2Ball
)

// MaxNorm scales a row whose L2 norm is above limit to that norm, as Keras' MaxNorm (Srivastava et al., JMLR 15,
// 2014). limit is positive.
func MaxNorm(limit float64) Constraint { return Constraint{maxNorm, limit} }

// UnitNorm scales each row to an L2 norm of 1, but for rows of zeros.
func UnitNorm() Constraint { return Constraint{unitNorm, 1} }

// L2Ball scales the whole parameter to an L2 norm of limit, if it is above. limit is positive. It costs the whole
// table at each step, also for a sparse gradient.
func L2Ball(limit float64) Constraint { return Constraint{l2Ball, limit} }

func (c Constraint) check(field string) error {
	if c == (Constraint{}) || positive(c.limit) {
		return nil
	}
	return errors.Errorf("optim: %s must have a positive and finite limit, got %v", field, c.limit)
}

// constrain makes the weights, in rows of dim, satisfy c.
func (t *table[T]) constrain(c Constraint, dim int) {
	switch {
	case c.kind == l2Ball:
		shrink(t.weights, c)
	case t.some:
		for _, id := range t.ids {
			shrink(t.weights[id*dim:(id+1)*dim], c)
		}
	default:
		for at := 0; at < len(t.weights); at += dim {
			shrink(t.weights[at:at+dim], c)
		}
	}
}

// shrink scales x to a norm of c's limit.
func shrink[T kernel.Float](x []T, c Constraint) {
	n := kernel.Norm(x, 2)
	if n > c.limit || c.kind == unitNorm && n > 0 {
		kernel.ScaleExactly(x, c.limit, n)
	}
}
