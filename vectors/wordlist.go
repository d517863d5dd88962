package vectors

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// wordList reads the words of a file that has none of its own, of which there must be so many.
func (r *reader) wordList(rows int) (List, error) {
	path := r.cfg.Words
	if path == "" {
		var err error
		if path, err = besides(r.file); err != nil {
			return nil, err
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	words, err := parseWords(raw)
	if err != nil {
		return nil, errors.WithMessage(err, path)
	}
	if filepath.Ext(path) == ".tsv" {
		for i, w := range words {
			words[i], _, _ = strings.Cut(w, "\t")
		}
	}
	if len(words) != rows {
		return nil, r.errorf("%d rows, and %d words in %s", rows, len(words), path)
	}
	return words, nil
}

// besides returns the path of the words that belong to the file at path.
func besides(path string) (string, error) {
	stem := strings.TrimSuffix(plainName(path), filepath.Ext(plainName(path)))
	dir := filepath.Dir(path)
	names := []string{stem + ".vocab.txt", stem + ".words.txt", stem + ".txt",
		filepath.Join(dir, "vocab.tsv"), filepath.Join(dir, "vocab.txt"), filepath.Join(dir, "words.txt"), filepath.Join(dir, "tokenizer.json")}
	for _, name := range names {
		if _, err := os.Stat(name); err == nil && name != path {
			return name, nil
		}
	}
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	return "", errors.Errorf("the file has numbers and no words: name the file of its words, or put it beside it as one of %s", strings.Join(names, ", "))
}

// plainName returns a path without the ending of a compressed file.
func plainName(path string) string {
	for _, e := range []string{".gz", ".zst"} {
		if strings.HasSuffix(strings.ToLower(path), e) {
			return path[:len(path)-len(e)]
		}
	}
	return path
}

// parseWords takes a list of words apart: a word a line, which in a file .tsv is its first field, or, in JSON, a list of words, an object of words with their
// rows, or a tokenizer's file of Hugging Face that has one of these.
func parseWords(raw []byte) (List, error) {
	if start := bytes.TrimLeft(raw, " \t\r\n"); json.Valid(raw) && (bytes.HasPrefix(start, []byte{'{'}) || bytes.HasPrefix(start, []byte{'['})) {
		return jsonWords(raw)
	}
	text := strings.TrimSuffix(strings.TrimPrefix(string(raw), "\uFEFF"), "\n")
	words := List(strings.Split(text, "\n"))
	for i, w := range words {
		words[i] = strings.TrimSuffix(w, "\r")
	}
	return words, nil
}

func jsonWords(raw []byte) (List, error) {
	var list List
	if json.Unmarshal(raw, &list) == nil {
		return list, nil
	}
	var file struct {
		Model struct{ Vocab json.RawMessage }
		Added []struct {
			ID      int
			Content string
		} `json:"added_tokens"`
	}
	if json.Unmarshal(raw, &file) == nil && file.Model.Vocab != nil {
		raw = file.Model.Vocab
	}
	rows := make(map[string]int)
	var scored [][]any
	switch {
	case json.Unmarshal(raw, &rows) == nil:
	case json.Unmarshal(raw, &scored) == nil:
		for i, pair := range scored {
			if len(pair) == 0 {
				return nil, errors.New("an entry of the vocabulary is empty")
			}
			w, _ := pair[0].(string)
			list = append(list, w)
			rows[w] = i
		}
		if len(rows) < len(list) {
			return list, nil
		}
	default:
		return nil, errors.New("want a list of words, or an object of words with their rows")
	}
	for _, token := range file.Added {
		rows[token.Content] = token.ID
	}
	return byRow(rows)
}

// byRow returns words in the order of their rows, which must be those from 0 on.
func byRow(rows map[string]int) (List, error) {
	list, seen := make(List, len(rows)), make([]bool, len(rows))
	for w, row := range rows {
		if row < 0 || row >= len(list) || seen[row] {
			return nil, errors.Errorf("the word %q is of row %d: want each row in [0, %d) once", w, row, len(list))
		}
		list[row], seen[row] = w, true
	}
	return list, nil
}

// writeWords writes a word a line.
func writeWords(w *bufio.Writer, t *Table) error {
	for id := range t.Len() {
		word := t.Word(id)
		if err := checkWord(word, "\n\r\t"); err != nil {
			return err
		}
		if _, err := w.WriteString(word + "\n"); err != nil {
			return err
		}
	}
	return nil
}
