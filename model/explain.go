package model

import (
	"context"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/texttab"
)

// The most parts of an explanation, and about the most words that are read for one.
const (
	maxParts = 256
	maxRead  = 1 << 20
)

// Explanation is what a classifier says of a text, with each word's part in it. It prints as a table, and in a notebook
// as the text with its words coloured.
type Explanation struct {
	Prediction
	Words []Part // in the order of the text
	Rest  int    // number of words after the first MaxLen of the Config, which do not count
}

// Part is the part of a word, of one place of the text, in the decision.
type Part struct {
	Word    string  `json:"word"`              // in lower case, as data.Words has it
	Part    float64 `json:"part"`              // above 0 if the word speaks for the class, below if against it
	Unknown bool    `json:"unknown,omitempty"` // whether the vocabulary lacks the word
}

// Explain tells the class c of a text as Predict does, and by how much each word speaks for it. The part of word i is how
// much the logarithm of the class's probability falls when the word is left out there:
//
//	part(i) = ln p(c | text) − ln p(c | text without word i)
//
// This holds for any architecture; the parts need not add up to anything. At most 256 parts are worked out, fewer for
// texts of more than 4096 words so that about a million words are read in all. A text of more words is cut into as many
// stretches of neighbours; each is left out as a whole, and is one Part, whose Word is its words with spaces between them
// and which is Unknown if all of them are.
func (c *Classifier) Explain(text string) (Explanation, error) {
	words, e := data.Words(text), Explanation{}
	if n := c.cfg.MaxLen; n > 0 && len(words) > n {
		words, e.Rest = words[:n], len(words)-n
	}
	ids := make([]int32, len(words))
	for i, word := range words {
		ids[i] = int32(c.vocab.ID(word))
	}
	texts := [][]int32{ids}
	for from, step := 0, stretch(len(ids)); from < len(ids); from += step {
		to := min(from+step, len(ids))
		texts = append(texts, slices.Concat(ids[:from], ids[to:]))
		known := slices.ContainsFunc(ids[from:to], func(id int32) bool { return id != data.UnkID })
		e.Words = append(e.Words, Part{Word: strings.Join(words[from:to], " "), Unknown: !known})
	}
	class, whole := 0, 0.0
	err := c.each(context.Background(), texts, func(i int, logits []float32) {
		if i == 0 {
			e.Prediction, class = c.prediction(logits), argmax(logits)
			whole = logSoftmax(logits, class)
		} else {
			e.Words[i-1].Part = whole - logSoftmax(logits, class)
		}
	})
	return e, errors.Wrap(err, "model")
}

// stretch returns how many words of a text of n are left out together.
func stretch(n int) int {
	parts := max(1, min(n, maxParts, maxRead/max(n, 1)))
	return max(1, (n+parts-1)/parts)
}

// largest returns the size of the largest part, 1 if all are 0.
func (e Explanation) largest() (size float64) {
	for _, w := range e.Words {
		size = max(size, math.Abs(w.Part))
	}
	if size == 0 {
		return 1
	}
	return size
}

// String returns the class with its probability, and a line for each word: its part, and a bar as long as the part, of +
// for the class or of - against it.
func (e Explanation) String() string {
	const width = 20
	rows := [][]string{{"word", "part", ""}}
	for _, w := range e.Words {
		bar := strings.Repeat(sign(w.Part), int(math.Round(width*math.Abs(w.Part)/e.largest())))
		if w.Unknown {
			bar = strings.TrimSpace(bar + " unknown")
		}
		rows = append(rows, []string{w.Word, fmt.Sprintf("%+.3f", w.Part), bar})
	}
	text := fmt.Sprintf("%s %.3f\n%s", e.Label, e.Score, texttab.Table{Rows: rows, Left: true})
	if e.Rest > 0 {
		text += fmt.Sprintf("and %d words that do not count\n", e.Rest)
	}
	return text
}

func sign(part float64) string {
	if part < 0 {
		return "-"
	}
	return "+"
}

// HTML returns the class and the words, for a notebook: those for the class on blue, those against it on orange, the
// stronger their part the more; a pointer on a word shows its part. What is unknown has a dotted line.
func (e Explanation) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<p><b>%s</b> %.3f</p>\n<p style=\"line-height:1.8\">", html.EscapeString(e.Label), e.Score)
	for _, w := range e.Words {
		colour, line := "47,111,235", ""
		if w.Part < 0 {
			colour = "224,122,20"
		}
		if w.Unknown {
			line = ";border-bottom:1px dotted"
		}
		fmt.Fprintf(&b, "<span title=\"%+.3f\" style=\"background:rgba(%s,%.2f);padding:2px 4px;border-radius:4px%s\">%s</span>\n",
			w.Part, colour, 0.6*math.Abs(w.Part)/e.largest(), line, html.EscapeString(w.Word))
	}
	return b.String() + "</p>\n"
}
