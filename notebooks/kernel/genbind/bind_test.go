package main

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// The bindings of a package with one of each kind of thing.
func TestBind(t *testing.T) {
	const source = `package p

const (
	Small   = 3
	Large   = 1 << 40
	Huge    = 1<<63 + 1
	Typed   = Kind(1)
	private = 1
)

var Var = private

type Kind int

type Doer interface {
	Do(a int, rest ...string) (Kind, error)
	Stop()
}

type sealed interface{ secret() }

type Closed interface{ sealed }

type Inner struct{}

func (Inner) Promoted() {}

type Outer struct{ Inner }

func (Outer) Own() {}

type Number interface{ ~int | ~float64 }

type Box[T any] struct{ V T }

type IntBox = Box[int]

func Func(k Kind) Kind { return k }

func Generic[T Number](x T) T { return x }
`
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := new(types.Config).Check("example.com/a-b/p", fset, []*ast.File{parsed}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := bind("bindings", p)
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/p.golden"
	if *update {
		if err := os.WriteFile(golden, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%s\nwant (go test ./genbind -update rewrites it)\n%s", got, want)
	}
}
