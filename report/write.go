package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"gorgonia-embedding/model"
)

//go:embed page.html
var source string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"clean": clean}).Parse(source))

// The most that tables show.
const (
	maxMistakes = 20
	maxConfused = 15
	maxWorst    = 10
	maxText     = 600 // characters of a text
)

// view is what the template shows of a Page.
type view struct {
	Title, Settings string
	Facts, Scores   []Fact
	Curves          []*chart
	Many            bool // whether there are too many classes for a matrix
	Matrix          *matrix
	Confused        [][]string // class, taken for, examples
	Classes, Worst  [][]string // name, precision, recall, F1, examples
	Reliability     []*chart
	Mistakes        []mistake
	Wrong           int // mistakes in all
	Words           []wordList
	MinCount        int
	Map             *chart
	Colours         [colours]struct{}
}

type mistake struct{ Text, Label, Predicted, Score string }

// Write writes the page. It fails if w does, or a class is none of Labels.
func (p Page) Write(w io.Writer) error {
	if err := p.check(); err != nil {
		return errors.Wrap(err, "report")
	}
	return page.Execute(w, p.view())
}

// check fails if there is a class that Labels lacks.
func (p Page) check() error {
	bad := func(class int) bool { return class < 0 || class >= len(p.Labels) }
	for i, r := range p.Results {
		if bad(r.Label) || bad(r.Predicted) {
			return errors.Errorf("result %d has the classes %d and %d: want classes in [0, %d)", i, r.Label, r.Predicted, len(p.Labels))
		}
	}
	for _, at := range p.Map.Places {
		if bad(at.Class) {
			return errors.Errorf("the place of %q has class %d: want a class in [0, %d)", at.Word, at.Class, len(p.Labels))
		}
	}
	if len(p.Words) > len(p.Labels) {
		return errors.Errorf("there are words of %d classes, and %d labels", len(p.Words), len(p.Labels))
	}
	return nil
}

func (p Page) view() view {
	v := view{
		Title: p.Title, Settings: cleanLines(p.Settings), Facts: p.Facts, Curves: p.curves(), Matrix: p.matrix(), Many: len(p.Labels) > most,
		Reliability: p.reliability(), Words: p.wordLists(), Map: p.mapChart(), MinCount: minCount,
	}
	if len(p.Results) > 0 {
		m := p.confusion()
		v.Scores = p.scores(m)
		v.Classes, v.Confused = p.classes(m), p.confused(m)
		v.Worst = v.Classes[:min(maxWorst, len(v.Classes))]
	}
	wrong := p.mistakes()
	v.Wrong = len(wrong)
	for _, r := range wrong[:min(maxMistakes, len(wrong))] {
		v.Mistakes = append(v.Mistakes, mistake{clean(r.Text, maxText), p.Labels[r.Label], p.Labels[r.Predicted], fmt.Sprintf("%.3f", r.Score)})
	}
	return v
}

// scores returns the numbers at the top.
func (p Page) scores(m model.Confusion) []Fact {
	return []Fact{
		{"accuracy", fmt.Sprintf("%.3f", m.Accuracy())}, {"macro F1", fmt.Sprintf("%.3f", m.MacroF1())},
		{"calibration error", fmt.Sprintf("%.3f", calibrationError(reliability(p.Results)))}, {"examples", fmt.Sprint(len(p.Results))},
		{"classes", fmt.Sprint(len(p.Labels))},
	}
}

// classes returns a row for each class, those of many from the worst to the best.
func (p Page) classes(m model.Confusion) (rows [][]string) {
	order := m.Worst()
	if len(p.Labels) <= most {
		slices.Sort(order)
	}
	for _, i := range order {
		row := []string{p.Labels[i]}
		for _, x := range []float64{m.Precision(i), m.Recall(i), m.F1(i)} {
			row = append(row, fmt.Sprintf("%.3f", x))
		}
		rows = append(rows, append(row, fmt.Sprint(m.Support(i))))
	}
	return rows
}

// confused returns a row for each of the pairs of classes that were confused most.
func (p Page) confused(m model.Confusion) (rows [][]string) {
	pairs := m.Confused()
	for _, c := range pairs[:min(maxConfused, len(pairs))] {
		rows = append(rows, []string{p.Labels[c.Class], p.Labels[c.For], fmt.Sprintf("%d of %d", c.Samples, m.Support(c.Class))})
	}
	return rows
}

// wordList is the words of a class.
type wordList struct {
	Label, Class string
	Words        []wordBar
}

// Height is that of the picture.
func (l wordList) Height() int { return 22 * len(l.Words) }

type wordBar struct {
	Text, Value, Title string
	Y, TextY           px
	W                  px
}

// wordLists returns the words of the classes that have any.
func (p Page) wordLists() (lists []wordList) {
	largest := 0.0
	for _, words := range p.Words {
		for _, w := range words {
			largest = max(largest, w.LogOdds)
		}
	}
	for class, words := range p.Words {
		list := wordList{Label: p.Labels[class], Class: p.colour(class)}
		for i, w := range words {
			y := px(22 * i)
			list.Words = append(list.Words, wordBar{
				clean(w.Word, 16), fmt.Sprintf("%.1f", w.LogOdds),
				fmt.Sprintf("%s: log-odds %.2f, seen %d times", clean(w.Word, 60), w.LogOdds, w.Count),
				y, y + 15, px(max(0, 130*w.LogOdds/max(largest, 1e-9))),
			})
		}
		if len(words) > 0 {
			lists = append(lists, list)
		}
	}
	return lists
}

// cleanLines returns text with each of its lines clean.
func cleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = clean(line, maxText)
	}
	return strings.Join(lines, "\n")
}

// clean returns text without control characters, cut to so many characters.
func clean(text string, longest int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > longest {
			return b.String() + "…"
		}
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF:
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
	}
	return b.String()
}
