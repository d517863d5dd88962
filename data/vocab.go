package data

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

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

// Vocab numbers words. Its order is that of falling counts, equal counts in byte order. It never changes, and any number
// of goroutines may use it.
type Vocab struct {
	words     *table
	counts    []int     // by id
	splitters sync.Pool // of *splitter
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
	v := newVocab(len(list))
	for _, e := range list {
		v.words.push(e.word)
		v.counts = append(v.counts, e.count)
	}
	v.words.index() // the keys of a map are no two equal ones
	return v
}

// newVocab returns a Vocab of <pad> and <unk> with room for n words.
func newVocab(n int) *Vocab {
	v := &Vocab{words: newTable(), counts: make([]int, len(specials), len(specials)+n)}
	for _, w := range specials {
		v.words.push(w)
	}
	return v
}

// Extend returns a vocabulary of the words of v and, after them, of those of more, in their order and with a count of 0.
// Words that no text can have, because Words does not find them as they are, are left out.
func (v *Vocab) Extend(more []string) *Vocab {
	long := newVocab(v.Len() + len(more))
	for id := len(specials); id < v.Len(); id++ {
		long.words.push(v.Word(id))
		long.counts = append(long.counts, v.Count(id))
	}
	long.words.index() // no two words of v are equal
	for _, word := range more {
		if found := Words(word); len(found) == 1 && found[0] == word && !slices.Contains(specials[:], word) {
			long.words.add([]byte(word))
		}
	}
	return long
}

// Len returns the number of ids, those of <pad> and <unk> included.
func (v *Vocab) Len() int { return v.words.len() }

// Word returns the word with the given id, "<unk>" for an id outside the vocabulary.
func (v *Vocab) Word(id int) string {
	if id < 0 || id >= v.Len() {
		return specials[UnkID]
	}
	return v.words.word(id)
}

// Count returns how often the word with the given id was seen, 0 for <pad>, <unk> and an id outside, and for all words
// of a vocabulary that ReadTokenizer read.
func (v *Vocab) Count(id int) int {
	if id < 0 || id >= len(v.counts) {
		return 0
	}
	return v.counts[id]
}

// ID returns the id of a word, UnkID if the vocabulary lacks it.
func (v *Vocab) ID(word string) int { return v.IDOf([]byte(word)) }

// IDOf is ID of a word that is no string. It takes no memory.
func (v *Vocab) IDOf(word []byte) int {
	if id := v.words.find(word); id >= 0 {
		return id
	}
	return UnkID
}

// IDs returns the ids of text's words, the first maxLen of them if maxLen is not 0.
func (v *Vocab) IDs(text string, maxLen int) []int32 { return v.AppendIDs(nil, []byte(text), maxLen) }

// AppendIDs appends to ids what IDs returns for text. It takes no memory but for ids to grow.
func (v *Vocab) AppendIDs(ids []int32, text []byte, maxLen int) []int32 {
	s, _ := v.splitters.Get().(*splitter)
	if s == nil {
		s = new(splitter)
	}
	defer v.splitters.Put(s)
	s.reset(text)
	for n := 0; maxLen <= 0 || n < maxLen; n++ {
		word := s.next()
		if word == nil {
			break
		}
		ids = append(ids, int32(v.IDOf(word)))
	}
	return ids
}

// String returns a line such as "vocabulary of 3120 words, the commonest: the , . and a".
func (v *Vocab) String() string {
	var first []string
	for id := len(specials); id < min(len(specials)+5, v.Len()); id++ {
		first = append(first, v.Word(id))
	}
	return fmt.Sprintf("vocabulary of %d words, the commonest: %s", v.Len(), strings.Join(first, " "))
}

// Save writes a line "word TAB count" for each id in order, which ReadVocab reads. It fails if a word is
// empty or holds a line end, which none of Words does.
func (v *Vocab) Save(w io.Writer) error {
	b := bufio.NewWriter(w)
	for id := range v.Len() {
		word := v.Word(id)
		if word == "" || strings.Contains(word, "\n") {
			return errors.Errorf("data: the word %q of id %d cannot be saved: want one that is not empty and without line ends", word, id)
		}
		fmt.Fprintf(b, "%s\t%d\n", word, v.Count(id))
	}
	return b.Flush()
}

// ReadVocab reads what Save wrote; name stands for r in errors, which are *ParseErrors if they are of
// the content.
func ReadVocab(r io.Reader, name string) (*Vocab, error) {
	v := newVocab(0)
	lines := newLineReader(r, name)
	n := 0
	for {
		line, err := lines.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = v.parse(n, line)
		}
		if err != nil {
			return nil, lines.at(err)
		}
		n++
	}
	if n < len(specials) {
		return nil, &ParseError{name, n + 1, errors.Errorf("not a vocabulary: want the lines %q first", specials)}
	}
	if first, second := v.words.index(); first >= 0 {
		return nil, &ParseError{name, second + 1, errors.Errorf("the word %q stands on line %d already", v.Word(first), first+1)}
	}
	return v, nil
}

// parse takes in line n, counted from 0.
func (v *Vocab) parse(n int, line []byte) error {
	word := line[:max(0, bytes.LastIndexByte(line, '\t'))] // a word may hold tabs: with an accent, white space is visible
	count, err := strconv.Atoi(string(bytes.TrimPrefix(line[len(word):], []byte("\t"))))
	switch {
	case n < len(specials) && string(word) != specials[n]:
		return errors.Errorf("not a vocabulary: want %q, got %q", specials[n], word)
	case err != nil || count < 0 || len(word) == 0:
		return errors.Errorf("want a word, a tab and a count, got %q", line)
	case n < len(specials):
		return nil
	}
	v.words.push(string(word))
	v.counts = append(v.counts, count)
	return nil
}
