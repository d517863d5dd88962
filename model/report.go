package model

import (
	"fmt"

	"gorgonia-embedding/internal/texttab"
)

// Report is a confusion matrix with the classes' names. It prints as two tables: precision, recall and F1
// of each class, and the counts.
type Report struct {
	Confusion Confusion
	Names     []string // names of the classes, in the order of their numbers
}

// Report returns m with the classes' names, in the order of their numbers.
func (m Confusion) Report(names []string) Report { return Report{m, names} }

// String returns the tables as text.
func (r Report) String() string {
	tables := r.tables()
	return tables[0].String() + "\n" + tables[1].String()
}

// HTML returns the tables for a notebook.
func (r Report) HTML() string {
	tables := r.tables()
	return tables[0].HTML() + tables[1].HTML()
}

func (r Report) tables() [2]texttab.Table {
	scores := [][]string{{"class", "precision", "recall", "F1", "samples"}}
	counts := [][]string{append([]string{"class \\ taken for"}, r.Names...)}
	for i, of := range r.Confusion {
		m := r.Confusion
		scores = append(scores, []string{r.Names[i], decimals(m.Precision(i)), decimals(m.Recall(i)), decimals(m.F1(i)), fmt.Sprint(m.Support(i))})
		line := []string{r.Names[i]}
		for _, n := range of {
			line = append(line, fmt.Sprint(n))
		}
		counts = append(counts, line)
	}
	return [2]texttab.Table{{Rows: scores}, {Rows: counts}}
}

func decimals(x float64) string { return fmt.Sprintf("%.3f", x) }
