package optim

import (
	"cmp"
	"fmt"

	"gorgonia-embedding/internal/kernel"
)

// Constraint is a condition that weights satisfy after each step, because those that do not are scaled. At most one
// field is set; the zero value is no condition. Rows are those of a matrix (vocab, dim); a vector is one row. A step
// with a sparse gradient looks at the rows that it touched, except for L2Ball, which costs the whole table.
type Constraint struct {
	MaxNorm  float64 `json:"max_norm,omitempty"`  // greatest L2 norm of a row, as Keras' MaxNorm (Srivastava et al., JMLR 15, 2014); 0: no limit
	UnitNorm bool    `json:"unit_norm,omitempty"` // whether each row, except rows of zeros, has an L2 norm of 1
	L2Ball   float64 `json:"l2_ball,omitempty"`   // greatest L2 norm of the whole parameter; 0: no limit
}

func (c Constraint) check(field string) error {
	alone := c == Constraint{MaxNorm: c.MaxNorm} || c == Constraint{UnitNorm: true} || c == Constraint{L2Ball: c.L2Ball}
	return cmp.Or(
		want(notNegative(c.MaxNorm), field+".MaxNorm", c.MaxNorm, "positive and finite, or 0 for no limit"),
		want(notNegative(c.L2Ball), field+".L2Ball", c.L2Ball, "positive and finite, or 0 for no limit"),
		want(alone, field, fmt.Sprintf("%+v", c), "one of MaxNorm, UnitNorm and L2Ball"),
	)
}

// constrain makes the weights, in rows of dim, satisfy c.
func (m *memoryOf[T]) constrain(c Constraint, dim int) {
	limit := cmp.Or(c.MaxNorm, c.L2Ball, 1)
	switch {
	case c.L2Ball != 0:
		shrink(m.weights, limit, false)
	case m.some:
		for _, id := range m.ids {
			shrink(m.weights[id*dim:(id+1)*dim], limit, c.UnitNorm)
		}
	default:
		for at := 0; at < len(m.weights); at += dim {
			shrink(m.weights[at:at+dim], limit, c.UnitNorm)
		}
	}
}

// shrink scales x to a norm of limit if its norm is greater, or with stretch if it is any other than 0.
func shrink[T kernel.Float](x []T, limit float64, stretch bool) {
	if n := kernel.Norm(x, 2); n > limit || stretch && n > 0 {
		kernel.ScaleExactly(x, limit, n)
	}
}
