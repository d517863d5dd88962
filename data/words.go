package data

import (
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/words"
)

// Words splits text into lower-case words and punctuation marks, in order, by the word boundaries of
// Unicode's UAX #29: "wasn't" and "3.5" stay whole. White space separates and is dropped.
func Words(text string) []string { return slices.Collect(eachWord(text)) }

// eachWord yields the words of text.
func eachWord(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for tokens := words.FromString(strings.ToLower(text)); tokens.Next(); {
			if word := tokens.Value(); strings.IndexFunc(word, isVisible) >= 0 && !yield(word) {
				return
			}
		}
	}
}

func isVisible(r rune) bool { return !unicode.IsSpace(r) && unicode.IsGraphic(r) }
