package main

import (
	"strings"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/vectors"
)

// nn prints the nearest words of each word, or of all together.
func nn(s *session, args []string) error {
	return s.answer(args, func(words []string) error {
		queries := make([][]string, len(words))
		for i := range words {
			queries[i] = words[i : i+1]
		}
		if s.options.Together {
			queries = [][]string{words}
		}
		var near vectors.Neighbourhood
		for _, q := range queries {
			ranking, err := s.table.Search(vectors.Query{N: s.options.K, Like: q, Top: s.options.Top, Without: strings.Split(s.options.Without, ",")})
			if err != nil {
				return err
			}
			near = append(near, vectors.Neighbours{Word: strings.Join(q, " "), Near: ranking})
		}
		if !s.options.JSON {
			return s.print(nil, "%v", near)
		}
		for _, n := range near {
			if err := s.print(n, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

// analogy prints the words that are to c what b is to a.
func analogy(s *session, args []string) error {
	return s.answer(args, func(words []string) error {
		if err := want(3, words, "a, b and c of: a is to b as c is to what"); err != nil {
			return err
		}
		ranking, err := s.table.Search(vectors.Query{N: s.options.K, Unlike: words[:1], Like: words[1:], Multiply: s.options.Multiply, Top: s.options.Top})
		if err != nil {
			return err
		}
		return s.print(object{"a": words[0], "b": words[1], "c": words[2], "near": ranking}, "%v", ranking)
	})
}

// similarity prints the cosine of two words.
func similarity(s *session, args []string) error {
	return s.answer(args, func(words []string) error {
		if err := want(2, words, "two words"); err != nil {
			return err
		}
		cosine, err := s.table.Similarity(words[0], words[1])
		if err != nil {
			return err
		}
		return s.print(object{"a": words[0], "b": words[1], "similarity": cosine}, "%.6f\n", cosine)
	})
}

// outlier prints the word that goes least with the others.
func outlier(s *session, args []string) error {
	return s.answer(args, func(words []string) error {
		if len(words) < 2 {
			return cli.Misuse("want at least 2 words, got %d", len(words))
		}
		central, err := s.table.Central(words...)
		if err != nil {
			return err
		}
		last := central[len(central)-1].Word
		return s.print(object{"outlier": last, "central": central}, "%s\n", last)
	})
}
