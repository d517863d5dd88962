// Package report shows what came of a training: one page of HTML with its pictures in it, for people.
//
//	page, err := report.New(classifier, history, testExamples)
//	page.Title = "Opinions of films"
//	err = page.Write(w)
//
// The page needs nothing but itself: no script, no other file, and no network. It follows the reader's choice of light
// or dark. A Page is plain data: what New does not know may be set, and a page without a part leaves it out.
package report

import (
	"cmp"
	"slices"

	"gorgonia-embedding/model"
	"gorgonia-embedding/train"
)

// Page is what a page shows. The same Page is written as the same bytes.
type Page struct {
	Title    string
	Facts    []Fact        // lines about the data and the model
	Settings string        // settings of the training, shown as they are
	History  train.History // epochs, for the curves
	Labels   []string      // names of the classes, in the order of their numbers
	Results  []Result      // what the classifier said of examples that it was not trained on
	Words    [][]Word      // for each class, words that speak for it, the strongest first
	Map      Map
}

// Fact is a line with a name, such as "vocabulary".
type Fact struct{ Name, Value string }

// Result is what a classifier said of an example.
type Result struct {
	Text             string
	Label, Predicted int     // classes
	Score            float64 // probability of Predicted
}

// Word is a word and how much it speaks for a class.
type Word struct {
	Word    string
	Count   int     // number of times that training examples have it
	LogOdds float64 // ln(p / (1−p)) for the probability p of the class, given a text of this one word
}

// Map is words on a plane, such as that of a vectors.Map.
type Map struct {
	Places    []Place
	Explained [2]float64 // shares of the vectors' variance that X and Y show
}

// Place is where a word is.
type Place struct {
	Word  string
	X, Y  float64
	Class int // class that the word speaks for
}

// confusion counts results.
func (p Page) confusion() model.Confusion {
	m := make(model.Confusion, len(p.Labels))
	for i := range m {
		m[i] = make([]int, len(p.Labels))
	}
	for _, r := range p.Results {
		m[r.Label][r.Predicted]++
	}
	return m
}

// mistakes returns the results that are wrong, the surest first.
func (p Page) mistakes() (wrong []Result) {
	for _, r := range p.Results {
		if r.Label != r.Predicted {
			wrong = append(wrong, r)
		}
	}
	slices.SortStableFunc(wrong, func(a, b Result) int { return cmp.Compare(b.Score, a.Score) })
	return wrong
}
