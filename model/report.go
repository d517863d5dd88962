package model

import (
	"fmt"
	"html"
	"strings"
	"text/tabwriter"
)

// Report is a confusion matrix with the classes' names. It prints as two tables: precision, recall and F1
// of each class, and the counts.
type Report struct {
	Confusion Confusion
	Names     []string // in the order of the classes' numbers
}

// Report returns m with the classes' names, in the order of their numbers.
func (m Confusion) Report(names []string) Report { return Report{m, names} }

// String returns the tables as text.
func (r Report) String() string {
	var b strings.Builder
	for i, table := range r.tables() {
		if i > 0 {
			b.WriteByte('\n')
		}
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		for _, row := range table {
			fmt.Fprint(w, strings.Join(row, "\t"), "\t\n")
		}
		w.Flush()
	}
	return b.String()
}

// HTML returns the tables for a notebook.
func (r Report) HTML() string {
	var b strings.Builder
	for _, table := range r.tables() {
		b.WriteString(htmlTable(table))
	}
	return b.String()
}

// tables returns the cells of both tables, a heading first.
func (r Report) tables() [2][][]string {
	scores := [][]string{{"class", "precision", "recall", "F1", "rows"}}
	counts := [][]string{append([]string{"class \\ taken for"}, r.Names...)}
	for i, row := range r.Confusion {
		m := r.Confusion
		scores = append(scores, []string{r.Names[i], decimals(m.Precision(i)), decimals(m.Recall(i)), decimals(m.F1(i)), fmt.Sprint(m.Support(i))})
		line := []string{r.Names[i]}
		for _, n := range row {
			line = append(line, fmt.Sprint(n))
		}
		counts = append(counts, line)
	}
	return [2][][]string{scores, counts}
}

func decimals(x float64) string { return fmt.Sprintf("%.3f", x) }

// htmlTable returns rows, the first of which is the heading, as a table.
func htmlTable(rows [][]string) string {
	var b strings.Builder
	b.WriteString("<table>\n")
	for i, row := range rows {
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		b.WriteString("<tr>")
		for _, s := range row {
			fmt.Fprintf(&b, "<%s>%s</%[1]s>", cell, html.EscapeString(s))
		}
		b.WriteString("</tr>\n")
	}
	return b.String() + "</table>\n"
}
