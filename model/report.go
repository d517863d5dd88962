package model

import (
	"fmt"
	"html"

	"gorgonia-embedding/internal/texttab"
)

// Report is a confusion matrix with the classes' names. It prints as two tables: precision, recall and F1 of each class,
// and the counts. Of more than 20 classes, these are the ten classes of the lowest F1 and the ten pairs that were
// confused most.
type Report struct {
	Confusion Confusion
	Names     []string // names of the classes, in the order of their numbers
}

const (
	manyClasses = 20 // most classes of which a matrix can be read
	worst       = 10 // number of classes, and of pairs, that stand for more of them
)

// Report returns m with the classes' names, in the order of their numbers.
func (m Confusion) Report(names []string) Report { return Report{m, names} }

// String returns the tables as text.
func (r Report) String() (text string) {
	for i, t := range r.tables() {
		if i > 0 {
			text += "\n"
		}
		if t.caption != "" {
			text += t.caption + "\n"
		}
		text += t.String()
	}
	return text
}

// HTML returns the tables for a notebook.
func (r Report) HTML() (text string) {
	for _, t := range r.tables() {
		if t.caption != "" {
			text += "<p>" + html.EscapeString(t.caption) + "</p>\n"
		}
		text += t.Table.HTML()
	}
	return text
}

// captioned is a table with a line above it, unless that is empty.
type captioned struct {
	caption string
	texttab.Table
}

func (r Report) tables() []captioned {
	if len(r.Confusion) > manyClasses {
		return []captioned{r.hardest(), r.confused()}
	}
	classes := make([]int, len(r.Confusion))
	for i := range classes {
		classes[i] = i
	}
	return []captioned{{"", r.scores(classes)}, {"", r.counts()}}
}

// hardest returns the scores of the classes of the lowest F1.
func (r Report) hardest() captioned {
	classes := r.Confusion.Worst()
	classes = classes[:min(worst, len(classes))]
	return captioned{fmt.Sprintf("the %d of %d classes with the lowest F1", len(classes), len(r.Confusion)), r.scores(classes)}
}

// scores returns a line for each of classes.
func (r Report) scores(classes []int) texttab.Table {
	m, rows := r.Confusion, [][]string{{"class", "precision", "recall", "F1", "samples"}}
	for _, i := range classes {
		rows = append(rows, []string{r.Names[i], decimals(m.Precision(i)), decimals(m.Recall(i)), decimals(m.F1(i)), fmt.Sprint(m.Support(i))})
	}
	return texttab.Table{Rows: rows}
}

// counts returns the matrix.
func (r Report) counts() texttab.Table {
	rows := [][]string{append([]string{"class \\ taken for"}, r.Names...)}
	for i, of := range r.Confusion {
		row := []string{r.Names[i]}
		for _, n := range of {
			row = append(row, fmt.Sprint(n))
		}
		rows = append(rows, row)
	}
	return texttab.Table{Rows: rows}
}

// confused returns the pairs of classes that were confused most.
func (r Report) confused() captioned {
	pairs, all := r.Confusion.Confused(), 0
	for _, p := range pairs {
		all += p.Samples
	}
	rows, shown := [][]string{{"class", "taken for", "samples"}}, 0
	for _, p := range pairs[:min(worst, len(pairs))] {
		shown += p.Samples
		rows = append(rows, []string{r.Names[p.Class], r.Names[p.For], fmt.Sprintf("%d of %d", p.Samples, r.Confusion.Support(p.Class))})
	}
	return captioned{fmt.Sprintf("the %d commonest confusions, %d of %d mistakes", len(rows)-1, shown, all), texttab.Table{Rows: rows}}
}

func decimals(x float64) string { return fmt.Sprintf("%.3f", x) }
