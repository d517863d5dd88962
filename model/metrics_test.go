package model_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
)

//go:embed testdata/sklearn_cases.json
var sklearnCases []byte

// The accuracy, the macro F1 and the balanced weights of classes are scikit-learn's.
func TestScoresAreThoseOfScikitLearn(t *testing.T) {
	var cases []struct {
		Name                string
		Classes             int
		Labels, Predictions []int
		Accuracy            float64
		MacroF1             float64 `json:"macro_f1"`
		Balanced            []float64
	}
	if err := json.Unmarshal(sklearnCases, &cases); err != nil || len(cases) == 0 {
		t.Fatal(len(cases), err)
	}
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }
	for _, tt := range cases {
		m, samples := make(model.Confusion, tt.Classes), make([]data.Sample, len(tt.Labels))
		for i := range m {
			m[i] = make([]int, tt.Classes)
		}
		for i, label := range tt.Labels {
			m[label][tt.Predictions[i]]++
			samples[i].Label = label
		}
		if e := (model.Evaluation{Confusion: m}); !near(e.Accuracy(), tt.Accuracy) || !near(e.MacroF1(), tt.MacroF1) {
			t.Errorf("%s: accuracy %v, macro F1 %v, want %v and %v", tt.Name, e.Accuracy(), e.MacroF1(), tt.Accuracy, tt.MacroF1)
		}
		for i, w := range newClassifier(t, 4, tt.Classes, small).Task(data.NewSamples(samples), nil).BalancedWeights() {
			if !near(w, tt.Balanced[i]) {
				t.Errorf("%s: class %d weighs %v, want %v", tt.Name, i, w, tt.Balanced[i])
			}
		}
	}
}

// The report of more than 20 classes shows the worst ones and the commonest confusions.
func TestReportOfManyClasses(t *testing.T) {
	m, names := make(model.Confusion, 30), make([]string, 30)
	for i := range m {
		m[i], names[i] = make([]int, 30), fmt.Sprintf("c%d", i)
		if i != 29 { // of which there are no samples
			m[i][i] = 10
		}
	}
	m[3][4], m[5][4], m[4][3], m[4][4] = 7, 2, 9, 1
	if worst := m.Worst(); !reflect.DeepEqual(worst[:4], []int{4, 3, 5, 0}) || len(worst) != 29 {
		t.Errorf("worst: %v", worst)
	}
	if pairs := m.Confused(); !reflect.DeepEqual(pairs, []model.Confused{{4, 3, 9}, {3, 4, 7}, {5, 4, 2}}) {
		t.Errorf("confused: %v", pairs)
	}
	want := `the 10 of 30 classes with the lowest F1
  class  precision  recall     F1  samples
     c4      0.100   0.100  0.100       10
     c3      0.526   0.588  0.556       17
     c5      1.000   0.833  0.909       12
     c0      1.000   1.000  1.000       10
     c1      1.000   1.000  1.000       10
     c2      1.000   1.000  1.000       10
     c6      1.000   1.000  1.000       10
     c7      1.000   1.000  1.000       10
     c8      1.000   1.000  1.000       10
     c9      1.000   1.000  1.000       10

the 3 commonest confusions, 18 of 18 mistakes
  class  taken for  samples
     c4         c3  9 of 10
     c3         c4  7 of 17
     c5         c4  2 of 12
`
	if got := m.Report(names).String(); got != want {
		t.Errorf("got\n%s", got)
	}
	names[4] = "<b>"
	if got := m.Report(names).HTML(); !strings.Contains(got, "<p>the 10 of 30 classes with the lowest F1</p>") || !strings.Contains(got, "<tr><td>&lt;b&gt;</td><td>c3</td><td>9 of 10</td></tr>") {
		t.Errorf("HTML:\n%s", got)
	}
}

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
	if got, want := (model.Evaluation{Loss: 0.5, Confusion: m}).String(), "accuracy 0.700, macro F1 0.697, loss 0.5000"; got != want {
		t.Errorf("evaluation %q, want %q", got, want)
	}
}
