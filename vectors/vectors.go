// Package vectors reads, looks at, compares and writes tables of word vectors, trained here or elsewhere.
//
//	table, report, err := vectors.ReadFile("glove.6B.300d.txt.gz", vectors.ReadConfig{})
//	table, err := vectors.New(vocab, embedding.Weight().Value().Data())
//	near, err := table.Nearest(5, "good", "dull")
//	fits, err := table.Analogy(5, "man", "king", "woman")
//	m, err := table.Map("good", "great", "dull", "awful")
//
// A Table holds float32. Cosines are those of float64 arithmetic on them, and equal ones stand in the order of the
// table: results do not depend on the number of CPUs, nor on how a search went about its work. What the package returns
// prints itself, as text and, in a notebook, as HTML.
package vectors

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/kernel"
)

// Words names the rows of a table. A *data.Vocab does.
type Words interface {
	Len() int           // number of rows
	Word(id int) string // name of row id
}

// List is words by their ids.
type List []string

// Len returns the number of words.
func (l List) Len() int { return len(l) }

// Word returns the word of an id.
func (l List) Word(id int) string { return l[id] }

// Table is vectors with their words. Any number of goroutines may use one.
type Table struct {
	words  Words
	ids    index
	dim    int
	values []float32 // (vocab, dim)

	prepare sync.Once
	norms   []float64 // lengths of the vectors; from prepare on

	searches  atomic.Int64
	coarsened sync.Once
	coarse    coarse // from the second search on
}

// New returns a table of words.Len() rows. values are theirs in row-major order: a []float32, which the table uses and
// which must not change from then on, or a []float64, which it copies as float32. Where two rows have the same word, the
// word is that of the first one. It fails if the values are of another type, are not finite, or do not make that many
// rows.
func New(words Words, values any) (*Table, error) {
	var rows []float32
	switch v := values.(type) {
	case []float32:
		rows = v
	case []float64:
		rows = make([]float32, len(v))
		for i, x := range v {
			rows[i] = float32(x)
		}
	default:
		return nil, errors.Errorf("vectors: want values of []float32 or []float64, got %T", values)
	}
	n := words.Len()
	if n < 1 || len(rows) == 0 || len(rows)%n != 0 || n > math.MaxInt32 {
		return nil, errors.Errorf("vectors: %d values do not make rows for %d words", len(rows), n)
	}
	dim := len(rows) / n
	if i := kernel.FirstNotFinite(rows); i >= 0 {
		return nil, errors.Errorf("vectors: element %d of the vector of %q is %v: want finite numbers", i%dim, words.Word(i/dim), rows[i])
	}
	ids := newIndex(n)
	for id := range n {
		ids.add(words, id)
	}
	return &Table{words: words, ids: ids, dim: dim, values: rows}, nil
}

// Len returns the number of words.
func (t *Table) Len() int { return t.words.Len() }

// Dim returns the length of a vector.
func (t *Table) Dim() int { return t.dim }

// Word returns the word of a row.
func (t *Table) Word(id int) string { return t.words.Word(id) }

// ID returns the row of a word, or false if the table lacks it.
func (t *Table) ID(word string) (id int, ok bool) { return t.ids.find(t.words, word) }

// Row returns the vector of a row, in the table's own memory.
func (t *Table) Row(id int) []float32 { return t.values[id*t.dim : (id+1)*t.dim : (id+1)*t.dim] }

// find returns the ids of words. A word that the table lacks, or whose vector is zero, is an error.
func (t *Table) find(words []string) ([]int, error) {
	t.prepare.Do(t.measure)
	ids := make([]int, len(words))
	for i, w := range words {
		id, ok := t.ID(w)
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

// direction is a vector that is not zero, and its length. The vector itself is not divided by it, so that cosines of
// vectors of small whole numbers are exact.
type direction struct {
	vector []float64
	norm   float64
}

// directionOf returns the direction of x.
func directionOf[T float32 | float64](x []T) direction {
	d := direction{vector: make([]float64, len(x))}
	for j, e := range x {
		d.vector[j] = float64(e)
	}
	d.norm = math.Sqrt(dot(d.vector, d.vector))
	return d
}

// cosine returns that of a row, which is not zero, and a direction.
func (t *Table) cosine(id int, d direction) float64 {
	return dot(t.Row(id), d.vector) / (t.norms[id] * d.norm)
}

// dot returns the scalar product, of four sums side by side.
func dot[A, B float32 | float64](a []A, b []B) float64 {
	var s [4]float64
	b = b[:len(a)]
	for ; len(a) >= 4; a, b = a[4:], b[4:] {
		s[0] += float64(float64(a[0]) * float64(b[0]))
		s[1] += float64(float64(a[1]) * float64(b[1]))
		s[2] += float64(float64(a[2]) * float64(b[2]))
		s[3] += float64(float64(a[3]) * float64(b[3]))
	}
	for j, x := range a {
		s[j] += float64(float64(x) * float64(b[j]))
	}
	return (s[0] + s[2]) + (s[1] + s[3])
}
