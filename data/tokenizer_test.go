package data_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"gorgonia-embedding/data"
)

func TestTokenizer(t *testing.T) {
	v := data.NewVocab(map[string]int{"a": 9, "naïve": 8, `say "\"`: 7, "\t\u0301": 6, "👍": 5, "\u2028": 4, "\uFFFD": 3, "</s>": 2}, data.VocabConfig{})
	var b bytes.Buffer
	if err := v.WriteTokenizer(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
		got, err := data.ReadTokenizer(r, "tokenizer.json")
		if err != nil || !slices.Equal(wordsOf(got), wordsOf(v)) || got.Count(2) != 0 || got.ID("👍") != 6 {
			t.Errorf("%q, %v", wordsOf(got), err)
		}
	}
	for word, want := range map[string]string{
		"":        `data: the word "" of id 2 cannot be saved: want one that is not empty and UTF-8`,
		"caf\xe9": `data: the word "caf\xe9" of id 2 cannot be saved: want one that is not empty and UTF-8`,
	} {
		if err := data.NewVocab(map[string]int{word: 1}, data.VocabConfig{}).WriteTokenizer(io.Discard); err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// The reader takes what the writer writes in other orders and with other blanks, and names what differs.
func TestReadTokenizer(t *testing.T) {
	var b bytes.Buffer
	if err := data.NewVocab(map[string]int{"a": 2, "b": 1}, data.VocabConfig{}).WriteTokenizer(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	entries := text[strings.Index(text, `"<pad>": 0`):strings.LastIndex(text, `3`)] + "3"
	for name, replace := range map[string][2]string{
		"order of words":    {entries, `"b":3,"a":2 , "\u003cpad>":0,` + "\n\t\r" + `"<unk>" :1`},
		"order of settings": {`"type": "WordLevel",`, `"vocab": {` + entries + `}, "type": "WordLevel",`},
		"no blanks":         {"\n", ""},
	} {
		in := strings.ReplaceAll(text, replace[0], replace[1])
		if name == "order of settings" {
			in = in[:strings.LastIndex(in, `,`+"\n"+`    "vocab"`)] + "}}"
		}
		got, err := data.ReadTokenizer(strings.NewReader(in), "t")
		if err != nil || !slices.Equal(wordsOf(got), []string{"<pad>", "<unk>", "a", "b"}) || got.ID("b") != 3 {
			t.Errorf("%s: %v, %v\n%s", name, got, err, in)
		}
	}
	for _, tt := range []struct{ old, new, want string }{
		{`Lowercase`, `BertNormalizer`, `t: byte 368: "normalizer" is {"type":"BertNormalizer"}: want {"type":"Lowercase"}, as WriteTokenizer writes it`},
		{`"truncation": null`, `"truncation": 5`, `"truncation" is 5: want null`},
		{`WordLevel`, `BPE`, `"type" is "BPE": want "WordLevel"`},
		{`"single_word":false`, `"single_word":true`, `"added_tokens" is`},
		{`"decoder": null`, `"decoder": null, "more": 1`, `the key "more" is unknown, or stands here twice`},
		{`"decoder": null`, `"decoder": null, "decoder": null`, `the key "decoder" is unknown, or stands here twice`},
		{`  "decoder": null,`, ``, `no key "decoder"`},
		{`"decoder": null`, `"decoder": nul`, `key "decoder": `},
		{`"decoder": null`, `"decoder": ` + strings.Repeat("[", 70000), `a value is longer than 65536 bytes: [[[`},
		{`"a": 2`, `"a": 5`, `t: the id 5 in a vocabulary of 4 words: want those from 0 to 3`},
		{`"a": 2`, `"a": 3`, `t: two words have the id 3`},
		{`"a": 2`, `"b": 2`, `t: the word "b" has two ids, 2 and 3`},
		{`"a": 2`, `"": 2`, `a word is empty`},
		{`"a": 2`, `"a": -2`, `'-' where a whole number belongs`},
		{`"a": 2`, `"a": 02`, `'2' where a whole number belongs`},
		{`"a": 2`, `"a": 2.0`, `'.' where ',' belongs`},
		{`"a": 2`, `"a": 99999999999999999999`, `a number above 2147483647`},
		{`"a": 2`, `"a\ud800": 2`, `a string has an escape that is no character: "a\ud800"`},
		{`"a": 2`, "\"caf\xe9\": 2", `a string is no UTF-8`},
		{`"a": 2`, "\"a\nb\": 2", `invalid character '\n' in string literal`},
		{`"<unk>": 1`, `"unk": 1`, `t: the word of id 1 is not "<unk>"`},
		{entries, ``, `t: the word of id 0 is not "<pad>"`},
		{"\n    }\n  }\n}\n", `}}} {`, `'{' behind the end`},
		{"\n    }\n  }\n}\n", ``, `unexpected EOF`},
		{text, ``, `unexpected EOF`},
		{text, `[]`, `'[' where '{' belongs`},
	} {
		_, err := data.ReadTokenizer(strings.NewReader(strings.Replace(text, tt.old, tt.new, 1)), "t")
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s → %.40s:\n got %v\nwant %s", tt.old, tt.new, err, tt.want)
		}
	}
}

// Whatever ReadTokenizer takes is written and read as the same; nothing makes it panic.
func FuzzTokenizer(f *testing.F) {
	var b bytes.Buffer
	data.NewVocab(map[string]int{"a": 2, "é\"": 1}, data.VocabConfig{}).WriteTokenizer(&b)
	f.Add(b.Bytes())
	f.Add(bytes.Replace(b.Bytes(), []byte(`: 2`), []byte(`: 1000000000`), 1))
	f.Fuzz(func(t *testing.T, in []byte) {
		v, err := data.ReadTokenizer(bytes.NewReader(in), "t")
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := v.WriteTokenizer(&b); err != nil {
			t.Fatal(err)
		}
		if again, err := data.ReadTokenizer(&b, "t"); err != nil || !slices.Equal(wordsOf(again), wordsOf(v)) {
			t.Errorf("%q, but again %v, %v", wordsOf(v), again, err)
		}
	})
}

// manyWords returns a vocabulary of n words.
func manyWords(n int) *data.Vocab {
	counts := make(map[string]int)
	for i := range n {
		counts[fmt.Sprintf("word%x", i*7919)] = 1 + i%100
	}
	return data.NewVocab(counts, data.VocabConfig{})
}

// A million words, beside package json, which decodes them into a map.
func BenchmarkReadTokenizer(b *testing.B) {
	var file bytes.Buffer
	if err := manyWords(1_000_000).WriteTokenizer(&file); err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func(r io.Reader) error{
		"vocab": func(r io.Reader) error { _, err := data.ReadTokenizer(r, "t"); return err },
		"json": func(r io.Reader) error {
			var t struct {
				Model struct{ Vocab map[string]int }
			}
			return json.NewDecoder(r).Decode(&t)
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(file.Len()))
			for b.Loop() {
				if err := read(bytes.NewReader(file.Bytes())); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The pattern finds the words of Words: testdata/tokenizer_golden.json is what testdata/tokenizer.mjs made of it.
func TestTokenizerGolden(t *testing.T) {
	var golden struct {
		Pattern string
		Lines   []struct {
			Text   string
			Tokens []string
		}
	}
	raw, err := os.ReadFile("testdata/tokenizer_golden.json")
	if err == nil {
		err = json.Unmarshal(raw, &golden)
	}
	if err != nil || len(golden.Lines) == 0 {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := manyWords(1).WriteTokenizer(&b); err != nil {
		t.Fatal(err)
	}
	if pattern, _ := json.Marshal(golden.Pattern); !bytes.Contains(b.Bytes(), pattern) {
		t.Error("another pattern than that of the golden file: make it again")
	}
	for _, line := range golden.Lines {
		if got := data.Words(line.Text); !slices.Equal(got, line.Tokens) {
			t.Errorf("%s\n got %q\nwant %q", line.Text, got, line.Tokens)
		}
	}
}
