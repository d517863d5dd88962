package replace_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"gorgonia-embedding/internal/replace"
)

// content returns the files below folder by name.
func content(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(folder, path)
		files[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func want(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	got := content(t, folder)
	if len(got) != len(files) {
		t.Errorf("%v, want %v", got, files)
	}
	for name, text := range files {
		if got[name] != text {
			t.Errorf("%s holds %q, want %q", name, got[name], text)
		}
	}
}

func write(texts map[string]string) func(string) error {
	return func(folder string) error {
		for name, text := range texts {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, text := range []string{"one", "two"} {
		if err := replace.File(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
		want(t, filepath.Dir(path), map[string]string{"f": text})
	}
	broken := errors.New("broken")
	err := replace.File(path, func(w io.Writer) error { io.WriteString(w, "thr"); return broken })
	if err != broken {
		t.Error(err)
	}
	want(t, filepath.Dir(path), map[string]string{"f": "two"})
}

func TestFolder(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "odd [name]*")
	if err := replace.Folder(path, write(map[string]string{"a": "1", "b": "1"})); err != nil {
		t.Fatal(err)
	}
	want(t, parent, map[string]string{"odd [name]*/a": "1", "odd [name]*/b": "1"})

	// What is not written again stays, in folders too; what a killed program has left goes.
	os.MkdirAll(filepath.Join(path, "state"), 0o755)
	os.WriteFile(filepath.Join(path, "state", "x"), []byte("mine"), 0o644)
	write(map[string]string{"a": "half"})(mkdir(t, path+".tmp-1"))
	write(map[string]string{"a": "other"})(mkdir(t, filepath.Join(parent, "odd name.tmp-1")))
	if err := replace.Folder(path, write(map[string]string{"a": "2"})); err != nil {
		t.Fatal(err)
	}
	want(t, parent, map[string]string{"odd [name]*/a": "2", "odd [name]*/b": "1", "odd [name]*/state/x": "mine", "odd name.tmp-1/a": "other"})

	broken := errors.New("broken")
	if err := replace.Folder(path, func(folder string) error { write(map[string]string{"a": "3"})(folder); return broken }); err != broken {
		t.Error(err)
	}
	want(t, path, map[string]string{"a": "2", "b": "1", "state/x": "mine"})
}

func mkdir(t *testing.T, path string) string {
	t.Helper()
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// An error names the file that was to be written, and what a program that was killed has left is removed.
func TestFileNamesThePath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "odd [name]*")
	path := filepath.Join(dir, "f")
	err := replace.File(path, func(io.Writer) error { return nil })
	if !errors.Is(err, os.ErrNotExist) || err.Error() != "open "+path+": no such file or directory" {
		t.Error(err)
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"f", "f.tmp-123", "g.tmp-4"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := replace.Clean(dir); err != nil {
		t.Error(err)
	}
	want(t, dir, map[string]string{"f": "x"})
}
