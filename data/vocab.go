package data

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// The ids of the two entries that every Vocab begins with. Neither can be a word of Words.
const (
	PadID = 0 // "<pad>", which fills short texts up
	UnkID = 1 // "<unk>", which stands for every word that the vocabulary lacks
)

var specials = [...]string{PadID: "<pad>", UnkID: "<unk>"}

// VocabConfig says which words a Vocab takes in.
type VocabConfig struct {
	MinCount int // number of times that a word must occur; 0 means 1
	MaxSize  int // number of ids at most, those of <pad> and <unk> included, for the commonest words; 0 means no limit
}

// Vocab numbers words. Its order is that of falling counts, equal counts in byte order.
type Vocab struct {
	words  []string
	counts []int
	ids    map[string]int
}

// NewVocab takes in the words that counts holds, such as those of a Corpus.
func NewVocab(counts map[string]int, cfg VocabConfig) *Vocab {
	type entry struct {
		word  string
		count int
	}
	list := make([]entry, 0, len(counts))
	for word, count := range counts {
		if count >= max(1, cfg.MinCount) && !slices.Contains(specials[:], word) {
			list = append(list, entry{word, count})
		}
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.word, b.word))
	})
	if cfg.MaxSize > 0 {
		list = list[:min(len(list), max(0, cfg.MaxSize-len(specials)))]
	}
	v := newVocab()
	for _, e := range list {
		v.add(e.word, e.count)
	}
	return v
}

func newVocab() *Vocab {
	v := &Vocab{ids: make(map[string]int)}
	for _, w := range specials {
		v.add(w, 0)
	}
	return v
}

func (v *Vocab) add(word string, count int) {
	v.ids[word] = len(v.words)
	v.words = append(v.words, word)
	v.counts = append(v.counts, count)
}

// Len returns the number of ids, those of <pad> and <unk> included.
func (v *Vocab) Len() int { return len(v.words) }

// Word returns the word with the given id, "<unk>" for an id outside the vocabulary.
func (v *Vocab) Word(id int) string {
	if id < 0 || id >= len(v.words) {
		return specials[UnkID]
	}
	return v.words[id]
}

// Count returns how often the word with the given id was seen, 0 for <pad>, <unk> and an id outside.
func (v *Vocab) Count(id int) int {
	if id < 0 || id >= len(v.counts) {
		return 0
	}
	return v.counts[id]
}

// ID returns the id of a word, UnkID if the vocabulary lacks it.
func (v *Vocab) ID(word string) int {
	if id, ok := v.ids[word]; ok {
		return id
	}
	return UnkID
}

// IDs returns the ids of text's words, the first maxLen of them if maxLen is not 0.
func (v *Vocab) IDs(text string, maxLen int) []int32 {
	list := Words(text)
	if maxLen > 0 && len(list) > maxLen {
		list = list[:maxLen]
	}
	ids := make([]int32, len(list))
	for i, w := range list {
		ids[i] = int32(v.ID(w))
	}
	return ids
}

// String returns a line such as "vocabulary of 3120 words, the commonest: the , . and a".
func (v *Vocab) String() string {
	first := v.words[len(specials):min(len(specials)+5, v.Len())]
	return fmt.Sprintf("vocabulary of %d words, the commonest: %s", v.Len(), strings.Join(first, " "))
}

// Save writes a line "word TAB count" for each id in order, which ReadVocab reads. It fails if a word is
// empty or holds a line end, which none of Words does.
func (v *Vocab) Save(w io.Writer) error {
	b := bufio.NewWriter(w)
	for id, word := range v.words {
		if word == "" || strings.Contains(word, "\n") {
			return errors.Errorf("data: the word %q of id %d cannot be saved: want one that is not empty and without line ends", word, id)
		}
		fmt.Fprintf(b, "%s\t%d\n", word, v.counts[id])
	}
	return b.Flush()
}

// ReadVocab reads what Save wrote; name stands for r in errors, which are *ParseErrors if they are of
// the content.
func ReadVocab(r io.Reader, name string) (*Vocab, error) {
	v := newVocab()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		if err := v.parse(n, lines.Text()); err != nil {
			return nil, &ParseError{name, n + 1, err}
		}
		n++
	}
	if err := lines.Err(); err != nil {
		return nil, &ParseError{name, n + 1, err}
	}
	if n < len(specials) {
		return nil, &ParseError{name, n + 1, errors.Errorf("not a vocabulary: want the lines %q first", specials)}
	}
	return v, nil
}

// parse adds line n, counted from 0.
func (v *Vocab) parse(n int, line string) error {
	word := line[:max(0, strings.LastIndexByte(line, '\t'))] // a word may hold tabs: with an accent, white space is visible
	count, err := strconv.Atoi(strings.TrimPrefix(line[len(word):], "\t"))
	switch {
	case n < len(specials) && word != specials[n]:
		return errors.Errorf("not a vocabulary: want %q, got %q", specials[n], word)
	case err != nil || count < 0 || word == "":
		return errors.Errorf("want a word, a tab and a count, got %q", line)
	case n < len(specials):
		return nil
	}
	if id, taken := v.ids[word]; taken {
		return errors.Errorf("the word %q stands on line %d already", word, id+1)
	}
	v.add(word, count)
	return nil
}
