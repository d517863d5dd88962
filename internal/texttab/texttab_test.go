package texttab_test

import (
	"testing"

	"gorgonia-embedding/internal/texttab"
)

func TestTable(t *testing.T) {
	rows := [][]string{{"word", "n"}, {"<b>", "12"}, {"longer", ""}}
	for _, tt := range []struct {
		left       bool
		text, html string
	}{
		{false, "    word   n\n     <b>  12\n  longer    \n",
			"<table>\n<tr><th>word</th><th>n</th></tr>\n<tr><td>&lt;b&gt;</td><td>12</td></tr>\n<tr><td>longer</td><td></td></tr>\n</table>\n"},
		{true, "word  n\n<b>   12\nlonger\n", `<table>
<tr><th style="text-align:left">word</th><th style="text-align:left">n</th></tr>
<tr><td style="text-align:left">&lt;b&gt;</td><td style="text-align:left">12</td></tr>
<tr><td style="text-align:left">longer</td><td style="text-align:left"></td></tr>
</table>
`},
	} {
		table := texttab.Table{Rows: rows, Left: tt.left}
		if got := table.String(); got != tt.text {
			t.Errorf("left %t: got\n%s\nwant\n%s", tt.left, got, tt.text)
		}
		if got := table.HTML(); got != tt.html {
			t.Errorf("left %t: got\n%s\nwant\n%s", tt.left, got, tt.html)
		}
	}
}
