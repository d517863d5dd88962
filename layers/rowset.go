package layers

import (
	"fmt"
	"hash/fnv"
)

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

// rows returns the rows of s, rising.
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
