package data_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

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
