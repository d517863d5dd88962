package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The modules that the kernel is built of. gophernotes is a command, which cannot be imported, and one package
// of gomacro needs a change: both are copied from the module cache, which go.sum vouches for.
const (
	gophernotes = "github.com/gopherdata/gophernotes"
	gomacro     = "github.com/cosmos72/gomacro"
	ours        = "gorgonia-embedding/notebooks/kernel"
)

// edit replaces the only line that holds old.
type edit struct{ file, old, new string }

var edits = []edit{
	// Link our packages, and say nothing of what a last fmt.Println returns.
	{"kernel.go", `_ "github.com/gopherdata/gophernotes/imports"`, `_ "github.com/gopherdata/gophernotes/imports"; "` + ours + `/bindings"`},
	{"kernel.go", `if srcEndsWithExpr {`, `if srcEndsWithExpr && !bindings.IsPrint(nodes[len(nodes)-1]) {`},
	// The proxy of display.JSONer has the wrong type, which this gomacro refuses (mended upstream, in no release).
	{"x_package.go", `JSON_  func(interface{}) string`, `JSON_  func(interface{}) map[string]interface{}`},
	{"x_package.go", `func (P *proxy_JSONer) JSON() string`, `func (P *proxy_JSONer) JSON() map[string]interface{}`},
	// Keep the type of a compiled slice or map of a recursive type: else []*gorgonia.Node becomes
	// []xreflect.Forward, and gorgonia.Grad(loss, params...) fails (gomacro issue 144).
	{"gomacro/xreflect/fromreflect.go", `rtype = r.SliceOf(e.approxReflectType())`, `if v.rebuild() { rtype = r.SliceOf(e.approxReflectType()) } else { rtype = r.SliceOf(rtype.Elem()) }`},
	{"gomacro/xreflect/fromreflect.go", `rtype = r.MapOf(k.approxReflectType(), e.approxReflectType())`, `if v.rebuild() { rtype = r.MapOf(k.approxReflectType(), e.approxReflectType()) } else { rtype = r.MapOf(rtype.Key(), rtype.Elem()) }`},
}

// build makes the kernel at the path out.
func build(ctx context.Context, out string, stderr io.Writer) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "notebook-kernel-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := copySources(ctx, dir, stderr); err != nil {
		return err
	}
	for _, e := range edits {
		if err := e.apply(dir); err != nil {
			return err
		}
	}
	if err := writeModule(ctx, dir, stderr); err != nil {
		return err
	}
	_, err = goCommand(ctx, dir, stderr, "build", "-trimpath", "-ldflags=-s -w", "-o", out, ".")
	return err
}

// copySources fills dir with gophernotes and dir/gomacro with gomacro.
func copySources(ctx context.Context, dir string, stderr io.Writer) error {
	listed, failed := goCommand(ctx, ".", stderr, "mod", "download", "-json", gophernotes, gomacro)
	into := map[string]string{gophernotes: dir, gomacro: filepath.Join(dir, "gomacro")}
	for list := json.NewDecoder(bytes.NewReader(listed)); list.More(); {
		var m struct{ Path, Dir, Error string }
		if err := list.Decode(&m); err != nil {
			return err
		}
		if m.Error != "" {
			return fmt.Errorf("%s (the first build downloads modules: is there a network?)", m.Error)
		}
		if err := os.CopyFS(into[m.Path], os.DirFS(m.Dir)); err != nil {
			return err
		}
	}
	if failed != nil {
		return failed
	}
	// Tests and examples stay out, and gophernotes' own packages come from the module cache.
	for _, name := range []string{"kernel_test.go", "go.mod", "go.sum", "imports", "examples"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// apply makes the edit in a file below dir.
func (e edit) apply(dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(e.file))
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := strings.Count(string(source), e.old); n != 1 {
		return fmt.Errorf("%s holds %q %d times, want once: was gophernotes or gomacro updated?", e.file, e.old, n)
	}
	if err := os.Chmod(path, 0o644); err != nil { // the module cache is read-only
		return err
	}
	return os.WriteFile(path, []byte(strings.Replace(string(source), e.old, e.new, 1)), 0o644)
}

// writeModule makes dir a module with the requirements of this one.
func writeModule(ctx context.Context, dir string, stderr io.Writer) error {
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("%w: run the command in notebooks/kernel", err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	_, err = goCommand(ctx, dir, stderr, "mod", "edit", "-module=notebook-kernel",
		"-require="+ours+"@v0.0.0", "-replace="+ours+"="+here,
		"-replace=gorgonia-embedding="+filepath.Join(here, "..", ".."),
		"-replace="+gomacro+"=./gomacro")
	return err
}

// goCommand runs the go command in dir and returns what it prints.
func goCommand(ctx context.Context, dir string, stderr io.Writer, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stderr = dir, stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", args[0], err)
	}
	return out, nil
}
