package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/internal/replace"
)

// draw writes a map of words.
func draw(s *session, words []string) error {
	if len(words) == 0 {
		words = s.first(s.options.N)
	}
	m, err := s.table.Map(words...)
	if err != nil {
		return err
	}
	if s.options.Out == "" {
		return s.print(m, "%s", m.SVG())
	}
	return replace.File(s.options.Out, func(w io.Writer) error {
		_, err := io.WriteString(w, m.SVG())
		return err
	})
}

// first returns the first words of the table that have a direction.
func (s *session) first(n int) (words []string) {
	for id := 0; id < s.table.Len() && len(words) < n; id++ {
		word := s.table.Word(id)
		if _, known := s.table.Mean(word); known == 1 {
			words = append(words, word)
		}
	}
	return words
}

// about is what info tells of a file.
type about struct {
	File        string    `json:"file"`
	Format      string    `json:"format"`
	Type        string    `json:"type"`
	Compression string    `json:"compression,omitempty"`
	Rows        int       `json:"rows"`
	Kept        int       `json:"kept"`
	Dim         int       `json:"dim"`
	MiB         float64   `json:"mib"`
	First       []string  `json:"first"`
	Warnings    []string  `json:"warnings,omitempty"`
	Coverage    *coverage `json:"coverage,omitempty"`
}

// coverage is how much of a text a table knows: running words, and different ones.
type coverage struct {
	Words         int      `json:"words"`
	Known         int      `json:"known"`
	Distinct      int      `json:"distinct"`
	KnownDistinct int      `json:"known_distinct"`
	Missing       []string `json:"missing"` // the most frequent ones that it lacks
}

// info prints what the file is.
func info(s *session, args []string) error {
	if len(args) > 0 {
		return cli.Misuse("info: unexpected argument %q", args[0])
	}
	a := about{File: s.file, Format: s.report.Format, Type: s.report.Type, Compression: s.report.Compression, Rows: s.report.Rows,
		Kept: s.table.Len(), Dim: s.table.Dim(), MiB: float64(4*s.table.Len()*s.table.Dim()) / (1 << 20)}
	a.First = s.first(5)
	for _, w := range s.report.Warnings {
		a.Warnings = append(a.Warnings, w.String())
	}
	if s.options.Texts != "" {
		list, err := lines(s.options.Texts)
		if err != nil {
			return err
		}
		a.Coverage = s.cover(list)
	}
	return s.print(a, "%v", a)
}

// cover counts the words of texts.
func (s *session) cover(texts []string) *coverage {
	counts := make(map[string]int)
	for _, text := range texts {
		for _, w := range s.words(text) {
			counts[w]++
		}
	}
	c := &coverage{Distinct: len(counts)}
	for w, n := range counts {
		c.Words += n
		if _, ok := s.table.ID(w); ok {
			c.Known += n
			c.KnownDistinct++
		} else {
			c.Missing = append(c.Missing, w)
		}
	}
	slices.SortFunc(c.Missing, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	c.Missing = c.Missing[:min(10, len(c.Missing))]
	return c
}

// String returns a line for each thing.
func (a about) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "file        %s\nformat      %s", a.File, a.Format)
	if a.Compression != "" {
		fmt.Fprintf(&b, ", %s", a.Compression)
	}
	fmt.Fprintf(&b, "\nnumbers     %s\nrows        %d read, %d kept\ndimension   %d\nmemory      %.1f MiB\nfirst       %s\n",
		a.Type, a.Rows, a.Kept, a.Dim, a.MiB, strings.Join(a.First, " "))
	if c := a.Coverage; c != nil {
		fmt.Fprintf(&b, "coverage    %.1f %% of %d words, %.1f %% of %d different ones\n", percent(c.Known, c.Words), c.Words, percent(c.KnownDistinct, c.Distinct), c.Distinct)
		fmt.Fprintf(&b, "missing     %s\n", strings.Join(c.Missing, " "))
	}
	return b.String()
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }

// convert writes the table to another file.
func convert(s *session, args []string) error {
	if len(args) != 1 {
		return cli.Misuse("convert: want one file to write after FILE, got %d", len(args))
	}
	if err := s.table.WriteFile(args[0], s.options.To); err != nil {
		return err
	}
	return s.print(object{"file": args[0], "rows": s.table.Len(), "dim": s.table.Dim()}, "%s: %d rows of %d\n", args[0], s.table.Len(), s.table.Dim())
}
