package data_test

import (
	"bytes"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/clipperhouse/uax29/v2/words"

	"gorgonia-embedding/data"
)

func TestWords(t *testing.T) {
	for in, want := range map[string][]string{
		"It wasn't 3.5 stars!":     {"it", "wasn't", "3.5", "stars", "!"},
		"  tabs\tand\nlines  ":     {"tabs", "and", "lines"},
		"naïve CAFÉ — Ünïcode":     {"naïve", "café", "—", "ünïcode"},
		"well-made, really...":     {"well", "-", "made", ",", "really", ".", ".", "."},
		"":                         nil,
		"\u200b\u00a0 \u0007":      nil,
		"很好看":                      {"很", "好", "看"},
		"<pad> <unk>":              {"<", "pad", ">", "<", "unk", ">"},
		"rock 'n' roll, don't 👍":   {"rock", "'", "n", "'", "roll", ",", "don't", "👍"},
		"A.B.C x_1.5_ a1.2b 1,2;3": {"a.b.c", "x_1.5_", "a1.2b", "1,2;3"},
	} {
		if got := data.Words(in); !slices.Equal(got, want) {
			t.Errorf("Words(%q) = %q, want %q", in, got, want)
		}
	}
}

// libraryWords is what Words must return: the whole text in lower case, and each of its words as the library finds it.
func libraryWords(text string) (list []string) {
	visible := func(r rune) bool { return !unicode.IsSpace(r) && unicode.IsGraphic(r) }
	for tokens := words.FromString(strings.ToLower(text)); tokens.Next(); {
		if word := tokens.Value(); strings.ContainsFunc(word, visible) {
			list = append(list, word)
		}
	}
	return list
}

func checkWords(t *testing.T, text string) {
	t.Helper()
	if got, want := data.Words(text), libraryWords(text); !slices.Equal(got, want) {
		t.Fatalf("Words(%q)\n got %q\nwant %q", text, got, want)
	}
}

// All texts of up to four characters, of one of each kind, and of what changes what stands beside it, are split as by
// the library.
func TestWordsOfAllKinds(t *testing.T) {
	alphabet := []string{"a", "Q", "7", "_", " ", "\t", "\r", "\n", "-", "'", "\"", ".", ":", ",", "é", "\u0301", "\u200d", "\u212a", "א", "\xff", "\x7f"}
	var walk func(prefix string, left int)
	walk = func(prefix string, left int) {
		checkWords(t, prefix)
		if left == 0 {
			return
		}
		for _, c := range alphabet {
			walk(prefix+c, left-1)
		}
	}
	walk("", 4)
	for _, c := range ";()\x00\x1f" {
		for _, in := range []string{"a%b", "1%2", "a%1", "%%", " %", "%é", "é%", "1%\u0301", "_%_", "%\u0301"} {
			checkWords(t, strings.ReplaceAll(in, "%", string(c)))
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, seed := range []string{"It's 3.5 İSTANBUL Σίσυφος", "a.\u0301b 1,\u200d2", "👩\u200d💻🇩🇪🇫🇷🇩", "  \u0301カタカナ語", "\xf0\x9f 'x' A\xc3"} {
		f.Add(seed)
	}
	f.Fuzz(checkWords)
}

// The words of all public data are those of the library. EMBEDDING_DATA names the folder.
func TestWordsOfPublicData(t *testing.T) {
	for line := range publicLines(t) {
		checkWords(t, string(line))
	}
}

// publicLines yields the lines of all files of the folder EMBEDDING_DATA, or else of ../shared/data.
func publicLines(tb testing.TB) iter.Seq[[]byte] {
	dir := os.Getenv("EMBEDDING_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.tsv"))
	if len(files) == 0 {
		tb.Skipf("no .tsv file in %s: EMBEDDING_DATA names a folder of them", dir)
	}
	return func(yield func([]byte) bool) {
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				tb.Fatal(err)
			}
			for line := range bytes.Lines(content) {
				if !yield(line) {
					return
				}
			}
		}
	}
}
