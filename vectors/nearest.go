package vectors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/texttab"
)

// Neighbour is a word near another one.
type Neighbour struct {
	Word   string
	ID     int
	Cosine float64 // cosine of the angle between the two vectors: 1 if they point the same way
}

// Neighbours are the words nearest to Word, nearest first.
type Neighbours struct {
	Word string
	Near []Neighbour
}

// Neighbourhood is the neighbours of some words, side by side.
type Neighbourhood []Neighbours

// Nearest returns, for each of words, the n words of the largest cosine (fewer if the table has fewer),
// without the word itself and without zero vectors, such as padding's. Equal ones stand in order of ids. It
// fails if n is below 1 or the table lacks one of words.
func (t *Table) Nearest(n int, words ...string) (Neighbourhood, error) {
	if n < 1 {
		return nil, errors.Errorf("vectors: ask for at least 1 neighbour, got %d", n)
	}
	ids, err := t.find(words)
	if err != nil {
		return nil, err
	}
	all := make(Neighbourhood, len(words))
	for i, id := range ids {
		all[i] = Neighbours{words[i], t.nearest(n, id)}
	}
	return all, nil
}

func (t *Table) nearest(n, id int) []Neighbour {
	var near []Neighbour
	for other, norm := range t.norms {
		if other != id && norm > 0 {
			near = append(near, Neighbour{t.words.Word(other), other, dot(t.row(id), t.row(other))})
		}
	}
	slices.SortStableFunc(near, func(a, b Neighbour) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return near[:min(n, len(near))]
}

// String returns a column for each word, and its neighbours with their cosines below it.
func (h Neighbourhood) String() string { return h.table().String() }

// HTML returns String's table for a notebook.
func (h Neighbourhood) HTML() string { return strings.TrimSpace(h.table().HTML()) }

func (h Neighbourhood) table() texttab.Table {
	rows := [][]string{make([]string, len(h))}
	for column, n := range h {
		rows[0][column] = n.Word
		for i, near := range n.Near {
			if i+1 == len(rows) {
				rows = append(rows, make([]string, len(h)))
			}
			rows[i+1][column] = fmt.Sprintf("%s %.2f", near.Word, near.Cosine)
		}
	}
	return texttab.Table{Rows: rows, Left: true}
}
