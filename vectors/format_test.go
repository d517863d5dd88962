package vectors_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"gorgonia-embedding/vectors"
)

// text returns a table as a line a row.
func text(t *vectors.Table) string {
	var b strings.Builder
	for id := range t.Len() {
		fmt.Fprintf(&b, "%s %v\n", t.Word(id), t.Row(id))
	}
	return b.String()
}

// floats returns numbers as float32 in the order of bytes of most machines.
func floats(x ...float32) string {
	b, _ := binary.Append(nil, binary.LittleEndian, x)
	return string(b)
}

func TestRead(t *testing.T) {
	const two = "a [1 -0.5]\nb [3 0.25]\n"
	for name, tt := range map[string]struct {
		in, format, want string
		warnings         []string
	}{
		"word2vec":              {"2 2\na 1 -0.5\nb 3 0.25\n", "word2vec", two, nil},
		"fastText's .vec":       {"2 2\na 1 -0.5 \nb 3 2.5e-1 ", "word2vec", two, nil},
		"mark, CR, empty lines": {"\uFEFF2 2\r\na 1 -0.5\r\n\r\nb 3 .25\r\n", "word2vec", two, nil},
		"tabs, more blanks":     {"2 2\na\t1 -0.5\nb  3\t0.25\n", "word2vec", two, nil},
		"one number":            {"2 1\na 5\n6 7\n", "word2vec", "a [5]\n6 [7]\n", nil},
		"one number, no header": {"2 3\n6 7\n", "glove", "2 [3]\n6 [7]\n", nil},
		"glove":                 {"a 1 -0.5\nb 3 0.25", "glove", two, nil},
		"numbers as words":      {"1 1 -0.5\n2 3 0.25", "glove", "1 [1 -0.5]\n2 [3 0.25]\n", nil},
		"words with blanks":     {". . 1 2\nat x@y.z 3 4\n  5 6\n", "glove", ". . [1 2]\nat x@y.z [3 4]\n [5 6]\n", nil},
		"word of other spaces":  {"a\u00a0b\u0085 1 2\nb 3 4\n", "glove", "a\u00a0b\u0085 [1 2]\nb [3 4]\n", nil},
		"word2vec's binary":     {"2 2\na " + floats(1, -0.5) + "\nb " + floats(3, 0.25) + "\n", "word2vec-binary", two, nil},
		"gensim's binary":       {"2 2\na " + floats(1, -0.5) + "b " + floats(3, 0.25), "word2vec-binary", two, nil},
		"words again": {"3 1\na 1\na 2\nb 3\n", "word2vec", "a [1]\nb [3]\n",
			[]string{`1 words that were there before, left out: the first is "a" in line 3`}},
		"not finite": {"4 1\na nan\nb 2\nc 1e99\nb 1", "word2vec", "b [2]\n",
			[]string{`2 rows that are not finite, left out: the first is "a" in line 2`, `1 words that were there before, left out: the first is "b" in line 5`}},
		"not UTF-8": {"2 1\na\xff 1\nb 2\n", "word2vec", "a\uFFFD [1]\nb [2]\n",
			[]string{`1 words that are not UTF-8, with U+FFFD for what is wrong: the first is "a` + "\uFFFD" + `" in line 2`}},
		"too few rows":  {"3 1\na 1\nb 2\n", "word2vec", "a [1]\nb [2]\n", []string{`1 rows fewer than the file says it has, in line 3`}},
		"too many rows": {"1 1\na 1\nb 2\n", "word2vec", "a [1]\nb [2]\n", []string{`1 rows more than the file says it has, in line 3`}},
		"too many rows, binary": {"1 1\na " + floats(1) + "\nb " + floats(2), "word2vec-binary", "a [1]\n",
			[]string{`1 place where the file goes on after its last row, left out, at byte 10`}},
		"too few rows, binary": {"2 1\na " + floats(1.1) + "\n", "word2vec-binary", "a [1.1]\n", []string{`1 rows fewer than the file says it has, at byte 11`}},
		"a count that no memory holds": {"999999999999 1\na 1\n", "word2vec", "a [1]\n",
			[]string{`999999999998 rows fewer than the file says it has, in line 2`}},
	} {
		for kind, r := range map[string]io.Reader{
			"bytes": bytes.NewReader([]byte(tt.in)), "stream": iotest.OneByteReader(strings.NewReader(tt.in)),
			"gzip": bytes.NewReader(gzipped(tt.in)), "zstd": bytes.NewReader(zstandard(tt.in)),
		} {
			table, report, err := vectors.Read(r, "in", vectors.ReadConfig{})
			if err != nil {
				t.Errorf("%s, %s: %v", name, kind, err)
				continue
			}
			var warnings []string
			for _, w := range report.Warnings {
				warnings = append(warnings, w.String())
			}
			if text(table) != tt.want || report.Format != tt.format || !slices.Equal(warnings, tt.warnings) {
				t.Errorf("%s, %s: got %s\n%q\n%q, want\n%s", name, kind, report.Format, text(table), warnings, tt.want)
			}
		}
	}
}

func gzipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.Bytes()
}

func zstandard(s string) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll([]byte(s), nil)
}

func TestReadErrors(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for name, tt := range map[string]struct{ in, want string }{
		"empty":                  {"", "in: byte 0: the file is empty"},
		"text":                   {"one two three\n", "in: byte 0: this is no file of word vectors that begins as one of fasttext, npy, safetensors, word2vec-binary, word2vec or glove"},
		"no rows":                {"3 2\n", "in:1: no rows: want a word and its vector in each"},
		"nothing finite":         {"1 1\na nan\n", "in:2: no rows: want a word and its vector in each"},
		"too few numbers":        {"2 2\na 1 2\nb 1\n", "in:3: 1 numbers, want 2"},
		"too many numbers":       {"2 2\na 1 2\nb 1 2 3\n", "in:3: 3 numbers, want 2"},
		"a line cut off":         {"2 2\na 1 2\nb", "in:3: 0 numbers, want 2"},
		"no number":              {"2 2\na 1 2\nb 1 x\n", "in:3: 0 numbers, want 2"},
		"no number in between":   {"2 3\na 1 2 3\nb 1 2x 3\n", "in:3: 1 numbers, want 3"},
		"a large dimension":      {"2 2000000\na 1 2\n", "in:1: 2 rows of 2000000 numbers: want a dimension in [1, 1048576]"},
		"glove of two lengths":   {"a 1 2\nb 1\n", "in:2: 1 numbers, want 2"},
		"binary cut off":         {"2 2\na " + floats(1, 2) + "b " + floats(1), "in: byte 20: the file ends within a row: it is cut off"},
		"binary cut in a word":   {"2 2\na " + floats(1, 2) + "bbb", "in: byte 17: the file ends within a word: it is cut off"},
		"binary, no blank":       {"2 2\na " + floats(1, 2) + long, `in: byte 14: no ' ' within 4096 bytes: this is no word, or the numbers before it are of another dimension`},
		"gzip cut off":           {string(gzipped("2 2\na 1 2\nb 3 4\n")[:25]), "in: byte 0: the compressed data end: the file is cut off"},
		"old fastText":           {string(make([]byte, 48)) + "\x2d\x43\x1c\xeb\xe2\x36\x1a\x3f", "in: byte 0: a fastText model of before version 11, or none: load and save it with fastText 0.1 or later"},
		"fastText cut off":       {"\xba\x16\x4f\x2f\x0c\x00\x00\x00", "in: byte 8: the file ends: it is cut off"},
		"npy without words":      {npyFile("<f4", "False", "(1, 1)", floats(1)), "in: byte 128: the file has numbers and no words: name the file of its words, or put it beside it as one of in.vocab.txt, in.words.txt, in.txt, vocab.tsv, vocab.txt, words.txt, tokenizer.json"},
		"npy in Fortran's order": {npyFile("<f4", "True", "(1, 1)", floats(1)), "in: byte 128: the matrix is in Fortran's order: save numpy.ascontiguousarray of it"},
		"npy of whole numbers":   {npyFile("<i8", "False", "(1, 1)", ""), "in: byte 128: numbers of the type int64: want float16, bfloat16, float32, float64 or int8"},
		"npy of three axes":      {npyFile("<f4", "False", "(1, 1, 1)", ""), "in: byte 128: want a matrix of floating-point numbers, got {'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1), }"},
		"safetensors":            {"\x02\x00\x00\x00\x00\x00\x00\x00{}", "in: byte 0: want a matrix called one of embedding.weight, embeddings, vectors, weight, words.weight, embeddings.weight, or one matrix alone, got the tensors "},
	} {
		_, _, err := vectors.Read(bytes.NewReader([]byte(tt.in)), "in", vectors.ReadConfig{})
		var parse *vectors.ParseError
		if !errors.As(err, &parse) || err.Error() != tt.want {
			t.Errorf("%s:\n got %v\nwant %v", name, err, tt.want)
		}
	}
	broken := errors.New("the disk is gone")
	for _, in := range []string{"", "2 1\na 1\n", "2 1\na \x00\x00\x00\x00"} {
		_, _, err := vectors.Read(io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)), "in", vectors.ReadConfig{})
		if !errors.Is(err, broken) {
			t.Errorf("%q: got %v", in, err)
		}
	}
}

