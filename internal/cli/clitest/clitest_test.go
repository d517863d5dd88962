package clitest

import (
	"slices"
	"strings"
	"testing"
)

const help = `usage: x [flags]
  -dim int
    	length of a word's vector (default 64)
  -dev file
    	to choose by
  -hidden sizes
    	sizes of layers (default none)
  -lr rate
    	learning rate (default 0.003; 0.1 for adagrad)
  -q	print nothing
  -sparse
    	rows alone (default true)
  -test file
    	to report on
  -weight-decay float
    	decay
`

const manual = `X does x.

	go run ./cmd/x -nonsense

# Flags

	-dim n              length of
	                    a word's vector (default 64)
	-dev, -test file    the examples
	-hidden n[,n...]    sizes (default none)
	-lr rate            learning rate (default 0.003;
	                    0.1 for adagrad)
	-q                  print nothing
	-sparse=false       the whole table
	-weight-decay x     decay (default 0)

A paragraph about -others.
`

func TestRounded(t *testing.T) {
	const text = `{"a":0.12345678,"b":[-2.5e-9,-1.99999e-07,3e-5],"v1.4.0":12,"c":0.5}`
	if got, want := Rounded(text), `{"a":0.1235,"b":[0.0000,0.0000,0.0000],"v1.4.0":12,"c":0.5}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCompare(t *testing.T) {
	for change, want := range map[string][]string{
		"":                           nil,
		"default 64>default 32":      {"says (default 32) of -dim, which has (default 64)"},
		"-q  >-p  ":                  {"describes -p, which is no flag", "lacks -q"},
		"-dev, >":                    {"lacks -dev"},
		"-sparse=false>-sparse":      {"says (default none) of -sparse, which has (default true)"},
		"0.1 for>0.2 for":            {"says (default 0.003; 0.2 for adagrad) of -lr, which has (default 0.003; 0.1 for adagrad)"},
		"decay (default 0)>decay":    nil,
		"(default none)>(default 2)": {"says (default 2) of -hidden, which has (default none)"},
	} {
		old, changed, _ := strings.Cut(change, ">")
		got := compare(strings.Replace(manual, old, changed, 1), help)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", change, got, want)
		}
	}
}
