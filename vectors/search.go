package vectors

import (
	"cmp"
	"math"
	"slices"

	"github.com/pkg/errors"
)

// Query asks for the rows that are nearest to the mean of some vectors.
type Query struct {
	N       int       // number of neighbours to return, at least 1; fewer if the table has fewer
	Like    []string  // words whose vectors, at length 1, are added; they are not returned
	Unlike  []string  // words whose vectors, at length 1, are subtracted; they are not returned
	Vector  []float32 // vector that is added, at length 1, if any, of the table's dimension
	Without []string  // further words not to return
	Top     int       // how many of the table's first rows to search; 0: all of them

	// Multiply compares by 3CosMul instead of by the cosine with the mean: by the product of (1 + cosine)/2 of Like and
	// Vector, divided by that of Unlike plus 10⁻⁶ (Levy and Goldberg, CoNLL 2014).
	Multiply bool
}

// Search returns the nearest rows, nearest first; equal ones stand in the order of the table. Zero vectors, such as
// padding's, are none. It fails if the query asks for nothing or for less than one neighbour, if the table lacks one of
// its words other than Without, or if its vectors cancel out.
func (t *Table) Search(q Query) (Ranking, error) {
	if q.N < 1 {
		return nil, errors.Errorf("vectors: ask for at least 1 neighbour, got %d", q.N)
	}
	terms, words, err := t.terms(q)
	if err != nil {
		return nil, err
	}
	for _, w := range q.Without {
		if id, ok := t.ID(w); ok {
			words = append(words, id)
		}
	}
	n := t.Len()
	if q.Top > 0 {
		n = min(n, q.Top)
	}
	if q.Multiply {
		return t.nearest(q.N, n, words, multiply(terms)), nil
	}
	mean, err := combine(terms)
	if err != nil {
		return nil, err
	}
	return t.nearest(q.N, n, words, score{terms: []term{{mean, 1}}}), nil
}

// term is a vector of a query with its sign.
type term struct {
	direction
	sign float64
}

// terms returns the vectors of a query, and the ids of its words.
func (t *Table) terms(q Query) (terms []term, ids []int, err error) {
	ids, err = t.find(slices.Concat(q.Like, q.Unlike))
	if err != nil {
		return nil, nil, err
	}
	for i, id := range ids {
		sign := 1.0
		if i >= len(q.Like) {
			sign = -1
		}
		terms = append(terms, term{directionOf(t.Row(id)), sign})
	}
	if q.Vector != nil {
		if len(q.Vector) != t.dim {
			return nil, nil, errors.Errorf("vectors: the query's vector has %d elements, the table's have %d", len(q.Vector), t.dim)
		}
		d := directionOf(q.Vector)
		if !(d.norm > 0) || math.IsInf(d.norm, 0) {
			return nil, nil, errors.Errorf("vectors: the query's vector has the length %v and no direction", d.norm)
		}
		terms = append(terms, term{d, 1})
	}
	if len(terms) == 0 {
		return nil, nil, errors.New("vectors: the query has no words and no vector")
	}
	return terms, ids, nil
}

// combine returns the direction of the sum of the terms at length 1.
func combine(terms []term) (direction, error) {
	if len(terms) == 1 && terms[0].sign > 0 {
		return terms[0].direction, nil
	}
	sum := make([]float64, len(terms[0].vector))
	for _, t := range terms {
		for j, x := range t.vector {
			sum[j] += float64(t.sign * (x / t.norm))
		}
	}
	d := directionOf(sum)
	if d.norm < 1e-10 {
		return d, errors.New("vectors: the vectors of the query cancel out: they have no direction")
	}
	return d, nil
}

// A score of a row is made of its cosines with some directions. It rises with those of a positive sign, and falls with the
// others.
type score struct {
	terms []term
	of    func(cosines []float64) float64 // nil: the score is the one cosine
}

// multiply returns the score of 3CosMul.
func multiply(terms []term) score {
	return score{terms, func(cosines []float64) float64 {
		over, under := 1.0, 1.0
		for k, c := range cosines {
			if c = max(0, (1+c)/2); terms[k].sign > 0 {
				over *= c
			} else {
				under *= c
			}
		}
		return over / (under + 1e-6)
	}}
}

// nearest returns the n best of the first top rows, without those of some ids.
func (t *Table) nearest(n, top int, without []int, s score) Ranking {
	low, high := t.scoreBounds(top, s)
	for _, id := range without {
		if id < top {
			low[id], high[id] = float32(math.Inf(-1)), float32(math.Inf(-1))
		}
	}
	least := nth(low, n)
	var near Ranking
	for id, h := range high {
		if h >= least && !math.IsInf(float64(h), -1) {
			near = append(near, Neighbour{Word: t.Word(id), ID: id, Cosine: t.score(id, s)})
		}
	}
	slices.SortStableFunc(near, func(a, b Neighbour) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return near[:min(n, len(near))]
}

// score returns the score of a row, which is not zero.
func (t *Table) score(id int, s score) float64 {
	cosines := make([]float64, len(s.terms))
	for k, term := range s.terms {
		cosines[k] = t.cosine(id, term.direction)
	}
	if s.of == nil {
		return cosines[0]
	}
	return s.of(cosines)
}

// scoreBounds returns for each of the first n rows two numbers that its score lies between, and −∞ for a row of zeros.
func (t *Table) scoreBounds(n int, s score) (low, high []float32) {
	lows, highs := make([][]float32, len(s.terms)), make([][]float32, len(s.terms))
	for k, term := range s.terms {
		lows[k], highs[k] = t.bounds(n, term.direction)
	}
	if s.of == nil {
		return lows[0], highs[0]
	}
	worst, best := make([]float64, len(s.terms)), make([]float64, len(s.terms))
	for id := range n {
		for k, term := range s.terms {
			worst[k], best[k] = float64(lows[k][id]), float64(highs[k][id])
			if term.sign < 0 {
				worst[k], best[k] = best[k], worst[k]
			}
		}
		if t.norms[id] > 0 {
			lows[0][id], highs[0][id] = float32(s.of(worst)), float32(s.of(best))
		}
	}
	return lows[0], highs[0]
}

// nth returns the nth largest of x, or −∞ if x has fewer.
func nth(x []float32, n int) float32 {
	least := float32(math.Inf(-1))
	if n >= len(x) {
		return least
	}
	largest := make([]float32, 0, n+1) // the n largest so far, in order
	for _, v := range x {
		if v <= least {
			continue
		}
		at, _ := slices.BinarySearchFunc(largest, v, func(a, b float32) int { return cmp.Compare(b, a) })
		if largest = slices.Insert(largest, at, v); len(largest) > n {
			largest = largest[:n]
		}
		if len(largest) == n {
			least = largest[n-1]
		}
	}
	return least
}
