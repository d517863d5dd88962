package vectors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// Pair is two words and how similar people find them.
type Pair struct {
	A, B       string
	Similarity float64
}

// Question is an analogy: A is to B as C is to D.
type Question struct{ A, B, C, D string }

// Section is questions of one kind.
type Section struct {
	Name      string
	Questions []Question
}

// EvaluateConfig says how words of an evaluation are looked up. Its zero value is as gensim's defaults, but that gensim
// looks at the first 300,000 rows.
type EvaluateConfig struct {
	Top          int  // how many of the table's first rows to look at; 0: all of them
	MatchCase    bool // false: a word stands for the first row that is the same word in upper case
	UnknownCount bool // true: a pair with an unknown word has the similarity 0, and such a question is answered wrongly; false: they are left out
	Multiply     bool // true: analogies are solved by 3CosMul, not by 3CosAdd
}

// PairsResult is how well cosines agree with people.
type PairsResult struct {
	Pearson, Spearman float64 // correlations; NaN of fewer than two pairs
	Used              int     // pairs that were compared
	Unknown           []Pair  // pairs with a word that the table lacks
}

// EvaluatePairs compares the cosines of pairs with their similarities.
func (t *Table) EvaluatePairs(pairs []Pair, cfg EvaluateConfig) PairsResult {
	t.prepare.Do(t.measure)
	var result PairsResult
	var want, got []float64
	fold := t.folded(cfg)
	for _, p := range pairs {
		a, okA := fold.id(p.A)
		b, okB := fold.id(p.B)
		if okA && okB {
			want = append(want, p.Similarity)
			got = append(got, t.cosineOf(a, b))
			continue
		}
		result.Unknown = append(result.Unknown, p)
		if cfg.UnknownCount {
			want, got = append(want, p.Similarity), append(got, 0)
		}
	}
	result.Used = len(want)
	result.Pearson = stat.Correlation(want, got, nil)
	result.Spearman = stat.Correlation(ranks(want), ranks(got), nil)
	return result
}

// cosineOf returns the cosine of two rows, and 0 if one is zero.
func (t *Table) cosineOf(a, b int) float64 {
	if t.norms[a] == 0 || t.norms[b] == 0 {
		return 0
	}
	return t.cosine(b, directionOf(t.Row(a)))
}

// ranks returns the place of each number in their order, from 1 on; equal ones share the mean of their places.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	places := make([]float64, len(x))
	for lo := 0; lo < len(order); {
		hi := lo
		for hi < len(order) && x[order[hi]] == x[order[lo]] {
			hi++
		}
		for _, i := range order[lo:hi] {
			places[i] = float64(lo+hi+1) / 2
		}
		lo = hi
	}
	return places
}

// String returns a line such as "pearson 0.5120  spearman 0.4981  65 pairs, 3 with unknown words".
func (r PairsResult) String() string {
	return fmt.Sprintf("pearson %.4f  spearman %.4f  %d pairs, %d with unknown words", r.Pearson, r.Spearman, r.Used, len(r.Unknown))
}

// SectionResult is how many questions of a section were answered.
type SectionResult struct {
	Name    string `json:"name"`
	Correct int    `json:"correct"`
	Asked   int    `json:"asked"`   // questions that were asked: with EvaluateConfig.UnknownCount all of them
	Unknown int    `json:"unknown"` // questions with a word that the table lacks
}

// Accuracy returns the share of the asked questions that were answered correctly, and 0 of none.
func (s SectionResult) Accuracy() float64 { return float64(s.Correct) / float64(max(1, s.Asked)) }

// AnalogiesResult is the result of each section, and of all of them last.
type AnalogiesResult []SectionResult

// EvaluateAnalogies answers each question by the words that are to C what B is to A: the first of the nearest five that
// is none of the question's is the answer.
func (t *Table) EvaluateAnalogies(sections []Section, cfg EvaluateConfig) AnalogiesResult {
	t.prepare.Do(t.measure)
	fold := t.folded(cfg)
	results := make(AnalogiesResult, 0, len(sections)+1)
	total := SectionResult{Name: "total"}
	for _, section := range sections {
		r := SectionResult{Name: section.Name}
		for _, q := range section.Questions {
			correct, known := t.ask(q, fold, cfg)
			if !known {
				r.Unknown++
			}
			if known || cfg.UnknownCount {
				r.Asked++
			}
			if correct {
				r.Correct++
			}
		}
		total.Correct, total.Asked, total.Unknown = total.Correct+r.Correct, total.Asked+r.Asked, total.Unknown+r.Unknown
		results = append(results, r)
	}
	return append(results, total)
}

// ask reports whether the answer to a question is the right one, and whether its words are known.
func (t *Table) ask(q Question, fold folding, cfg EvaluateConfig) (correct, known bool) {
	var ids [4]int
	for i, w := range []string{q.A, q.B, q.C, q.D} {
		var ok bool
		if ids[i], ok = fold.id(w); !ok {
			return false, false
		}
	}
	near, err := t.Search(Query{N: 5, Unlike: []string{t.Word(ids[0])}, Like: []string{t.Word(ids[1]), t.Word(ids[2])},
		Top: cfg.Top, Multiply: cfg.Multiply})
	if err != nil { // the words cancel out
		return false, true
	}
	answer := ""
	for _, n := range near {
		answer = fold.of(n.Word)
		if _, ok := fold.id(n.Word); ok && answer != fold.of(q.A) && answer != fold.of(q.B) && answer != fold.of(q.C) {
			break
		}
	}
	return answer == fold.of(q.D), true
}

// folding finds rows by words as an evaluation writes them.
type folding struct {
	of  func(string) string
	ids map[string]int
}

func (f folding) id(word string) (int, bool) {
	id, ok := f.ids[f.of(word)]
	return id, ok
}

// folded returns how an evaluation finds rows.
func (t *Table) folded(cfg EvaluateConfig) folding {
	n := t.Len()
	if cfg.Top > 0 {
		n = min(n, cfg.Top)
	}
	f := folding{strings.ToUpper, make(map[string]int, n)}
	if cfg.MatchCase {
		f.of = func(s string) string { return s }
	}
	for id := n - 1; id >= 0; id-- {
		f.ids[f.of(t.Word(id))] = id
	}
	return f
}

// String returns a line for each section, with its accuracy.
func (r AnalogiesResult) String() string {
	var b strings.Builder
	for _, s := range r {
		fmt.Fprintf(&b, "%.4f  %d of %d, %d with unknown words  %s\n", s.Accuracy(), s.Correct, s.Asked, s.Unknown, s.Name)
	}
	return b.String()
}
