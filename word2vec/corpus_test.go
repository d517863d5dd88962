package word2vec

import (
	"errors"
	"fmt"
	"io"

	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func text(s string) Corpus {
	return Lines(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }, nil)
}

func sentences(t *testing.T, c Corpus) (all [][]string) {
	t.Helper()
	for s, err := range c {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, slices.Clone(s))
	}
	return all
}

func TestLines(t *testing.T) {
	for in, want := range map[string][][]string{
		"":                           nil,
		"a b\r\n\n\tc  d \ne":        {{"a", "b"}, nil, {"c", "d"}, {"e"}},
		"über\u00a0all \xff\x00 x\n": {{"über\u00a0all", "\xff\x00", "x"}},
	} {
		if got := sentences(t, text(in)); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestLinesSplitByAFunction(t *testing.T) {
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("A,b\n\nC")), nil }
	got := sentences(t, Lines(open, func(line string) []string { return strings.Split(strings.ToLower(line), ",") }))
	if want := [][]string{{"a", "b"}, {""}, {"c"}}; fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A line of any length is read in pieces, and no word is cut.
func TestLongLine(t *testing.T) {
	long := strings.Repeat("ab cde\tf ", 100_000)
	want := strings.Fields(long)
	var got []string
	pieces := sentences(t, text(long))
	for _, s := range pieces {
		got = append(got, s...)
	}
	if !slices.Equal(got, want) || len(pieces) < 2 {
		t.Errorf("%d words in %d pieces, want %d", len(got), len(pieces), len(want))
	}
	word := strings.Repeat("x", 1<<20)
	if got := sentences(t, text("a "+word+" b")); len(slices.Concat(got...)) != 3 {
		t.Errorf("a long word made %d words", len(slices.Concat(got...)))
	}
}

func TestCorpusErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]Corpus{
		"no file": File("nowhere/at all"),
		"open":    Lines(func() (io.ReadCloser, error) { return nil, broken }, nil),
		"read":    Lines(func() (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(broken)), nil }, nil),
	} {
		if _, err := Train(t.Context(), c, Defaults()); err == nil || !strings.HasPrefix(err.Error(), "word2vec: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSequencesAndIDs(t *testing.T) {
	s := sentences(t, Sequences(slices.Values([][]string{{"new york", ""}, nil, {"x"}})))
	if want := [][]string{{"new york", ""}, nil, {"x"}}; fmt.Sprintf("%q", s) != fmt.Sprintf("%q", want) {
		t.Errorf("got %q", s)
	}
	s = sentences(t, IDs(slices.Values([][]int{{7, -1}, {1 << 40, 7}})))
	if want := [][]string{{"7", "-1"}, {"1099511627776", "7"}}; fmt.Sprintf("%q", s) != fmt.Sprintf("%q", want) {
		t.Errorf("got %q", s)
	}
}

// Blocks have all words once and in order, hold whole sentences, and cut only those that are longer than a block.
func TestBlocks(t *testing.T) {
	var in [][]string
	for i, n := range []int{3, blockWords - 1, 0, 2, 3*blockWords + 5, 1, blockWords, 7} {
		in = append(in, strings.Fields(strings.Repeat(string(rune('a'+i))+" ", n)))
	}
	source := newBlocks(Sequences(slices.Values(in)))
	defer source.stop()
	var sizes []int
	var all []string
	for {
		var b block
		more, err := source.read(&b)
		if err != nil {
			t.Fatal(err)
		} else if !more {
			break
		}
		start := 0
		for _, end := range b.ends {
			if s := b.words[start:end]; len(slices.Compact(slices.Clone(s))) > 1 {
				t.Errorf("a sentence of words of several: %v", slices.Compact(slices.Clone(s)))
			}
			start = end
		}
		sizes, all = append(sizes, len(b.words)), append(all, b.words...)
	}
	if !slices.Equal(all, slices.Concat(in...)) {
		t.Errorf("%d words, want %d", len(all), len(slices.Concat(in...)))
	}
	if want := []int{3, blockWords - 1, 2, blockWords, blockWords, blockWords, 6, blockWords, 7}; !slices.Equal(sizes, want) {
		t.Errorf("sizes %v, want %v", sizes, want)
	}
}
