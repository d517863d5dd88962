package data

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// Words splits text into lower-case words and punctuation marks, in order, by the word boundaries of
// Unicode's UAX #29: "wasn't" and "3.5" stay whole. White space separates and is dropped.
func Words(text string) []string {
	var list []string
	var s splitter
	s.reset([]byte(text))
	for word := s.next(); word != nil; word = s.next() {
		list = append(list, string(word))
	}
	return list
}

// splitter splits one text after the other into words. Its zero value is ready; its memory is used again.
type splitter struct {
	text []byte // in lower case
	pos  int    // place in text at which the next word begins
	tail []byte // what of the text is not ASCII, and all that follows it, as it was given
}

// reset makes text the next one to split. It does not keep text.
func (s *splitter) reset(text []byte) {
	s.text, s.pos = append(s.text[:0], text...), 0
	if n := lowerASCII(s.text); n < len(s.text) {
		s.tail = append(s.tail[:0], s.text[n:]...)
		s.text = appendLower(s.text[:n], s.tail)
	}
}

// next returns the next word, nil after the last one. The memory is that of s.
func (s *splitter) next() []byte {
	for s.pos < len(s.text) {
		start := s.pos
		if s.text[start] == ' ' && start+1 < len(s.text) && kinds[s.text[start+1]]&inWord != 0 {
			start++ // the blank between two words, which is most of them
		}
		s.pos = wordEnd(s.text, start)
		if word := s.text[start:s.pos]; isVisible(word) {
			return word
		}
	}
	return nil
}

// lowerASCII puts text in lower case, up to the first byte that is not ASCII, and returns the place of that one.
func lowerASCII(text []byte) (n int) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; n+8 <= len(text); n += 8 {
		b := text[n : n+8]
		x := binary.LittleEndian.Uint64(b)
		if x&high != 0 {
			break
		}
		capital := (x + (128-'A')*ones) &^ (x + (127-'Z')*ones) & high // the high bits of the bytes from A to Z
		binary.LittleEndian.PutUint64(b, x+capital>>2)
	}
	for ; n < len(text) && text[n] < utf8.RuneSelf; n++ {
		if c := text[n]; 'A' <= c && c <= 'Z' {
			text[n] += 'a' - 'A'
		}
	}
	return n
}

// appendLower appends text in lower case, as strings.ToLower puts it.
func appendLower(to, text []byte) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		to, text = utf8.AppendRune(to, unicode.ToLower(r)), text[size:]
	}
	return to
}

// wordEnd returns where the word or the white space ends that begins at start. What it takes for itself is ASCII up to
// the byte behind the end: the rules never look further there. All else it asks the library, which begins anew at each
// boundary, too.
func wordEnd(text []byte, start int) int {
	end := start + 1
	switch kind := kinds[text[start]]; {
	case kind&inWord != 0:
		end = asciiWordEnd(text, end)
	case kind == space: // a mark of the next bytes would stand on the last of the blanks, and belong to all of them
		for end < len(text) && text[end] == ' ' {
			end++
		}
	}
	if text[start] < utf8.RuneSelf && (end == len(text) || text[end] < utf8.RuneSelf) {
		return end
	}
	token := words.FromBytes(text[start:])
	token.Next()
	return start + token.End()
}

// asciiWordEnd returns the place behind the last byte of a word that goes on at i, or that of a byte that is not ASCII.
func asciiWordEnd(text []byte, i int) int {
	for ; i < len(text); i++ {
		kind := kinds[text[i]]
		if kind&inWord != 0 {
			continue
		}
		if kind == 0 || i+1 == len(text) {
			return i
		}
		if text[i+1] >= utf8.RuneSelf {
			return i + 1
		}
		if kind&betweenLetters == 0 || kinds[text[i-1]]&kinds[text[i+1]]&letter == 0 {
			if kind&betweenDigits == 0 || kinds[text[i-1]]&kinds[text[i+1]]&digit == 0 {
				return i
			}
		}
	}
	return i
}

// The kinds of ASCII characters that UAX #29 tells apart, one bit each.
const (
	letter         = 1 << iota // ALetter
	digit                      // Numeric
	underscore                 // ExtendNumLet
	betweenLetters             // MidLetter, MidNumLet and Single_Quote
	betweenDigits              // MidNum, MidNumLet and Single_Quote
	space                      // WSegSpace
	inWord         = letter | digit | underscore
)

var kinds = func() (kinds [256]uint8) {
	for c := range 26 {
		kinds['a'+c], kinds['A'+c] = letter, letter
	}
	for c := range 10 {
		kinds['0'+c] = digit
	}
	kinds['_'], kinds[' '] = underscore, space
	for _, c := range ".':" {
		kinds[c] |= betweenLetters
	}
	for _, c := range ".',;" {
		kinds[c] |= betweenDigits
	}
	return kinds
}()

// isVisible returns whether a word holds a character that is to be seen.
func isVisible(word []byte) bool {
	if c := word[0]; len(word) == 1 || ' ' < c && c < 0x7f {
		return ' ' < c && c < 0x7f
	}
	return bytes.ContainsFunc(word, func(r rune) bool { return !unicode.IsSpace(r) && unicode.IsGraphic(r) })
}