// npyFile returns a file of numpy's version 1.
func npyFile(descr, fortran, shape, data string) string {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, fortran, shape)
	header += strings.Repeat(" ", 117-len(header)) + "\n"
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(header)))) + header + data
}

// A file says what to leave out; what is left out takes no memory, and is not looked at.
func TestReadSome(t *testing.T) {
	const in = "4 2\na 1 2\nb 3 4\nc x y\nd 5 6\n"
	for _, tt := range []struct {
		cfg  vectors.ReadConfig
		want string
		rows int
	}{
		{vectors.ReadConfig{Limit: 2}, "a [1 2]\nb [3 4]\n", 2},
		{vectors.ReadConfig{Only: []string{"b", "none", "d"}}, "b [3 4]\nd [5 6]\n", 4},
		{vectors.ReadConfig{Only: []string{"b"}}, "b [3 4]\n", 2},
		{vectors.ReadConfig{Only: []string{"a", "b"}, Limit: 1}, "a [1 2]\n", 1},
		{vectors.ReadConfig{Only: []string{"b"}, Others: 1}, "a [1 2]\nb [3 4]\n", 2},
		{vectors.ReadConfig{Only: []string{"d"}, Others: -1}, "d [5 6]\n", 4},
		{vectors.ReadConfig{Only: []string{"b"}, Limit: 2, Others: math.MaxInt}, "a [1 2]\nb [3 4]\n", 2},
		{vectors.ReadConfig{Only: []string{"d"}, Others: 2}, "a [1 2]\nb [3 4]\nd [5 6]\n", 4},
	} {
		table, report, err := vectors.Read(strings.NewReader(in), "in", tt.cfg)
		if err != nil || text(table) != tt.want || report.Rows != tt.rows {
			t.Errorf("%+v: %v, %v, %v", tt.cfg, table, report, err)
		}
	}
	if _, _, err := vectors.Read(strings.NewReader(in), "in", vectors.ReadConfig{Only: []string{}}); err == nil {
		t.Error("no rows: no error")
	}
	want := "in:5: none of its 4 words is one of those that are asked for"
	if _, _, err := vectors.Read(strings.NewReader(in), "in", vectors.ReadConfig{Only: []string{"x"}}); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, _, err := vectors.Read(strings.NewReader(in), "in", vectors.ReadConfig{Format: "x"}); err == nil {
		t.Error("no such format: no error")
	}
}

