// Package texttab writes tables as text with columns and, for a notebook, as HTML.
package texttab

import (
	"fmt"
	"html"
	"strings"
	"text/tabwriter"
)

// Table is rows of cells, the heading first.
type Table struct {
	Rows [][]string
	Left bool // aligns the cells to the left; else to the right, as numbers are
}

// String returns the table as lines of text.
func (t Table) String() string {
	var b strings.Builder
	flags, end := tabwriter.AlignRight, "\t\n"
	if t.Left {
		flags, end = 0, "\n"
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', flags)
	for _, row := range t.Rows {
		line := strings.Join(row, "\t")
		if t.Left {
			line = strings.TrimRight(line, "\t")
		}
		fmt.Fprint(w, line, end)
	}
	w.Flush()
	return b.String()
}

// HTML returns the table for a notebook.
func (t Table) HTML() string {
	var b strings.Builder
	b.WriteString("<table>\n")
	style := ""
	if t.Left {
		style = ` style="text-align:left"`
	}
	for i, row := range t.Rows {
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		b.WriteString("<tr>")
		for _, s := range row {
			fmt.Fprintf(&b, "<%s%s>%s</%[1]s>", cell, style, html.EscapeString(s))
		}
		b.WriteString("</tr>\n")
	}
	return b.String() + "</table>\n"
}
