package layers_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// docs/conformance.md has its rows in order, at least 60, and every test that it names exists.
func TestConformance(t *testing.T) {
	page, err := os.ReadFile("../docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example)\w*)\(`)
	for _, dir := range []string{".", "../optim", "../sparse", "../loss", "../internal/kernel"} {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range declared.FindAllSubmatch(source, -1) {
				tests[string(m[1])] = true
			}
		}
	}
	rows := 0
	named := regexp.MustCompile("`((?:Test|Fuzz|Example)\\w*)`")
	for line := range strings.Lines(string(page)) {
		if !regexp.MustCompile(`^\| \d+ \|`).MatchString(line) {
			continue
		}
		if rows++; !strings.HasPrefix(line, fmt.Sprintf("| %d |", rows)) {
			t.Errorf("row %d is %s", rows, line)
		}
		for _, m := range named.FindAllStringSubmatch(line, -1) {
			if !tests[m[1]] {
				t.Errorf("row %d names %s, which there is not", rows, m[1])
			}
		}
	}
	if rows < 60 {
		t.Errorf("%d rows", rows)
	}
}

// Every exported type of the packages that users import is in an Example: as its name, or made by its constructor. A
// config is that of its layer.
func TestEveryTypeHasAnExample(t *testing.T) {
	for _, dir := range []string{".", "../loss", "../optim", "../sparse"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		var code, examples strings.Builder
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(file, "_test.go") {
				code.Write(source)
				continue
			}
			for _, f := range regexp.MustCompile(`(?ms)^func Example.*?^}`).FindAll(source, -1) {
				examples.Write(f)
			}
		}
		for _, m := range regexp.MustCompile(`(?m)^type ([A-Z]\w*)`).FindAllStringSubmatch(code.String(), -1) {
			if used := regexp.MustCompile(`\.(New)?` + m[1] + `\b|Example` + m[1] + `(_\w+)?\(`); !used.MatchString(examples.String()) {
				t.Errorf("%s: no Example uses %s", dir, m[1])
			}
		}
	}
}

// The Go of docs/from-pytorch.md is that of the Examples.
func TestFromPyTorchPage(t *testing.T) {
	page, err := os.ReadFile("../docs/from-pytorch.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_pytorch_test.go")
	if err != nil {
		t.Fatal(err)
	}
	examples := strings.ReplaceAll(string(source), "\n\t", "\n")
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	for _, b := range blocks {
		if !strings.Contains(examples, b[1]) {
			t.Errorf("not in example_pytorch_test.go:\n%s", b[1])
		}
	}
	if len(blocks) < 4 {
		t.Errorf("%d blocks of Go", len(blocks))
	}
}
