package model

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Evaluation is how a classifier did on labelled rows.
type Evaluation struct {
	Loss      float64 // mean cross-entropy
	Confusion Confusion
}

// Accuracy returns the share of rows that were predicted right.
func (e Evaluation) Accuracy() float64 { return e.Confusion.Accuracy() }

// Confusion counts rows: [i][j] those of class i that were taken for class j.
type Confusion [][]int

func newConfusion(classes int) Confusion {
	m := make(Confusion, classes)
	for i := range m {
		m[i] = make([]int, classes)
	}
	return m
}

// Accuracy returns the share of rows on the diagonal, 0 if there are no rows.
func (m Confusion) Accuracy() float64 {
	right, all := 0, 0
	for i, row := range m {
		right += row[i]
		for _, n := range row {
			all += n
		}
	}
	return ratio(right, all)
}

// Precision returns the share of the rows taken for a class that are of it, 0 if there are none.
func (m Confusion) Precision(class int) float64 {
	taken := 0
	for _, row := range m {
		taken += row[class]
	}
	return ratio(m[class][class], taken)
}

// Recall returns the share of a class's rows that were taken for it, 0 if there are none.
func (m Confusion) Recall(class int) float64 {
	return ratio(m[class][class], m.Support(class))
}

// F1 returns the harmonic mean of a class's precision and recall, 0 if both are.
func (m Confusion) F1(class int) float64 {
	p, r := m.Precision(class), m.Recall(class)
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

// Support returns the number of a class's rows.
func (m Confusion) Support(class int) (n int) {
	for _, count := range m[class] {
		n += count
	}
	return n
}

// Report returns two tables as text: precision, recall and F1 of each class, and the counts, with the
// classes' names in the order of their numbers.
func (m Confusion) Report(names []string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "class\tprecision\trecall\tF1\trows\t\n")
	for i := range m {
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t%d\t\n", names[i], m.Precision(i), m.Recall(i), m.F1(i), m.Support(i))
	}
	w.Flush()
	fmt.Fprintf(w, "\nclass \\ taken for\t%s\t\n", strings.Join(names, "\t"))
	for i, row := range m {
		fmt.Fprint(w, names[i])
		for _, n := range row {
			fmt.Fprintf(w, "\t%d", n)
		}
		fmt.Fprint(w, "\t\n")
	}
	w.Flush()
	return b.String()
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
