package report

import (
	"cmp"
	"math"
	"slices"

	"github.com/pkg/errors"

	"gorgonia-embedding/data"
	"gorgonia-embedding/model"
	"gorgonia-embedding/train"
	"gorgonia-embedding/vectors"
)

const (
	minCount  = 5    // times that a word must have been seen to speak for a class
	perClass  = 10   // words of a class
	onMap     = 300  // words of a map
	atOnce    = 4096 // words that are asked about at once
	tableName = "embedding.weight"
)

// New returns the page of a classifier that was trained: its epochs, what it says of examples, which it should not have
// been trained on, and of words. For any architecture, what a word says is what the classifier says of a text of this
// one word, for the words that were seen five times or more. The map has the commonest words, by the parameter
// embedding.weight; without one of a row for each word there is no map. New fails if the label of an example is no class.
func New(c *model.Classifier, h train.History, examples []data.Example) (Page, error) {
	p := Page{Title: "A classifier of texts", History: h, Labels: c.Labels()}
	err := p.test(c, examples)
	if err == nil {
		err = p.words(c)
	}
	if err == nil {
		err = p.places(c)
	}
	return p, errors.Wrap(err, "report")
}

// test adds what c says of examples.
func (p *Page) test(c *model.Classifier, examples []data.Example) error {
	texts := make([]string, len(examples))
	for i, e := range examples {
		texts[i] = e.Text
	}
	predictions, err := c.PredictAll(texts)
	if err != nil {
		return err
	}
	for i, e := range examples {
		label := slices.Index(p.Labels, e.Label)
		if label < 0 {
			return errors.Errorf("example %d has the label %q, which is no class", i+1, e.Label)
		}
		said := predictions[i].Class
		p.Results = append(p.Results, Result{e.Text, label, slices.Index(p.Labels, said.Label), said.Score})
	}
	return nil
}

// words adds the words that speak loudest for each class.
func (p *Page) words(c *model.Classifier) error {
	p.Words = make([][]Word, len(p.Labels))
	n := data.UnkID + 1
	for c.Vocab().Count(n) >= minCount { // in falling order
		n++
	}
	return p.ask(c, n, func(id int, odds []float64) {
		for class, x := range odds {
			p.Words[class] = strongest(p.Words[class], Word{c.Vocab().Word(id), c.Vocab().Count(id), x})
		}
	})
}

// strongest adds w to the list of a class, which is in order, unless that is full of stronger ones.
func strongest(list []Word, w Word) []Word {
	at, _ := slices.BinarySearchFunc(list, w, func(a, b Word) int { return cmp.Or(cmp.Compare(b.LogOdds, a.LogOdds), -1) })
	if at == perClass {
		return list
	}
	return slices.Insert(list, at, w)[:min(perClass, len(list)+1)]
}

// ask calls f with the log-odds of each class for the words of the first n ids but <pad> and <unk>.
func (p *Page) ask(c *model.Classifier, n int, f func(id int, odds []float64)) error {
	class := make(map[string]int)
	for i, label := range p.Labels {
		class[label] = i
	}
	odds := make([]float64, len(p.Labels))
	for from := data.UnkID + 1; from < n; from += atOnce {
		var words []string
		for id := from; id < min(n, from+atOnce); id++ {
			words = append(words, c.Vocab().Word(id))
		}
		said, err := c.PredictAll(words)
		if err != nil {
			return err
		}
		for i, prediction := range said {
			all := prediction.Top(len(odds))
			for k, this := range all {
				odds[class[this.Label]] = logOdds(all, k)
			}
			f(from+i, odds)
		}
	}
	return nil
}

// logOdds returns ln(p / (1−p)) of class k. The sum of the others' probabilities is more exact than 1−p.
func logOdds(all []model.Class, k int) float64 {
	others := 0.0
	for i, c := range all {
		if i != k {
			others += c.Score
		}
	}
	least := math.SmallestNonzeroFloat64
	return math.Log(max(all[k].Score, least)) - math.Log(max(others, least))
}

// places adds the map of the commonest words.
func (p *Page) places(c *model.Classifier) error {
	rows, ok := common(c)
	if !ok {
		return nil
	}
	table, err := vectors.New(rows, rows.values)
	if err != nil {
		return err
	}
	m, err := table.Map(rows.words...)
	if err != nil {
		return nil // a vector of zeros has no direction, and one number no plane
	}
	p.Map.Explained = m.Explained
	for _, at := range m.Points {
		p.Map.Places = append(p.Map.Places, Place{Word: at.Word, X: at.X, Y: at.Y})
	}
	return p.ask(c, data.UnkID+1+len(m.Points), func(id int, odds []float64) {
		best := &p.Map.Places[id-data.UnkID-1].Class
		for class, x := range odds {
			if x > odds[*best] {
				*best = class
			}
		}
	})
}

// rows is the first rows of a table of words.
type rows struct {
	words  []string
	values []float32
}

// Len returns the number of rows.
func (r rows) Len() int { return len(r.words) }

// Word returns the name of row id.
func (r rows) Word(id int) string { return r.words[id] }

// common returns the rows of the commonest words, and false if c has no table of them.
func common(c *model.Classifier) (r rows, ok bool) {
	first := data.UnkID + 1
	for param := range c.Params().All() {
		values, float32s := param.Data.([]float32)
		if param.Name != tableName || !float32s || len(param.Shape) != 2 || param.Shape[0] != c.Vocab().Len() {
			continue
		}
		dim, last := param.Shape[1], min(c.Vocab().Len(), first+onMap)
		for id := first; id < last; id++ {
			r.words = append(r.words, c.Vocab().Word(id))
		}
		r.values = values[first*dim : last*dim]
		return r, len(r.words) > 0
	}
	return r, false
}
