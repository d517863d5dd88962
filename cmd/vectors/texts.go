package main

import (
	"fmt"
	"strconv"
	"strings"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/vectors"
)

// texts calls f with each argument or, if there are none, each line of standard input.
func (s *session) texts(args []string, f func(text string) error) error {
	if len(args) == 0 {
		return s.each(f)
	}
	for _, text := range args {
		if err := f(text); err != nil {
			return err
		}
	}
	return nil
}

// encode prints the mean vector of each text.
func encode(s *session, args []string) error {
	return s.texts(args, func(text string) error {
		words := s.words(text)
		mean, known := s.table.Mean(words...)
		var line []byte
		for j, x := range mean {
			if j > 0 {
				line = append(line, ' ')
			}
			line = strconv.AppendFloat(line, float64(x), 'g', -1, 32)
		}
		return s.print(object{"text": text, "words": len(words), "known": known, "vector": mean}, "%s\n", line)
	})
}

// hit is a text that was found.
type hit struct {
	Line  int     `json:"line"`
	Text  string  `json:"text"`
	Score float64 `json:"score"`
}

// search prints the lines of a file that are nearest to each text.
func search(s *session, args []string) error {
	if s.options.Texts == "" {
		return cli.Misuse("search: want the texts to search: -texts file")
	}
	list, err := lines(s.options.Texts)
	if err != nil {
		return err
	}
	means := make([]float32, 0, len(list)*s.table.Dim())
	for _, text := range list {
		mean, _ := s.table.Mean(s.words(text)...)
		means = append(means, mean...)
	}
	index, err := vectors.New(vectors.List(list), means)
	if err != nil {
		return fmt.Errorf("%s: %w", s.options.Texts, err)
	}
	return s.texts(args, func(text string) error { return s.searchFor(text, index) })
}

func (s *session) searchFor(text string, index *vectors.Table) error {
	mean, known := s.table.Mean(s.words(text)...)
	if known == 0 {
		return fmt.Errorf("the table has no word of %q", text)
	}
	ranking, err := index.Search(vectors.Query{N: s.options.K, Vector: mean})
	if err != nil {
		return err
	}
	hits := make([]hit, len(ranking))
	var b strings.Builder
	for i, n := range ranking {
		hits[i] = hit{n.ID + 1, n.Word, n.Cosine}
		b.WriteString(strconv.FormatFloat(n.Cosine, 'f', 4, 64) + "  " + n.Word + "\n")
	}
	return s.print(object{"text": text, "hits": hits}, "%s", b.String())
}
