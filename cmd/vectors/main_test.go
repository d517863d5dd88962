package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/internal/cli/clitest"
)

// invoke runs the command and returns what it printed.
func invoke(t *testing.T, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errOut bytes.Buffer
	err = run(t.Context(), args, strings.NewReader(stdin), &out, &errOut)
	return out.String(), errOut.String(), err
}

// inFolder goes to a folder of its own in which vectors/ is the package's.
func inFolder(t *testing.T) {
	t.Helper()
	vectors, err := filepath.Abs("../../vectors")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(vectors, "vectors"); err != nil {
		t.Skip(err)
	}
}

// The manual's own commands print what is in manual.txt. Other architectures fuse multiplications with additions.
func TestManualsCommands(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the last digits are those of amd64")
	}
	manual, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	golden, err := filepath.Abs("testdata/manual.txt")
	if err != nil {
		t.Fatal(err)
	}
	inFolder(t)
	var all strings.Builder
	commands := regexp.MustCompile(`(?m)^\tgo run ./cmd/vectors ([a-z]+ .*words.vec.*)$`).FindAllStringSubmatch(string(manual), -1)
	for _, m := range commands {
		var args []string
		for _, arg := range regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(m[1], -1) {
			args = append(args, strings.Trim(arg, `"`))
		}
		stdout, stderr, err := invoke(t, "", args...)
		if err != nil || stderr != "" {
			t.Errorf("%s: %v, %q", m[1], err, stderr)
		}
		fmt.Fprintf(&all, "$ vectors %s\n%s", m[1], stdout)
	}
	if len(commands) < 10 {
		t.Errorf("%d commands", len(commands))
	}
	svg, err := os.ReadFile("words.svg")
	if err != nil || !bytes.HasPrefix(svg, []byte("<svg ")) || !bytes.Contains(svg, []byte(">w048</text>")) {
		t.Errorf("%.200s, %v", svg, err)
	}
	if stdout, _, err := invoke(t, "", "info", "words.npy"); err != nil || !strings.Contains(stdout, "100 read, 100 kept") {
		t.Errorf("%s, %v", stdout, err)
	}
	clitest.Golden(t, golden, all.String())
}

func TestHelp(t *testing.T) {
	stdout, stderr, err := invoke(t, "", "-h")
	if err != flag.ErrHelp || stderr != "" {
		t.Fatalf("%v, %q", err, stderr)
	}
	clitest.Golden(t, "testdata/help.txt", stdout)
	clitest.Manual(t, "main.go", stdout)
	if again, _, err := invoke(t, "", "nn", "-h"); err != flag.ErrHelp || again != stdout {
		t.Errorf("nn -h: %v", err)
	}
}

// Each line of standard input is answered; a word that is not known is told, and the next line read.
func TestLines(t *testing.T) {
	inFolder(t)
	const table = "vectors/testdata/words.vec"
	for _, tt := range []struct{ args, stdin, stdout, stderr string }{
		{"nn -k 1", "w000\n\nnowhere\nw001 w002\n", "w000\nw168 0.86\nw001       w002\n", "vectors: the table has no word \"nowhere\"\n"},
		{"analogy -k 1", "w000 w024\nw000 w024 w048\n", "0.7599  w192\n", "want a, b and c of: a is to b as c is to what, got 2 words\n"},
		{"similarity", "w000 w024\nw000\n", "0.763049\n", "want two words, got 1 words\n"},
		{"outlier", "w000 w024 w048 w001\nw001\n", "w001\n", "want at least 2 words, got 1\n"},
		{"encode", "w000\n", "0.", ""},
		{"search -k 1 -texts vectors/testdata/pairs.tsv", "w047\nno word\n", "0.7729  w215\tW207\t3.0\n", "the table has no word of \"no word\"\n"},
	} {
		stdout, stderr, err := invoke(t, tt.stdin, append(strings.Fields(tt.args), table)...)
		if err != nil || !strings.HasPrefix(stdout, tt.stdout) && !strings.HasPrefix(strings.TrimPrefix(stdout, "-"), tt.stdout) || stderr != tt.stderr {
			t.Errorf("%s: %v\n%s%s", tt.args, err, stdout, stderr)
		}
	}
}

