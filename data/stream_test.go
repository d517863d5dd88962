package data_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"gorgonia-embedding/data"
)

// A format holds one example in memory: it yields the first before it asks for what comes after, asks for nothing
// once its consumer stops, and tells the reader's own error after the examples that came before it.
func TestFormatsStream(t *testing.T) {
	for _, f := range data.Formats() {
		broken := errors.New("the disk is gone")
		for taken, wantAsked := range map[int]bool{1: false, 2: false, 3: true} {
			asked := false
			r := io.MultiReader(strings.NewReader(twoExamples[f.Name]), readerFunc(func([]byte) (int, error) { asked = true; return 0, broken }))
			n := 0
			for e, err := range f.Read(r, "in", data.ReadConfig{}) {
				if n++; n == 3 && (!errors.Is(err, broken) || err.Error() != "in: the disk is gone") || n < 3 && e.Line != n {
					t.Errorf("%s: number %d is %v, %v", f.Name, n, e, err)
				}
				if n == taken {
					break
				}
			}
			if n != taken || asked != wantAsked {
				t.Errorf("%s: %d taken of %d, and read on: %v, want %v", f.Name, n, taken, asked, wantAsked)
			}
		}
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func FuzzRead(f *testing.F) {
	for i := range data.Formats() {
		f.Add("pos\tgood\n", uint8(i))
		f.Add("pos,\"go\"\"od\"\n", uint8(i))
		f.Add("{\"label\": \"pos\", \"text\": \"g\\u006fod\"}\n{\"label\": 1}", uint8(i))
		f.Add("so dull __label__neg , __label__ pos\n", uint8(i))
		f.Add("id,text,label\n1,\"a\nb\",c\n", uint8(i))
		f.Add("\uFEFFa\tb\r\n\x00", uint8(i))
	}
	f.Fuzz(func(t *testing.T, in string, choice uint8) {
		if strings.HasPrefix(in, "\x1f\x8b") || strings.HasPrefix(in, "\x28\xb5\x2f\xfd") {
			t.Skip("compressed: FuzzSource")
		}
		formats := data.Formats()
		format := formats[int(choice)%len(formats)]
		examples, err := data.Read(strings.NewReader(in), "in", data.ReadConfig{Format: format})
		var parse *data.ParseError
		if err != nil && (!errors.As(err, &parse) || parse.Line < 1) {
			t.Errorf("error without a line: %v", err)
		}
		for _, e := range examples {
			if e.Label == "" || e.Line < 1 {
				t.Errorf("half an example: %+v", e)
			}
		}
		checkStream(t, in, format, examples, err)
	})
}

// Whatever bytes there are, a source tells its examples or what is wrong with a name, however they are compressed. What it
// tells does not depend on how the bytes come.
func FuzzSource(f *testing.F) {
	for _, in := range twoExamples {
		f.Add([]byte(in))
		for _, pack := range packers {
			packed := pack([]byte(in))
			f.Add(packed)
			f.Add(packed[:len(packed)-3])
			f.Add(append(packed, packed...))
			f.Add(append(packed, "\n\x1f\x8b"...))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := data.Read(bytes.NewReader(in), "in", data.ReadConfig{})
		if err != nil && !strings.HasPrefix(err.Error(), "in:") {
			t.Errorf("an error without a name: %v", err)
		}
		again, againErr := data.Read(iotest.OneByteReader(bytes.NewReader(in)), "in", data.ReadConfig{})
		if fmt.Sprint(err) != fmt.Sprint(againErr) || !slices.Equal(got, again) {
			t.Errorf("%v, %v\nbut byte by byte %v, %v", got, err, again, againErr)
		}
	})
}

// packers compress by each way that is known.
var packers = map[string]func(in []byte) []byte{
	"gzip": func(in []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(in)
		w.Close()
		return b.Bytes()
	},
	"zstd": func(in []byte) []byte {
		w, _ := zstd.NewWriter(nil)
		return w.EncodeAll(in, nil)
	},
}

// A compressed file is told from its first bytes alone, may be several one after the other, and is no way around limits.
func TestCompressed(t *testing.T) {
	for name, pack := range packers {
		in := slices.Concat(pack([]byte("{\"label\": 1, ")), pack([]byte("\"text\": 2}\n")))
		s, err := data.NewSource(bytes.NewReader(in), "in", data.ReadConfig{})
		if err != nil || s.Format() != "jsonl in "+name {
			t.Fatalf("%s: %v, %v", name, s, err)
		}
		for e, err := range s.Examples() {
			if err != nil || e.Label != "1" || e.Text != "2" {
				t.Errorf("%s: %v, %v", name, e, err)
			}
		}
		if info := s.Info(); info.Examples != 1 || info.SHA256 != fmt.Sprintf("%x", sha256.Sum256(in)) || s.Close() != nil {
			t.Errorf("%s: %+v", name, info)
		}
		bomb := pack(slices.Concat([]byte("a\t"), make([]byte, 1), bytes.Repeat([]byte("x"), 70<<20)))
		for in, want := range map[string]string{
			string(bomb):                "in:1: longer than 67108864 bytes: this is not a file of one example a line",
			string(bomb[:1000]):         "in: unexpected EOF",
			string(bomb[:5]):            "in: ",
			string(pack(nil)):           "in:1: no examples: want a label and a text on each line",
			string(in[:5]) + "\xff\xff": "in: ",
		} {
			if _, err := data.Read(strings.NewReader(in), "in", data.ReadConfig{}); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s of %d bytes:\n got %v\nwant %s", name, len(in), err, want)
			}
		}
	}
}

// checkStream compares what a format yields, byte by byte of in, with what Read returned.
func checkStream(t *testing.T, in string, format data.Format, want []data.Example, wantErr error) {
	t.Helper()
	var got []data.Example
	var gotErr error
	for row, err := range format.Read(iotest.OneByteReader(strings.NewReader(in)), "in", data.ReadConfig{}) {
		if gotErr != nil {
			t.Error("yielded something after an error")
		}
		if gotErr = err; err == nil {
			got = append(got, row.Example())
		}
	}
	if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) || wantErr == nil && !slices.Equal(got, want) {
		t.Errorf("%s: yields %v, %v\nbut Read %v, %v", format.Name, got, gotErr, want, wantErr)
	}
}