// What is written is read as it was, by every format that is read too, and again by the same bytes.
func TestWriteRead(t *testing.T) {
	want := newTable(t, words{"a", "é", "two words", "1"}, []float32{1, -0.5, math.SmallestNonzeroFloat32, math.MaxFloat32, 0.1, 1e-7, 1. / 3, 0})
	noBlank := newTable(t, words{"a", "é", "1"}, []float32{1, -0.5, math.SmallestNonzeroFloat32, math.MaxFloat32, 0.1, 1e-7})
	for _, name := range []string{"x.vec", "x.w2v", "x.txt", "x.bin", "x.npy", "x.safetensors", "x.vec.gz", "x.txt.zst", "X.NPY.GZ"} {
		want, path := want, filepath.Join(t.TempDir(), name)
		if name == "x.bin" {
			want = noBlank
		}
		if err := want.WriteFile(path, ""); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := read(t, path, vectors.ReadConfig{}); text(got) != text(want) {
			t.Errorf("%s: got\n%swant\n%s", name, text(got), text(want))
		}
		if left, _ := filepath.Glob(path + ".tmp*"); left != nil {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}

func TestWriteProjector(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.tsv")
	if err := newTable(t, words{"a", "b c"}, []float32{1, -0.5, 3, 0.25}).WriteFile(path, ""); err != nil {
		t.Fatal(err)
	}
	numbers, _ := os.ReadFile(path)
	names, _ := os.ReadFile(strings.TrimSuffix(path, "tsv") + "metadata.tsv")
	if string(numbers) != "1\t-0.5\n3\t0.25\n" || string(names) != "a\nb c\n" {
		t.Errorf("%q, %q", numbers, names)
	}
}

func TestWriteErrors(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ word, file, format, want string }{
		{"a b", "x.bin", "", `x.bin: vectors: the word "a b" has ' ' in it, which this format cannot hold`},
		{"a\nb", "x.vec", "", `x.vec: vectors: the word "a\nb" has '\n' in it, which this format cannot hold`},
		{"a\tb", "x.tsv", "", `x.metadata.tsv: vectors: the word "a\tb" has '\t' in it, which this format cannot hold`},
		{"\xff", "x.txt", "", `x.txt: vectors: the word "\xff" is not UTF-8`},
		{"a", "x.doc", "", "vectors: the ending of x.doc is that of no format that is written: name one of npy, safetensors, word2vec-binary, word2vec, glove, projector"},
		{"a", "x.bin", "fasttext", "vectors: files of the format fasttext cannot be written: want one of npy, safetensors, word2vec-binary, word2vec, glove, projector"},
		{"a", "x.bin", "y", `vectors: the format must be fasttext, npy, safetensors, word2vec-binary, word2vec, glove or projector, got "y"`},
	} {
		err := newTable(t, words{tt.word}, []float32{1}).WriteFile(filepath.Join(dir, tt.file), tt.format)
		if err == nil || strings.ReplaceAll(err.Error(), dir+"/", "") != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("files are left: %v", left)
	}
}

// Matrices whose words stand in a file beside them.
func TestWordLists(t *testing.T) {
	half := "\x00\x3c\x00\xb8\x01\x00\x00\x7b" // 1, -0.5, the least, 57344
	for name, tt := range map[string]struct{ file, list, content, words, want string }{
		"float16, lines":    {"x.npy", "x.txt", npyFile("<f2", "False", "(2, 2)", half), "a\r\nb c\r\n", "a [1 -0.5]\nb c [5.9604645e-08 57344]\n"},
		"big-endian, list":  {"x.npy", "vocab.txt", npyFile(">f4", "False", "(1, 2)", "\x3f\x80\x00\x00\xbf\x00\x00\x00"), `["a"]`, "a [1 -0.5]\n"},
		"float64, object":   {"x.npy", "tokenizer.json", npyFile("<f8", "False", "(2, 1)", "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x00\x40"), `{"b":1,"a":0}`, "a [1]\nb [2]\n"},
		"our model":         {"model.safetensors", "vocab.tsv", safetensorsFile("F16", "\x00\x3c\x00\xb8"), "<pad>\t0\nb\t7\n", "<pad> [1]\nb [-0.5]\n"},
		"tokenizer":         {"model.safetensors", "tokenizer.json", safetensorsFile("BF16", "\x80\x3f\x00\xbf"), `{"added_tokens":[{"id":0,"content":"[PAD]"}],"model":{"type":"WordLevel","vocab":{"[PAD]":0,"a":1}}}`, "[PAD] [1]\na [-0.5]\n"},
		"unigram tokenizer": {"model.safetensors", "tokenizer.json", safetensorsFile("I8", "\x01\xff"), `{"model":{"vocab":[["a",-1.5],["b",-2]]}}`, "a [1]\nb [-1]\n"},
	} {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.content), 0o666)
		os.WriteFile(filepath.Join(dir, tt.list), []byte(tt.words), 0o666)
		path := filepath.Join(dir, tt.file)
		if tt.file == "model.safetensors" {
			path = dir
		}
		if got := read(t, path, vectors.ReadConfig{}); text(got) != tt.want {
			t.Errorf("%s: got\n%swant\n%s", name, text(got), tt.want)
		}
		os.WriteFile(filepath.Join(dir, tt.list), []byte("a\nb\nc\n"), 0o666)
		if _, _, err := vectors.ReadFile(filepath.Join(dir, tt.file), vectors.ReadConfig{}); err == nil || !strings.Contains(err.Error(), "and 3 words in") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for list, want := range map[string]string{
		`{"a":0,"b":2}`: `the word "b" is of row 2: want each row in [0, 2) once`,
		`{"a":"b"}`:     "want a list of words, or an object of words with their rows",
	} {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, "list"), []byte(list), 0o666)
		_, _, err := vectors.Read(strings.NewReader(npyFile("<f4", "False", "(2, 1)", floats(1, 2))), "in", vectors.ReadConfig{Words: filepath.Join(dir, "list")})
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", list, err, want)
		}
	}
}