// With -json each answer is one line of JSON.
func TestJSON(t *testing.T) {
	inFolder(t)
	for args, keys := range map[string]string{
		"nn FILE w000 w001":                                  "word near",
		"analogy FILE w000 w001 w002":                        "a b c near",
		"similarity FILE w000 w001":                          "a b similarity",
		"outlier FILE w000 w001 w002":                        "outlier central",
		"eval FILE vectors/testdata/pairs.tsv":               "file pearson spearman used unknown",
		"eval FILE vectors/testdata/analogies.txt":           "file sections",
		"eval -limit 1 FILE vectors/testdata/pairs.tsv":      "file pearson spearman used unknown",
		"encode FILE w000":                                   "text words known vector",
		"search -texts vectors/testdata/pairs.tsv FILE w000": "text hits",
		"map FILE w000 w001 w002":                            "Points Explained",
		"info -texts vectors/testdata/pairs.tsv FILE":        "file format type rows kept dim mib first coverage",
		"convert FILE x.txt":                                 "file rows dim",
	} {
		command, rest, _ := strings.Cut(strings.ReplaceAll(args, "FILE", "vectors/testdata/words.vec"), " ")
		stdout, _, err := invoke(t, "", append([]string{command, "-json"}, strings.Fields(rest)...)...)
		if err != nil || stdout == "" {
			t.Errorf("%s: %v", args, err)
		}
		for line := range strings.Lines(stdout) {
			var got map[string]any
			if err := json.Unmarshal([]byte(line), &got); err != nil {
				t.Errorf("%s: %v", args, err)
			}
			for _, key := range strings.Fields(keys) {
				if _, ok := got[key]; !ok {
					t.Errorf("%s: no %q in %s", args, key, line)
				}
			}
			if len(got) != len(strings.Fields(keys)) {
				t.Errorf("%s: %s", args, line)
			}
		}
	}
}

// A table on standard input, compressed or not, and one of which only some words are wanted.
func TestReading(t *testing.T) {
	inFolder(t)
	os.WriteFile("only.txt", []byte("b\nc\n"), 0o666)
	const table = "3 1\na 1\nb 2\nb 3\n"
	stdout, stderr, err := invoke(t, table, "info", "-only", "only.txt", "-")
	if err != nil || !strings.Contains(stdout, "rows        3 read, 1 kept") || stderr != "" {
		t.Errorf("%v\n%s%s", err, stdout, stderr)
	}
	if _, stderr, err := invoke(t, table, "info", "-"); err != nil || stderr != "standard input: 1 words that were there before, left out: the first is \"b\" in line 4\n" {
		t.Errorf("%v\n%s%s", err, stdout, stderr)
	}
	if _, stderr, err := invoke(t, table, "info", "-quiet", "-"); err != nil || stderr != "" {
		t.Errorf("%v %s", err, stderr)
	}
	if stdout, _, err := invoke(t, "a 1 2\n", "info", "-format", "glove", "-"); err != nil || !strings.Contains(stdout, "glove") {
		t.Errorf("%v\n%s", err, stdout)
	}
}

func TestMisuse(t *testing.T) {
	inFolder(t)
	const file = " vectors/testdata/words.vec"
	for args, want := range map[string]string{
		"":                            "want a command: nn, analogy, similarity, outlier, eval, encode, search, map, info, convert, train",
		"near":                        `unknown command "near": want nn, analogy, similarity, outlier, eval, encode, search, map, info, convert, train`,
		"-k 3 nn":                     "the command comes before its flags: nn, analogy, similarity, outlier, eval, encode, search, map, info, convert, train",
		"nn":                          "nn: want a file of word vectors: nn FILE [word ...]",
		"nn -k 0" + file:              "-k must be at least 1, got 0",
		"nn -limit -1" + file:         "-limit and -top must be at least 0, got -1 and 0",
		"map -n 2" + file:             "-n must be at least 3, got 2",
		"info -k 3" + file:            "-k is of nn, analogy, search, not of info",
		"nn -nonsense" + file:         "flag provided but not defined: -nonsense",
		"similarity" + file + " w000": "want two words, got 1 words",
		"analogy" + file + " w000":    "want a, b and c of: a is to b as c is to what, got 1 words",
		"outlier" + file + " w000":    "want at least 2 words, got 1",
		"eval" + file:                 "eval: want at least one file of pairs or analogies after FILE",
		"search" + file:               "search: want the texts to search: -texts file",
		"info" + file + " x":          `info: unexpected argument "x"`,
		"convert" + file:              "convert: want one file to write after FILE, got 0",
	} {
		stdout, stderr, err := invoke(t, "", strings.Fields(args)...)
		var misuse *cli.UsageError
		if !errors.As(err, &misuse) || err.Error() != want || stdout != "" || stderr != "" {
			t.Errorf("%s:\n got %v\nwant %s", args, err, want)
		}
	}
	for args, want := range map[string]string{
		"nn none.vec":                 "open none.vec: no such file or directory",
		"nn" + file + " none":         `vectors: the table has no word "none"`,
		"eval" + file + " none":       "open none: no such file or directory",
		"eval" + file + file:          "vectors/testdata/words.vec:1: want two words and a number, got \"240 12\"",
		"info vectors":                "vectors: is a folder without a model.safetensors: name a file in it",
		"convert" + file + " x":       "vectors: the ending of x is that of no format that is written: name one of npy, safetensors, word2vec-binary, word2vec, glove, projector",
		"convert -to y" + file + " x": `vectors: the format must be fasttext, npy, safetensors, word2vec-binary, word2vec, glove or projector, got "y"`,
	} {
		_, _, err := invoke(t, "", strings.Fields(args)...)
		var misuse *cli.UsageError
		if err == nil || errors.As(err, &misuse) || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", args, err, want)
		}
	}
}
