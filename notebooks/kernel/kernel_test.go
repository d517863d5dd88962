package main

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"build"}, {"install", "x"}, {"install", "-update"}, {"execute", "-wrong"}} {
		var out, errOut bytes.Buffer
		if err := run(t.Context(), args, &out, &errOut); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %v, want an error of one line", args, err)
		}
	}
}

func TestExecuteNeedsJupyter(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := run(t.Context(), []string{"execute", "x.ipynb"}, &bytes.Buffer{}, &bytes.Buffer{})
	if err == nil || !strings.HasPrefix(err.Error(), "jupyter-nbconvert is not on the PATH") {
		t.Errorf("got %v", err)
	}
}

// An edit that does not fit exactly once is an error, and changes nothing.
func TestEdit(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.go")
	for content, want := range map[string]string{"x\nold\ny": "x\nnew\ny", "old old": "", "none": ""} {
		if err := os.WriteFile(file, []byte(content), 0o444); err != nil {
			t.Fatal(err)
		}
		err := edit{"a.go", "old", "new"}.apply(dir)
		got, _ := os.ReadFile(file)
		if want == "" {
			want = content
			if err == nil {
				t.Errorf("%q: no error", content)
			}
		} else if err != nil {
			t.Error(err)
		}
		if string(got) != want {
			t.Errorf("%q became %q, want %q", content, got, want)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDataFolder(t *testing.T) {
	t.Setenv("JUPYTER_DATA_DIR", "there")
	if dir, err := dataFolder(); dir != "there" || err != nil {
		t.Errorf("got %q, %v", dir, err)
	}
	t.Setenv("JUPYTER_DATA_DIR", "")
	if dir, err := dataFolder(); !filepath.IsAbs(dir) || err != nil {
		t.Errorf("got %q, %v", dir, err)
	}
}

// page is a notebook of one cell with the given outputs.
func page(tags []any, outputs ...any) notebook {
	meta := map[string]any{}
	if tags != nil {
		meta["tags"] = tags
	}
	return notebook{"cells": []any{
		map[string]any{"cell_type": "markdown", "metadata": map[string]any{}, "source": []any{"text"}},
		map[string]any{"cell_type": "code", "id": "c", "metadata": meta, "outputs": outputs},
	}}
}

func stream(lines ...any) any {
	return map[string]any{"output_type": "stream", "name": "stdout", "text": lines}
}

func result(kind string, v any) any {
	return map[string]any{"output_type": "execute_result", "data": map[string]any{"text/plain": "value", kind: v}}
}

// picture returns a PNG as a notebook holds it.
func picture(t *testing.T, c color.Color, level png.CompressionLevel) string {
	m := image.NewRGBA(image.Rect(0, 0, 20, 20))
	m.Set(3, 3, c)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: level}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()) + "\n"
}

func TestCompare(t *testing.T) {
	red, blue := color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}
	small, large := picture(t, red, png.BestCompression), picture(t, red, png.NoCompression)
	if small == large {
		t.Fatal("the test needs two encodings of one picture")
	}
	volatile := []any{"volatile"}
	for _, tt := range []struct {
		name      string
		want, got notebook
		same      bool
	}{
		{"equal text", page(nil, stream("a\n", "b\n")), page(nil, stream("a\nb\n")), true},
		{"other text", page(nil, stream("a")), page(nil, stream("b")), false},
		{"fewer outputs", page(nil, stream("a")), page(nil), false},
		{"other kind", page(nil, result("text/html", "x")), page(nil, result("image/png", "x")), false},
		{"volatile", page(volatile, stream("a")), page(volatile, stream("b")), true},
		{"volatile, other kind", page(volatile, stream("a")), page(volatile, result("text/html", "x")), false},
		{"one picture", page(nil, result("image/png", small)), page(nil, result("image/png", large)), true},
		{"two pictures", page(nil, result("image/png", small)), page(nil, result("image/png", picture(t, blue, png.BestCompression))), false},
		{"no picture", page(nil, result("image/png", small)), page(nil, result("image/png", "AAAA")), false},
		{"fewer cells", page(nil), notebook{}, false},
	} {
		if err := compare(tt.want, tt.got); (err == nil) != tt.same {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		output any
		ok     bool
	}{
		{stream("<nil>"), true},
		{result("text/plain", "6 <nil>"), false},
		{result("text/plain", strings.Repeat("255 ", 2000)), false},
		{map[string]any{"output_type": "error", "evalue": "boom"}, false},
	} {
		if err := page(nil, tt.output).check(); (err == nil) != tt.ok {
			t.Errorf("%v: %v", tt.output, err)
		}
	}
}

// A notebook that was run in Jupyter, with the marks that this leaves, becomes the one that is committed.
func TestNormalise(t *testing.T) {
	nb := page(nil, stream("a"), stream("b\n", "c"), result("text/html", "x"), stream("d"))
	nb.code()[0]["metadata"] = map[string]any{"execution": "10:15", "scrolled": true}
	nb["metadata"] = map[string]any{"widgets": 1, "language_info": map[string]any{"version": "go1.99"}}
	nb.normalise()
	want := page(nil, stream("ab\n", "c"), result("text/html", "x"), stream("d"))
	if !reflect.DeepEqual(nb["cells"], want["cells"]) {
		t.Errorf("got\n%v\nwant\n%v", nb["cells"], want["cells"])
	}
	path := filepath.Join(t.TempDir(), "n.ipynb")
	if err := nb.write(path); err != nil {
		t.Fatal(err)
	}
	read, err := readNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	content, _ := os.ReadFile(path)
	if strings.Contains(string(content), "1.99") || !reflect.DeepEqual(read["cells"], want["cells"]) {
		t.Errorf("written as\n%s", content)
	}
}

// The notebooks in the repository are what -update writes.
func TestCommittedNotebooksAreNormal(t *testing.T) {
	paths, err := filepath.Glob("../*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, path := range paths {
		nb, err := readNotebook(path)
		if err != nil {
			t.Fatal(err)
		}
		was, _ := os.ReadFile(path)
		nb.normalise()
		copied := filepath.Join(t.TempDir(), "n.ipynb")
		if err := nb.write(copied); err != nil {
			t.Fatal(err)
		}
		if is, _ := os.ReadFile(copied); !bytes.Equal(was, is) {
			t.Errorf("%s: go -C notebooks/kernel run . execute -update makes it another file", path)
		}
		for i, c := range nb.code() {
			if c["execution_count"] != float64(i+1) || c.id() == "" {
				t.Errorf("%s: code cell %d was run as %v: run the notebook from top to bottom", path, i+1, c["execution_count"])
			}
		}
	}
}
