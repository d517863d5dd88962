package data_test

import (
	"os"
	"strings"
	"testing"
)

// The file that docs/adding-a-format.md adds is the one that is there.
func TestAddingAFormatPage(t *testing.T) {
	page, err := os.ReadFile("../docs/adding-a-format.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("jsonl.go")
	if err != nil {
		t.Fatal(err)
	}
	added := "+" + strings.ReplaceAll(strings.TrimSpace(string(source)), "\n", "\n+") + "\n"
	if !strings.Contains(string(page), added) {
		t.Errorf("the page lacks this, data/jsonl.go as it is:\n%s", added)
	}
}