// safetensorsFile returns a file of one tensor (2, 1), after a vector.
func safetensorsFile(dtype, data string) string {
	n := len(data)
	header := fmt.Sprintf(`{"weights":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"embeddings":{"dtype":"%s","shape":[2,1],"data_offsets":[4,%d]}}`, dtype, 4+n)
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header + floats(1) + data
}

// gensim's own files.
func TestReadGensim(t *testing.T) {
	want := read(t, "testdata/words.vec", vectors.ReadConfig{})
	if got := read(t, "testdata/words.bin", vectors.ReadConfig{}); text(got) != text(want) {
		t.Error("the binary file has other rows than the text")
	}
}

// fastTextFile returns a model of two words and a label, with n-grams of 3 characters in 5 buckets.
func fastTextFile() []byte {
	b := []byte("\xba\x16\x4f\x2f\x0c\x00\x00\x00")
	for _, x := range []int32{2, 5, 5, 1, 5, 1, 2, 2, 5, 3, 3, 100} {
		b = binary.LittleEndian.AppendUint32(b, uint32(x))
	}
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(1e-4))
	for _, x := range []int32{3, 2, 1} {
		b = binary.LittleEndian.AppendUint32(b, uint32(x))
	}
	b = binary.LittleEndian.AppendUint64(b, 9)
	b = binary.LittleEndian.AppendUint64(b, math.MaxUint64)
	for i, w := range []string{"ab", "</s>", "__label__x"} {
		b = append(append(b, w...), 0)
		b = append(binary.LittleEndian.AppendUint64(b, 1), byte(i/2))
	}
	b = append(b, 0)
	b = binary.LittleEndian.AppendUint64(b, 7)
	b = binary.LittleEndian.AppendUint64(b, 2)
	return append(b, floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)...)
}

func TestReadFastText(t *testing.T) {
	table, _, err := vectors.Read(bytes.NewReader(fastTextFile()), "in", vectors.ReadConfig{})
	if err != nil || table.Len() != 2 || fmt.Sprint(table.Row(1)) != "[3 4]" {
		t.Fatal(table, err)
	}
	for at, want := range map[int]string{4: "of version 99", 48: "want up to 64", 44: "want up to 64", 68: "make no 3 entries", 84: "is pruned"} {
		bad := fastTextFile()
		bad[at] = 99
		if at == 84 {
			bad[91] = 0
		}
		if at == 44 {
			bad[at], bad[40] = 3, 0
		}
		if _, _, err := vectors.Read(bytes.NewReader(bad), "in", vectors.ReadConfig{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("byte %d: got %v, want %s", at, err, want)
		}
	}
}

// Whatever a file holds, a reader ends with a table whose rows are finite and whose words differ, or with a
// *ParseError; and a table that can be written is read again as it was.
func FuzzRead(f *testing.F) {
	for _, in := range []string{
		"2 2\na 1 -0.5\nb 3 0.25\n", "a 1 -0.5\nb 3 0.25", "2 2\na " + floats(1, -0.5) + "\nb " + floats(3, 0.25) + "\n",
		npyFile("<f4", "False", "(1, 2)", floats(1, 2)), safetensorsFile("F16", "abcd"), string(fastTextFile()), string(gzipped("a 1\n")), string(zstandard("a 1\n")),
	} {
		f.Add([]byte(in))
	}
	list := filepath.Join(f.TempDir(), "words")
	os.WriteFile(list, []byte("a\nb"), 0o666)
	f.Fuzz(func(t *testing.T, in []byte) {
		table, report, err := vectors.Read(bytes.NewReader(in), "in", vectors.ReadConfig{Words: list})
		var parse *vectors.ParseError
		if err != nil {
			if !errors.As(err, &parse) {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		if table.Len() < 1 || table.Len() > report.Rows || len(text(table)) == 0 {
			t.Errorf("%d rows, %v", table.Len(), report)
		}
		path := filepath.Join(t.TempDir(), "x.npy")
		if err := table.WriteFile(path, ""); err != nil {
			return
		}
		again, _, err := vectors.ReadFile(path, vectors.ReadConfig{})
		if err != nil || text(again) != text(table) {
			t.Errorf("%v\n%s\n%s", err, text(again), text(table))
		}
	})
}
