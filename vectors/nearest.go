package vectors

import (
	"fmt"
	"strings"

	"gorgonia-embedding/internal/texttab"
)

// Neighbour is a word near another one.
type Neighbour struct {
	Word   string  `json:"word"`
	ID     int     `json:"id"`
	Cosine float64 `json:"score"` // cosine of the angle between the two vectors, 1 if they point the same way; or another score
}

// Ranking is neighbours, nearest first.
type Ranking []Neighbour

// String returns a line for each neighbour, with its score.
func (r Ranking) String() string {
	var b strings.Builder
	for _, n := range r {
		fmt.Fprintf(&b, "%.4f  %s\n", n.Cosine, n.Word)
	}
	return b.String()
}

// Neighbours are the words nearest to Word, nearest first.
type Neighbours struct {
	Word string  `json:"word"`
	Near Ranking `json:"near"`
}

// Neighbourhood is the neighbours of some words, side by side.
type Neighbourhood []Neighbours

// Nearest returns, for each of words, the n words of the largest cosine, as Search does for a Query that is like it
// alone. It fails if n is below 1 or the table lacks one of words.
func (t *Table) Nearest(n int, words ...string) (Neighbourhood, error) {
	all := make(Neighbourhood, len(words))
	for i, w := range words {
		near, err := t.Search(Query{N: n, Like: []string{w}})
		if err != nil {
			return nil, err
		}
		all[i] = Neighbours{w, near}
	}
	return all, nil
}

// Analogy returns the n words that are to c what b is to a, by 3CosAdd: the nearest ones to b − a + c, each at length 1
// (Mikolov, Yih and Zweig, NAACL 2013). A Query has 3CosMul. It fails as Search does.
func (t *Table) Analogy(n int, a, b, c string) (Ranking, error) {
	return t.Search(Query{N: n, Like: []string{b, c}, Unlike: []string{a}})
}

// Rank returns which nearest word of a the word b is: 1 if no word but a itself has a larger cosine with a than b has.
// It fails if the table lacks one of them.
func (t *Table) Rank(a, b string) (int, error) {
	ids, err := t.find([]string{a, b})
	if err != nil {
		return 0, err
	}
	d := directionOf(t.Row(ids[0]))
	want, rank := t.cosine(ids[1], d), 1
	low, high := t.bounds(t.Len(), d)
	for id := range low {
		if id != ids[0] && float64(high[id]) > want && (float64(low[id]) > want || t.cosine(id, d) > want) {
			rank++
		}
	}
	return rank, nil
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
