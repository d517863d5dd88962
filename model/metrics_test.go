package model_test

import (
	"math"
	"strings"
	"testing"

	"gorgonia-embedding/model"
)

func TestConfusion(t *testing.T) {
	m := model.Confusion{{3, 1, 0}, {2, 4, 0}, {0, 0, 0}}
	for what, got := range map[string][2]float64{
		"accuracy":                     {m.Accuracy(), 0.7},
		"precision of 0":               {m.Precision(0), 0.6},
		"recall of 0":                  {m.Recall(0), 0.75},
		"F1 of 0":                      {m.F1(0), 2 * 0.6 * 0.75 / 1.35},
		"precision of no samples":      {m.Precision(2), 0},
		"recall of no samples":         {m.Recall(2), 0},
		"F1 of no samples":             {m.F1(2), 0},
		"support of 1":                 {float64(m.Support(1)), 6},
		"accuracy without any samples": {model.Confusion{{0}}.Accuracy(), 0},
	} {
		if math.Abs(got[0]-got[1]) > 1e-12 {
			t.Errorf("%s = %v, want %v", what, got[0], got[1])
		}
	}
	want := `  class  precision  recall     F1  samples
      a      0.600   0.750  0.667        4
     bb      0.800   0.667  0.727        6

  class \ taken for  a  bb
                  a  3   1
                 bb  2   4
`
	report := model.Confusion{{3, 1}, {2, 4}}.Report([]string{"a", "bb"})
	if got := report.String(); got != want {
		t.Errorf("report:\n%s\nwant:\n%s", got, want)
	}
	report.Names[0] = "<a>"
	if got := report.HTML(); !strings.Contains(got, "<tr><td>&lt;a&gt;</td><td>3</td><td>1</td></tr>") || strings.Count(got, "<table>") != 2 {
		t.Errorf("HTML:\n%s", got)
	}
	if got, want := (model.Evaluation{Loss: 0.5, Confusion: m}).String(), "accuracy 0.700, loss 0.5000"; got != want {
		t.Errorf("evaluation %q, want %q", got, want)
	}
}
