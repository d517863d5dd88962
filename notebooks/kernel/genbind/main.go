// Command genbind writes the files by which the notebook kernel's interpreter, gomacro, knows compiled
// packages: one file for each package named, in the current folder.
//
//	go run ./genbind gorgonia.org/gorgonia gorgonia.org/tensor
//
// The interpreter has no generics: generic functions and types are left out, with a comment.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	if err := run(os.Args[1:], ".", os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "genbind:", err)
		os.Exit(1)
	}
}

// run writes the bindings of the packages at paths to the folder out, whose name is the Go package's,
// and removes those of packages that are not named.
func run(paths []string, out string, log io.Writer) error {
	folder, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps,
	}, paths...)
	if err != nil {
		return err
	}
	if packages.PrintErrors(loaded) > 0 {
		return fmt.Errorf("the packages do not load: see above")
	}
	old, err := filepath.Glob(filepath.Join(folder, prefix+"*.go"))
	if err != nil {
		return err
	}
	for _, file := range old {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	for _, p := range loaded {
		source, err := bind(filepath.Base(folder), p.Types)
		if err != nil {
			return fmt.Errorf("%s: %w", p.PkgPath, err)
		}
		file := filepath.Join(folder, prefix+identifier(p.PkgPath)+".go")
		if err := os.WriteFile(file, source, 0o666); err != nil {
			return err
		}
		fmt.Fprintf(log, "%s: %d bytes\n", filepath.Base(file), len(source))
	}
	return nil
}

// prefix begins the names of the generated files.
const prefix = "z_"

// identifier turns an import path into a part of a Go name.
func identifier(path string) string {
	return strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(path)
}
