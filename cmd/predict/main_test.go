package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/internal/cli/clitest"
)

const opinions = "../../examples/service/opinions"

// invoke runs the command with stdin and returns what it printed.
func invoke(t *testing.T, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errOut bytes.Buffer
	err = run(t.Context(), args, strings.NewReader(stdin), &out, &errOut)
	return out.String(), errOut.String(), err
}

func TestHelp(t *testing.T) {
	stdout, stderr, err := invoke(t, "", "-h")
	if err != flag.ErrHelp || stderr != "" {
		t.Fatalf("%v, %q", err, stderr)
	}
	clitest.Golden(t, "testdata/help.txt", stdout)
	clitest.Manual(t, "main.go", stdout)
}

// The commands of the manual print what it says.
func TestManualsCommands(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "main.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	command := regexp.MustCompile(`(?m)^\t(?:printf '(.*)' \| )?go run \./cmd/predict (.*examples.*)\n((?:\t.*\n)+)`)
	all := command.FindAllStringSubmatch(strings.ReplaceAll(f.Doc.Text(), "\tprintf", "\n\tprintf"), -1)
	if len(all) != 6 {
		t.Fatalf("%d commands", len(all))
	}
	for _, m := range all {
		stdin, err := strconv.Unquote(`"` + m[1] + `"`)
		if err != nil {
			t.Fatal(err)
		}
		stdout, stderr, err := invoke(t, stdin, fields(m[2])...)
		got := strings.ReplaceAll("\t"+strings.TrimRight(stdout, "\n"), "\n", "\n\t")
		if want := strings.TrimRight(m[3], "\n"); err != nil || stderr != "" || clitest.Rounded(got) != clitest.Rounded(want) {
			t.Errorf("%s: %v %s\n%s\nthe manual says\n%s", m[2], err, stderr, got, want)
		}
	}
}

// fields splits a command line as a shell does that knows double quotes alone.
func fields(line string) (args []string) {
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		args = append(args, m[1]+m[2])
	}
	return args
}

func TestEval(t *testing.T) {
	stdout, stderr, err := invoke(t, "", "-model", opinions, "-eval", "../../data/toy/test.tsv")
	if err != nil || stderr != "" {
		t.Fatal(err, stderr)
	}
	clitest.Golden(t, "testdata/eval.txt", stdout)
	dir := t.TempDir()
	file := filepath.Join(dir, "x.tsv")
	if err := os.WriteFile(file, []byte("positive\tgood\nsplendid\tfine\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := invoke(t, "", "-model", opinions, "-eval", file); err == nil || err.Error() != file+`:2: the label "splendid" is none of the training data's: negative, positive` {
		t.Error(err)
	}
}

func TestMisuse(t *testing.T) {
	for args, want := range map[string]string{
		"":                               "-model is missing: name the folder that 'train -out' wrote",
		"a text":                         "-model is missing: name the folder that 'train -out' wrote",
		"-model m -k 0":                  "-k must be at least 1, got 0",
		"-model m -threshold 2":          "-threshold must be in [0, 1], got 2",
		"-model m -threshold nan":        "-threshold must be in [0, 1], got NaN",
		"-model m -serve 8080":           `-serve must be an address such as 127.0.0.1:8080, got "8080"`,
		"-model m -serve :0 -json":       "-json does not go with -serve",
		"-model m -serve :0 text":        `unexpected argument "text": -serve takes no texts`,
		"-model m -eval f.tsv text":      `unexpected argument "text": -eval takes no texts`,
		"-model m -eval f.tsv -k 2":      "-k does not go with -eval",
		"-model m -eval f.tsv -serve :0": "-serve does not go with -eval",
		"-nonsense":                      "flag provided but not defined: -nonsense",
	} {
		stdout, stderr, err := invoke(t, "", strings.Fields(args)...)
		var misuse *cli.UsageError
		if !errors.As(err, &misuse) || err.Error() != want || stdout != "" || stderr != "" {
			t.Errorf("%s:\n got %v\nwant %s", args, err, want)
		}
	}
}

func TestNoModel(t *testing.T) {
	for folder, want := range map[string]string{
		t.TempDir():       "model: loading: no config.json: this is no model",
		"testdata/nosuch": "open testdata/nosuch: no such file or directory",
	} {
		if stdout, _, err := invoke(t, "x", "-model", folder); err == nil || err.Error() != want || stdout != "" {
			t.Errorf("%s: %q, %v", folder, stdout, err)
		}
	}
}

// There is an answer for each line: of any length, empty, of any bytes, with or without an end.
func TestLines(t *testing.T) {
	const n = 3000
	var in strings.Builder
	for i := range n {
		switch i % 4 {
		case 0:
			fmt.Fprintf(&in, "The soup was cold, said guest %d\n", i)
		case 1:
			in.WriteString("\r\n")
		case 2:
			fmt.Fprintf(&in, "lovely \xff\xfe %s\n", strings.Repeat("terrific ", i%500))
		case 3:
			in.WriteString("\n")
		}
	}
	in.WriteString(strings.Repeat("a long line ", 300_000))
	stdout, _, err := invoke(t, in.String(), "-model", opinions)
	lines := strings.Split(stdout, "\n")
	if err != nil || len(lines) != n+2 || lines[n+1] != "" {
		t.Fatalf("%d lines, %v; want %d", len(lines)-1, err, n+1)
	}
	for i, line := range lines[:n+1] {
		if !regexp.MustCompile(`^(positive|negative)\t[01]\.\d{4}$`).MatchString(line) {
			t.Errorf("line %d: %q", i+1, line)
		}
		if i > 3 && i < n && i%2 == 1 && line != lines[1] || i < n && i%4 == 0 && line[:8] != "negative" {
			t.Errorf("line %d: %q, the answer to another text", i+1, line)
		}
	}
	if stdout, _, err := invoke(t, "", "-model", opinions); stdout != "" || err != nil {
		t.Errorf("no lines: %q, %v", stdout, err)
	}
}

// Each line is answered before the next one is there, if that takes its time.
func TestAnswersDoNotWait(t *testing.T) {
	in, typed := io.Pipe()
	out, shown := io.Pipe()
	done := make(chan error)
	go func() {
		err := run(t.Context(), []string{"-model", opinions}, in, shown, io.Discard)
		shown.Close()
		done <- err
	}()
	answer := make([]byte, 100)
	for range 3 {
		io.WriteString(typed, "The soup was cold\nThe cof") // also if a part of the next line has come
		if n, err := out.Read(answer); err != nil || !strings.HasPrefix(string(answer[:n]), "negative\t") {
			t.Errorf("%q, %v", answer[:n], err)
		}
		io.WriteString(typed, "fee was terrific\n")
		if n, err := out.Read(answer); err != nil || !strings.HasPrefix(string(answer[:n]), "positive\t") {
			t.Errorf("%q, %v", answer[:n], err)
		}
	}
	typed.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errors.New("broken input") }
func (broken) Write([]byte) (int, error) { return 0, errors.New("broken output") }

func TestBrokenStreams(t *testing.T) {
	args := []string{"-model", opinions}
	if err := run(t.Context(), args, broken{}, io.Discard, io.Discard); err == nil || err.Error() != "broken input" {
		t.Error(err)
	}
	for _, text := range [][]string{nil, {"a", "text"}} {
		if err := run(t.Context(), append(args, text...), strings.NewReader("x\n"), broken{}, io.Discard); err == nil || err.Error() != "broken output" {
			t.Error(err)
		}
	}
}
