package layers_test

import (
	"os"
	"strings"
	"testing"
)

// The code of the README is that of Example.
func TestReadmeExample(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, found := strings.Cut(string(readme), "```go\n")
	code, _, closed := strings.Cut(code, "```")
	if !found || !closed || !strings.Contains(strings.ReplaceAll(string(source), "\n\t", "\n"), code) {
		t.Errorf("the first Go block of README.md is not in example_test.go:\n%s", code)
	}
}
