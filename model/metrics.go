package model

import (
	"cmp"
	"slices"
)

// Confusion counts samples: element [i][j] is the number of samples of class i that were taken for class j.
type Confusion [][]int

func newConfusion(classes int) Confusion {
	m := make(Confusion, classes)
	for i := range m {
		m[i] = make([]int, classes)
	}
	return m
}

// Accuracy returns the share of samples that were taken for their class, 0 if there are no samples.
func (m Confusion) Accuracy() float64 {
	right, all := 0, 0
	for class, counts := range m {
		right += counts[class]
		for _, n := range counts {
			all += n
		}
	}
	return ratio(right, all)
}

// Precision returns the share of the samples taken for a class that are of it, 0 if there are none.
func (m Confusion) Precision(class int) float64 {
	return ratio(m[class][class], m.taken(class))
}

// Recall returns the share of the samples of a class that were taken for it, 0 if there are none.
func (m Confusion) Recall(class int) float64 {
	return ratio(m[class][class], m.Support(class))
}

// F1 returns the harmonic mean of the precision and the recall of a class, 0 if both are 0.
func (m Confusion) F1(class int) float64 {
	p, r := m.Precision(class), m.Recall(class)
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

// MacroF1 returns the mean F1 of the classes, as scikit-learn's f1_score with average="macro": a class that no sample has
// counts, with an F1 of 0, if a sample was taken for it, and else does not. It is 0 if there are no samples.
func (m Confusion) MacroF1() float64 {
	sum, classes := 0.0, 0.0
	for class := range m {
		if m.Support(class)+m.taken(class) > 0 {
			sum += m.F1(class)
			classes++
		}
	}
	return sum / max(1, classes)
}

// Support returns the number of samples of a class.
func (m Confusion) Support(class int) (n int) {
	for _, count := range m[class] {
		n += count
	}
	return n
}

// Worst returns the classes from the lowest F1 to the highest, and of equals those of more samples first. Classes that
// MacroF1 does not count are not among them.
func (m Confusion) Worst() (classes []int) {
	for class := range m {
		if m.Support(class)+m.taken(class) > 0 {
			classes = append(classes, class)
		}
	}
	slices.SortStableFunc(classes, func(a, b int) int {
		return cmp.Or(cmp.Compare(m.F1(a), m.F1(b)), cmp.Compare(m.Support(b), m.Support(a)))
	})
	return classes
}

// Confused is a number of samples of one class that were taken for another one.
type Confused struct{ Class, For, Samples int }

// Confused returns the pairs of classes that were confused, from the most samples to the fewest.
func (m Confusion) Confused() (pairs []Confused) {
	for class, counts := range m {
		for taken, n := range counts {
			if n > 0 && taken != class {
				pairs = append(pairs, Confused{class, taken, n})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b Confused) int { return cmp.Compare(b.Samples, a.Samples) })
	return pairs
}

// taken returns the number of samples that were taken for a class.
func (m Confusion) taken(class int) (n int) {
	for _, counts := range m {
		n += counts[class]
	}
	return n
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
