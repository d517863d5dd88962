package data

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// jsonReader reads JSON as a stream, for objects that are too large to be decoded at once.
type jsonReader struct {
	r     io.Reader
	buf   []byte // what was read last; its capacity is what is read at a time
	pos   int    // place in buf of the next byte
	taken int    // number of bytes before buf
	key   []byte // the string that was read last
}

// maxSetting is the longest value that raw reads, in bytes.
const maxSetting = 64 << 10

// at returns err with the place in the input.
func (in *jsonReader) at(err error) error { return errors.Wrapf(err, "byte %d", in.taken+in.pos+1) }

// peek returns the next byte, and io.ErrUnexpectedEOF if there is none.
func (in *jsonReader) peek() (byte, error) {
	for tries := 0; in.pos == len(in.buf); tries++ {
		if in.buf == nil {
			in.buf = make([]byte, 0, 64<<10)
		}
		in.taken, in.pos = in.taken+len(in.buf), 0
		n, err := in.r.Read(in.buf[:cap(in.buf)])
		in.buf = in.buf[:n]
		switch {
		case n > 0:
		case err == io.EOF:
			return 0, io.ErrUnexpectedEOF
		case err == nil && tries == 100:
			return 0, io.ErrNoProgress
		case err != nil:
			return 0, err
		}
	}
	return in.buf[in.pos], nil
}

// next returns the next byte that is no white space, and does not take it.
func (in *jsonReader) next() (byte, error) {
	for {
		for ; in.pos < len(in.buf); in.pos++ {
			if c := in.buf[in.pos]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				return c, nil
			}
		}
		if _, err := in.peek(); err != nil {
			return 0, err
		}
	}
}

// take takes the next byte that is no white space, which must be c.
func (in *jsonReader) take(c byte) error {
	got, err := in.next()
	if err != nil {
		return err
	}
	if got != c {
		return errors.Errorf("%q where %q belongs", got, c)
	}
	in.pos++
	return nil
}

// end returns an error unless the input ends here.
func (in *jsonReader) end() error {
	c, err := in.next()
	switch err {
	case nil:
		return errors.Errorf("%q behind the end", c)
	case io.ErrUnexpectedEOF:
		return nil
	}
	return err
}

// object reads an object that has each of keys once, and no others. The function reads the value of a key.
func (in *jsonReader) object(value func(key string) error, keys []string) error {
	err := in.members(func(key []byte) error {
		i := slices.Index(keys, string(key))
		if i < 0 {
			return errors.Errorf("the key %q is unknown, or stands here twice", key)
		}
		known := keys[i]
		keys = slices.Delete(keys, i, i+1)
		return value(known)
	})
	if err == nil && len(keys) > 0 {
		err = errors.Errorf("no key %q", keys[0])
	}
	return err
}

// members reads an object. The function gets each key, whose memory is good until it reads the value.
func (in *jsonReader) members(value func(key []byte) error) error {
	if err := in.take('{'); err != nil {
		return err
	}
	if c, err := in.next(); c == '}' || err != nil {
		in.pos++
		return err
	}
	for {
		key, err := in.text()
		if err == nil {
			err = in.take(':')
		}
		if err == nil {
			err = value(key)
		}
		if err != nil {
			return err
		}
		c, err := in.next()
		switch {
		case err != nil:
			return err
		case c == '}':
			in.pos++
			return nil
		}
		if err := in.take(','); err != nil {
			return err
		}
	}
}

// text reads a string. The memory is good until the next one.
func (in *jsonReader) text() ([]byte, error) {
	if err := in.take('"'); err != nil {
		return nil, err
	}
	for i := in.pos; i < len(in.buf); i++ {
		switch c := in.buf[i]; {
		case c == '"': // plain ASCII that is in buf, as most words are
			in.key = append(in.key[:0], in.buf[in.pos:i]...)
			in.pos = i + 1
			return in.key, nil
		case c == '\\' || c < ' ' || c >= utf8.RuneSelf:
			return in.anyText()
		}
	}
	return in.anyText()
}

// anyText reads any string behind its first quote.
func (in *jsonReader) anyText() ([]byte, error) {
	in.key = append(in.key[:0], '"')
	for escaped, done := false, false; !done; {
		c, err := in.peek()
		switch {
		case err != nil:
			return nil, err
		case len(in.key) > maxLine:
			return nil, errors.Errorf("a string is longer than %d bytes", maxLine)
		}
		in.pos++
		in.key = append(in.key, c)
		done, escaped = c == '"' && !escaped, c == '\\' && !escaped
	}
	if !utf8.Valid(in.key) {
		return nil, errors.New("a string is no UTF-8")
	}
	var text string
	if err := json.Unmarshal(in.key, &text); err != nil {
		return nil, err
	}
	const replacement = "\uFFFD" // what package json puts for half a character
	if got := bytes.Count([]byte(text), []byte(replacement)); got != bytes.Count(in.key, []byte(replacement)) {
		return nil, errors.Errorf("a string has an escape that is no character: %.100s", in.key)
	}
	in.key = append(in.key[:0], text...)
	return in.key, nil
}

// integer reads a whole number from 0 to math.MaxInt32.
func (in *jsonReader) integer() (n int, err error) {
	if _, err := in.next(); err != nil {
		return 0, err
	}
	for digits := 0; ; digits++ {
		if in.pos == len(in.buf) {
			if _, err := in.peek(); err != nil {
				return 0, err
			}
		}
		c := in.buf[in.pos]
		switch {
		case (c < '0' || c > '9') && digits > 0:
			return n, nil
		case c < '0' || c > '9' || n == 0 && digits > 0:
			return 0, errors.Errorf("%q where a whole number belongs", c)
		}
		if n = 10*n + int(c-'0'); n > math.MaxInt32 {
			return 0, errors.Errorf("a number above %d", math.MaxInt32)
		}
		in.pos++
	}
}

// raw reads any value that is not long.
func (in *jsonReader) raw() ([]byte, error) {
	if _, err := in.next(); err != nil {
		return nil, err
	}
	var raw []byte
	depth, quoted, escaped := 0, false, false
	for {
		c, err := in.peek()
		switch {
		case err != nil:
			return nil, err
		case len(raw) == maxSetting:
			return nil, errors.Errorf("a value is longer than %d bytes: %.40s…", maxSetting, raw)
		case !quoted && depth == 0 && (c == ',' || c == '}' || c == ']' || c <= ' '): // behind a number or a name
			return raw, nil
		}
		raw = append(raw, c)
		in.pos++
		switch {
		case quoted:
			quoted, escaped = c != '"' || escaped, c == '\\' && !escaped
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
}
