package data

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// wordPattern is the regular expression of a word of Words in a text in lower case, as Oniguruma and JavaScript read it:
// letters, marks and digits, with the signs that join two letters or two digits; or katakana; or a flag; or else one
// visible character with its marks, such as those of the other scripts without blanks between words, or several joined
// ones.
const wordPattern = inWordPattern + `+(?:(?:(?<=[\p{L}\p{M}])['.:\u00b7\u2018\u2019\u2024\u2027\uff07\uff0e\uff1a](?=\p{L})` +
	`|(?<=\p{N})[.,;'\u2018\u2019\u2024\u2044\u060c\u066c\uff07\uff0c\uff0e\uff1b](?=\p{N}))` + inWordPattern + `+)*` +
	`|(?:[` + katakana + `]\p{M}*)+|` + "[\U0001f1e6-\U0001f1ff]{2}" +
	`|(?:[` + alone + `]|[^\s\p{L}\p{M}\p{N}_\p{C}])` + marks + `(?:(?<=\u200d)[\u2190-\u2bff` + "\U0001f000-\U0001faff" + `]` + marks + `)*`

const (
	inWordPattern = `(?:(?![` + katakana + alone + `])[\p{L}\p{M}\p{N}_])`
	katakana      = `\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d`

	// what stands on a character: the tones of skin too, and what joins an emoji to the next
	marks = `[\p{M}\u200d\ufe0f` + "\U0001f3fb-\U0001f3ff" + `]*`

	// Thai, Lao, Burmese, Khmer, ideographs and hiragana
	alone = `\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1000-\u102a\u1780-\u17b3` +
		`\u3006\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9` + "\U00020000-\U000323af"
)

// setting is a key of a tokenizer.json and its value.
type setting struct {
	key   string
	value any
}

// tokenizerSettings are the keys of a tokenizer.json, in order, but for model.
func tokenizerSettings() []setting {
	type object = map[string]any
	var added []any
	for id, word := range specials {
		added = append(added, object{"id": float64(id), "content": word, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true})
	}
	return []setting{
		{"version", "1.0"},
		{"truncation", nil},
		{"padding", nil},
		{"added_tokens", added},
		{"normalizer", object{"type": "Lowercase"}},
		{"pre_tokenizer", object{"type": "Split", "pattern": object{"Regex": wordPattern}, "behavior": "Removed", "invert": true}},
		{"post_processor", nil},
		{"decoder", nil},
	}
}

// modelSettings are the keys of model in a tokenizer.json, in order, but for vocab.
func modelSettings() []setting {
	return []setting{{"type", "WordLevel"}, {"unk_token", specials[UnkID]}}
}

// WriteTokenizer writes the words as a tokenizer.json of Hugging Face's tokenizers: WordLevel over words that a regular
// expression finds in the text in lower case. These are those of Words but for rarities: the Greek sigma at the end of a
// word, which other tools put in lower case in another way, a quotation mark in a Hebrew word, scripts of antiquity,
// and "<pad>" and "<unk>" in a text, which are one word there. It fails if a word is empty or no UTF-8, which none of Words is.
func (v *Vocab) WriteTokenizer(w io.Writer) error {
	b := bufio.NewWriterSize(w, 64<<10)
	b.WriteString("{\n")
	for _, s := range tokenizerSettings() {
		fmt.Fprintf(b, "  %q: %s,\n", s.key, marshal(s.value))
	}
	b.WriteString("  \"model\": {\n")
	for _, s := range modelSettings() {
		fmt.Fprintf(b, "    %q: %s,\n", s.key, marshal(s.value))
	}
	b.WriteString("    \"vocab\": {")
	var line []byte
	for id := range v.Len() {
		word := v.Word(id)
		if word == "" || !utf8.ValidString(word) {
			return errors.Errorf("data: the word %q of id %d cannot be saved: want one that is not empty and UTF-8", word, id)
		}
		if line = append(line[:0], ",\n"...); id == 0 {
			line = line[1:]
		}
		line = append(appendQuoted(line, word), ": "...)
		b.Write(strconv.AppendInt(line, int64(id), 10))
	}
	b.WriteString("\n    }\n  }\n}\n")
	return b.Flush()
}

