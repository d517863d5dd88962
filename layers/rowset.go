package layers

import (
	"fmt"
	"hash/fnv"
)

// rowSet is a set of rows.
type rowSet struct {
	has []bool // for each row of the table, whether it is in the set
	id  uint64 // hash of the set: equal for equal sets
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

// rows returns the rows of s in rising order.
func (s *rowSet) rows() (ids []int) {
	if s == nil {
		return nil
	}
	for id, in := range s.has {
		if in {
			ids = append(ids, id)
		}
	}
	return ids
}

func (s *rowSet) len() int { return len(s.rows()) }

// contains reports whether row is in s.
func (s *rowSet) contains(row int) bool { return s != nil && s.has[row] }
