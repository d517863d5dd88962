// Package bindings is what the notebook kernel has beyond stock gophernotes: the packages that a cell can
// import without a compiler, and two adjustments. The kernel links it (see the build of package main).
//
// The files z_*.go are generated; go generate ./bindings renews them when a package's API has changed.
package bindings

import (
	"go/ast"
	"go/build"
	"strings"
)

//go:generate go run ../genbind gorgonia.org/gorgonia gorgonia.org/tensor gorgonia-embedding/data gorgonia-embedding/layers gorgonia-embedding/loss gorgonia-embedding/machine gorgonia-embedding/model gorgonia-embedding/optim gorgonia-embedding/params gorgonia-embedding/sparse gorgonia-embedding/train gorgonia-embedding/vectors gorgonia-embedding/word2vec gorgonia-embedding/notebooks/kernel/show gonum.org/v1/plot gonum.org/v1/plot/plotter gonum.org/v1/plot/plotutil gonum.org/v1/plot/vg gonum.org/v1/plot/vg/draw gonum.org/v1/plot/vg/vgimg math/rand/v2

// gomacro asks go/importer for the export data of every package that it meets, which runs the go command
// and panics on the type aliases and type parameters of Go 1.22 and later. Without a GOROOT it falls back
// on reflection, which is all that linked packages need.
func init() { build.Default.GOROOT = "/nonexistent" }

// IsPrint says whether n is a call such as fmt.Println(x), whose results, a length and an error, nobody
// wants to see below a cell that ends with it.
func IsPrint(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := fun.X.(*ast.Ident)
	return ok && pkg.Name == "fmt" && (strings.HasPrefix(fun.Sel.Name, "Print") || strings.HasPrefix(fun.Sel.Name, "Fprint"))
}