// marshal returns the JSON of a setting.
func marshal(value any) []byte {
	text, _ := json.Marshal(value) // of strings, numbers, truth values, lists and objects
	return text
}

// appendQuoted appends word as a JSON string.
func appendQuoted(to []byte, word string) []byte {
	to = append(to, '"')
	for i := range len(word) {
		switch c := word[i]; {
		case c == '"' || c == '\\':
			to = append(to, '\\', c)
		case c < ' ':
			to = fmt.Appendf(to, `\u%04x`, c)
		default:
			to = append(to, c)
		}
	}
	return append(to, '"')
}

// ReadTokenizer reads what WriteTokenizer wrote, in any order of its keys; name stands for r in errors. Any other setting
// is an error that names it. The words have no counts.
func ReadTokenizer(r io.Reader, name string) (*Vocab, error) {
	in := &jsonReader{r: r}
	var words wordList
	err := in.object(func(key string) error {
		if key != "model" {
			return in.setting(key, tokenizerSettings())
		}
		return in.object(func(key string) error {
			if key != "vocab" {
				return in.setting(key, modelSettings())
			}
			return words.read(in)
		}, keys(modelSettings(), "vocab"))
	}, keys(tokenizerSettings(), "model"))
	if err == nil {
		err = in.end()
	}
	if err != nil {
		return nil, errors.Wrap(in.at(err), name)
	}
	v, err := words.vocab()
	return v, errors.Wrap(err, name)
}

// keys returns the keys of settings, and one more.
func keys(settings []setting, more string) []string {
	list := []string{more}
	for _, s := range settings {
		list = append(list, s.key)
	}
	return list
}

// setting reads the value of a key, which must be as in settings.
func (in *jsonReader) setting(key string, settings []setting) error {
	raw, err := in.raw()
	if err != nil {
		return err
	}
	var got any
	if err := json.Unmarshal(raw, &got); err != nil {
		return errors.Wrapf(err, "key %q", key)
	}
	for _, s := range settings {
		if s.key == key && !reflect.DeepEqual(got, s.value) {
			return errors.Errorf("%q is %.200s: want %s, as WriteTokenizer writes it", key, raw, marshal(s.value))
		}
	}
	return nil
}

// wordList is the words of a tokenizer.json in the order of the file.
type wordList struct {
	words *table
	ids   []int // nil while the ids are the places
}

// read reads the object vocab.
func (w *wordList) read(in *jsonReader) error {
	w.words = newTable()
	return in.members(func(word []byte) error {
		n := w.words.len()
		if len(word) == 0 {
			return errors.New("a word is empty")
		}
		w.words.push(string(word))
		id, err := in.integer()
		if id != n && w.ids == nil {
			w.ids = make([]int, n)
			for i := range w.ids {
				w.ids[i] = i
			}
		}
		if w.ids != nil {
			w.ids = append(w.ids, id)
		}
		return err
	})
}

// vocab returns the words in the order of their ids, if these are 0 to n-1, and the words distinct.
func (w *wordList) vocab() (*Vocab, error) {
	v := &Vocab{words: w.words}
	if w.ids != nil {
		places, err := inverse(w.ids)
		if err != nil {
			return nil, err
		}
		v.words = newTable()
		for _, place := range places {
			v.words.push(w.words.word(place))
		}
	}
	for id, word := range specials {
		if v.Len() <= id || v.Word(id) != word {
			return nil, errors.Errorf("the word of id %d is not %q", id, word)
		}
	}
	if first, second := v.words.index(); first >= 0 {
		return nil, errors.Errorf("the word %q has two ids, %d and %d", v.Word(first), first, second)
	}
	return v, nil
}

// inverse returns the place of each id.
func inverse(ids []int) ([]int, error) {
	places := make([]int, len(ids)) // one more than the place
	for place, id := range ids {
		if id >= len(ids) {
			return nil, errors.Errorf("the id %d in a vocabulary of %d words: want those from 0 to %d", id, len(ids), len(ids)-1)
		}
		if places[id] > 0 {
			return nil, errors.Errorf("two words have the id %d", id)
		}
		places[id] = place + 1
	}
	for id := range places {
		places[id]--
	}
	return places, nil
}
