package train

import (
	"cmp"

	"gorgonia-embedding/internal/choice"
)

// measure is what the best epoch can be the best by.
type measure struct {
	name string
	of   func(Score) float64 // the larger, the better
}

// Name returns what Config.Best calls it.
func (m measure) Name() string { return m.name }

// measures returns the table; its first entry is what an empty name means.
func measures() choice.Of[measure] {
	return choice.Of[measure]{
		{"accuracy", func(s Score) float64 { return s.Accuracy }},
		{"f1", func(s Score) float64 { return s.MacroF1 }},
		{"loss", func(s Score) float64 { return -s.Loss }},
	}
}

// Measures returns the names that Config.Best can have.
func Measures() []string { return measures().Names() }

func (c Config) measure() (measure, error) {
	all := measures()
	return all.Find("Best", cmp.Or(c.Best, all[0].name))
}

// Better reports whether s is better than other by the measure c.Best or, if they are equal by it, of lower loss. NaN is
// worse than any number. For a task without classes, whose Scores have a loss alone, any measure is that of the loss.
func (c Config) Better(s, other Score) bool {
	m, err := c.measure()
	return err == nil && cmp.Or(cmp.Compare(m.of(s), m.of(other)), cmp.Compare(-s.Loss, -other.Loss)) > 0
}

// tally counts the examples of each class.
type tally []struct{ right, taken, of int } // predicted right, predicted to be of the class, of the class

// add counts an example, unless its label is no class.
func (t *tally) add(label, class int) {
	if label < 0 {
		return
	}
	for len(*t) <= max(label, class) {
		*t = append(*t, struct{ right, taken, of int }{})
	}
	(*t)[label].of++
	(*t)[class].taken++
	if class == label {
		(*t)[class].right++
	}
}

// macroF1 returns the mean F1, 2·right ÷ (taken + of), of the classes that examples have or were predicted to have.
func (t tally) macroF1() float64 {
	sum, classes := 0.0, 0.0
	for _, c := range t {
		if n := c.taken + c.of; n > 0 {
			sum += 2 * float64(c.right) / float64(n)
			classes++
		}
	}
	return sum / max(1, classes)
}
