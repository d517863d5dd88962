// Package vectors looks at a trained table of word vectors: which words are near each other, and a map of
// them in two dimensions.
//
//	table, err := vectors.New(vocab, embedding.Weight().Value().Data())
//	near, err := table.Nearest(5, "good", "dull")
//	m, err := table.Map("good", "great", "dull", "awful")
//
// What it returns prints itself, as text and, in a notebook, as HTML.
package vectors

import (
	"math"

	"github.com/pkg/errors"
)

// Words names the rows of a table. A *data.Vocab does.
type Words interface {
	Len() int           // number of rows
	Word(id int) string // name of row id
}

// Table is vectors with their words.
type Table struct {
	words Words
	ids   map[string]int
	dim   int
	unit  []float64 // (vocab, dim): the vectors, each divided by its length; zeros for a zero vector
	norms []float64 // lengths of the vectors
}

// New copies values, a []float32 or []float64 of words.Len() rows in row-major order. It fails if the
// values are of another type or do not make that many rows.
func New(words Words, values any) (*Table, error) {
	var unit []float64
	switch v := values.(type) {
	case []float32:
		unit = make([]float64, len(v))
		for i, x := range v {
			unit[i] = float64(x)
		}
	case []float64:
		unit = append(unit, v...)
	default:
		return nil, errors.Errorf("vectors: want values of []float32 or []float64, got %T", values)
	}
	n := words.Len()
	if n < 1 || len(unit) == 0 || len(unit)%n != 0 {
		return nil, errors.Errorf("vectors: %d values do not make rows for %d words", len(unit), n)
	}
	t := &Table{words: words, ids: make(map[string]int, n), dim: len(unit) / n, unit: unit, norms: make([]float64, n)}
	for id := range n {
		t.ids[words.Word(id)] = id
		row := t.row(id)
		t.norms[id] = math.Sqrt(dot(row, row))
		if t.norms[id] > 0 {
			for j := range row {
				row[j] /= t.norms[id]
			}
		}
	}
	return t, nil
}

// row returns the unit vector of a row, in the table's own memory.
func (t *Table) row(id int) []float64 { return t.unit[id*t.dim : (id+1)*t.dim] }

// find returns the ids of words. A word that the table lacks, or whose vector is zero, is an error.
func (t *Table) find(words []string) ([]int, error) {
	ids := make([]int, len(words))
	for i, w := range words {
		id, ok := t.ids[w]
		switch {
		case !ok:
			return nil, errors.Errorf("vectors: the table has no word %q", w)
		case t.norms[id] == 0:
			return nil, errors.Errorf("vectors: the vector of %q is zero and has no direction", w)
		}
		ids[i] = id
	}
	return ids, nil
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}
