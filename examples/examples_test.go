// Package examples_test runs the programs and compares what they print with what their comments say.
package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// printed is what a program's comment says that it prints: the indented lines before the package clause.
var printed = regexp.MustCompile(`(?m):\n//\n((?://\t.*\n)+)package main$`)

func TestProgramsPrintWhatTheirCommentsSay(t *testing.T) {
	mains, err := filepath.Glob("*/main.go")
	if err != nil || len(mains) == 0 {
		t.Fatal("no programs:", err)
	}
	for _, name := range mains {
		dir := filepath.Dir(name)
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			match := printed.FindSubmatch(source)
			if match == nil {
				t.Fatalf("%s: no lines at the end of its comment that say what it prints", name)
			}
			want := strings.TrimSpace(strings.ReplaceAll("\n"+string(match[1]), "\n//\t", "\n"))
			out, err := exec.Command("go", "run", "./"+dir).CombinedOutput()
			if got := strings.TrimSpace(string(out)); err != nil || got != want {
				t.Errorf("it printed (%v)\n%s\nits comment says\n%s", err, got, want)
			}
		})
	}
}

// A model and its loop take at most 1.7 times the lines of those in PyTorch: from the graph, or the comment "model", to
// the end of the loop over epochs.
func TestModelsAreHardlyLongerThanInPyTorch(t *testing.T) {
	python, err := os.ReadFile("pytorch.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"recommender", "tabular", "language", "neighbours", "attention"} {
		source, err := os.ReadFile(filepath.Join(name, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		theirs := lines(string(python), `(?ms)^def `+name+`\(\):.*?^    # model\n(.*?^    for epoch.*?)^    \w`)
		ours := lines(string(source), `(?ms)^(\tg, rnd := .*?^\tfor .*?^\t\}\n)`)
		t.Logf("%s: %d lines, PyTorch %d: %.2f", name, ours, theirs, float64(ours)/float64(theirs))
		if ours == 0 || theirs == 0 || float64(ours) > 1.7*float64(theirs) {
			t.Errorf("%s: %d lines, PyTorch has %d", name, ours, theirs)
		}
	}
}

// lines counts the lines of what pattern matches, but for empty ones.
func lines(text, pattern string) (n int) {
	if match := regexp.MustCompile(pattern).FindStringSubmatch(text); match != nil {
		for line := range strings.Lines(match[1]) {
			if strings.TrimSpace(line) != "" {
				n++
			}
		}
	}
	return n
}
