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
