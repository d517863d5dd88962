package vectors

import (
	"cmp"
	"slices"
	"strings"
)

// Similarity returns the cosine of two words. It fails if the table lacks one of them.
func (t *Table) Similarity(a, b string) (float64, error) {
	ids, err := t.find([]string{a, b})
	if err != nil {
		return 0, err
	}
	return t.cosine(ids[1], directionOf(t.Row(ids[0]))), nil
}

// Central returns words by their cosine with the mean of all of them, each at length 1, the most central one first. Of
// equal ones the later in the alphabet is first. It fails if there are no words or the table lacks one.
func (t *Table) Central(words ...string) (Ranking, error) {
	terms, ids, err := t.terms(Query{Like: words})
	if err != nil {
		return nil, err
	}
	mean, err := combine(terms)
	if err != nil {
		return nil, err
	}
	central := make(Ranking, len(ids))
	for i, id := range ids {
		central[i] = Neighbour{words[i], id, t.cosine(id, mean)}
	}
	slices.SortStableFunc(central, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(b.Cosine, a.Cosine), strings.Compare(b.Word, a.Word))
	})
	return central, nil
}

// Outlier returns the word that goes least with the others: the last of Central.
func (t *Table) Outlier(words ...string) (string, error) {
	central, err := t.Central(words...)
	if err != nil {
		return "", err
	}
	return central[len(central)-1].Word, nil
}

// Mean returns the mean of the vectors of words, each at length 1, and how many of words it is of: those that the table
// lacks, or that have no direction, do not count. Of no words it is zeros.
func (t *Table) Mean(words ...string) (mean []float32, known int) {
	t.prepare.Do(t.measure)
	sum := make([]float64, t.dim)
	for _, w := range words {
		id, ok := t.ID(w)
		if !ok || t.norms[id] == 0 {
			continue
		}
		known++
		for j, x := range t.Row(id) {
			sum[j] += float64(x) / t.norms[id]
		}
	}
	mean = make([]float32, t.dim)
	for j, x := range sum {
		mean[j] = float32(x / float64(max(1, known)))
	}
	return mean, known
}
