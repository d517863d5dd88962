// Package docs tests that the Markdown of the repository is what it says.
package docs

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// pages returns the content of each Markdown file by its path from the top folder.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	top := os.DirFS("..")
	err := fs.WalkDir(top, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".md" {
			return err
		}
		content, err := fs.ReadFile(top, name)
		all[name] = string(content)
		return err
	})
	if err != nil || len(all) < 10 {
		t.Fatalf("%d pages, %v", len(all), err)
	}
	return all
}

// Text is wrapped at 120 columns. A table's row and code cannot be.
func TestMarkdownIsWrapped(t *testing.T) {
	for name, content := range pages(t) {
		code := false
		for i, line := range strings.Split(content, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				code = !code
			}
			if code || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "    ") {
				continue
			}
			if n := utf8.RuneCountInString(line); n > 120 {
				t.Errorf("%s:%d has %d columns, want 120 at most", name, i+1, n)
			}
		}
	}
}

// A link to a file of the repository leads to one.
func TestLinksLeadSomewhere(t *testing.T) {
	code := regexp.MustCompile("(?s)```.*?```")
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for name, content := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(content, ""), -1) {
			if _, err := os.Stat(filepath.Join("..", path.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// The README's map has every folder, and no other.
func TestFolderMap(t *testing.T) {
	readme := pages(t)["README.md"]
	_, table, _ := strings.Cut(readme, "\n## Folders\n")
	table, _, _ = strings.Cut(table, "\n## ")
	var listed, there []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9/]+)/` ").FindAllStringSubmatch(table, -1) {
		listed = append(listed, m[1])
	}
	for _, pattern := range []string{"*", "cmd/*", "internal/*"} {
		entries, err := fs.Glob(os.DirFS(".."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range entries {
			info, err := os.Stat(filepath.Join("..", name))
			if err == nil && info.IsDir() && !strings.HasPrefix(name, ".") && name != "cmd" && name != "internal" {
				there = append(there, name)
			}
		}
	}
	slices.Sort(listed)
	slices.Sort(there)
	if !slices.Equal(listed, there) {
		t.Errorf("README maps %q\nthe folders are %q", listed, there)
	}
}
