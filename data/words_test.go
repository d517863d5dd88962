package data_test

import (
	"slices"
	"testing"

	"gorgonia-embedding/data"
)

func TestWords(t *testing.T) {
	for in, want := range map[string][]string{
		"It wasn't 3.5 stars!":   {"it", "wasn't", "3.5", "stars", "!"},
		"  tabs\tand\nlines  ":   {"tabs", "and", "lines"},
		"naïve CAFÉ — Ünïcode":   {"naïve", "café", "—", "ünïcode"},
		"well-made, really...":   {"well", "-", "made", ",", "really", ".", ".", "."},
		"":                       nil,
		"\u200b\u00a0 \u0007":    nil,
		"很好看":                    {"很", "好", "看"},
		"<pad> <unk>":            {"<", "pad", ">", "<", "unk", ">"},
		"rock 'n' roll, don't 👍": {"rock", "'", "n", "'", "roll", ",", "don't", "👍"},
	} {
		if got := data.Words(in); !slices.Equal(got, want) {
			t.Errorf("Words(%q) = %q, want %q", in, got, want)
		}
	}
}
