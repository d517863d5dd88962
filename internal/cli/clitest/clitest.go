// Package clitest holds a command's output against golden files, and its manual against its flags.
package clitest

import (
	"flag"
	"go/parser"
	"go/token"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// Golden fails unless got is what the file holds. With -update it writes the file.
func Golden(t testing.TB, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test with -update writes it)\n got:\n%s\nwant:\n%s", file, got, want)
	}
}

// Rounded returns a text with its decimal fractions rounded to four digits: the last digits of a float depend on the
// machine, and on the order in which it sums.
func Rounded(text string) string {
	return regexp.MustCompile(`-?\d+(\.\d+)?e-\d+|-?\d+\.\d{5,}`).ReplaceAllStringFunc(text, func(number string) string {
		x, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return number
		}
		return strconv.FormatFloat(math.Round(x*1e4)/1e4+0, 'f', 4, 64) // + 0: no minus before a zero
	})
}

// Manual fails unless the package comment of file describes the flags that help, the output of -h, lists, and no
// others, with the same defaults. A flag's entry there is an indented line such as "-dim n  length (default 64)", or
// "-train, -dev file  the examples", with the lines up to the next entry or paragraph. A flag that is true by default
// stands there as -name=false.
func Manual(t testing.TB, file, help string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range compare(f.Doc.Text(), help) {
		t.Errorf("%s: the manual %s", file, problem)
	}
}

// compare returns what is wrong with a manual.
func compare(manual, help string) (problems []string) {
	entries, flags := entries(manual), flags(help)
	for name, want := range flags {
		switch got, ok := entries[name]; {
		case !ok:
			problems = append(problems, "lacks -"+name)
		case got != want:
			problems = append(problems, "says (default "+got+") of -"+name+", which has (default "+want+")")
		}
	}
	for name := range entries {
		if _, ok := flags[name]; !ok {
			problems = append(problems, "describes -"+name+", which is no flag")
		}
	}
	return problems
}

// flags returns the default of each flag in the output of -h.
func flags(help string) map[string]string {
	of := make(map[string]string)
	for _, text := range strings.Split("\n"+help, "\n  -")[1:] {
		name := regexp.MustCompile(`^[\w-]+`).FindString(text)
		of[name] = defaultIn(text)
	}
	return of
}

// entries returns the default of each flag in a manual.
func entries(manual string) map[string]string {
	of := make(map[string]string)
	entry := regexp.MustCompile(`(?m)^\t(-[\w-]+(=false)?(, -[\w-]+)*)[^\n]*(\n\t[ \t]+[^\n]*)*`)
	for _, m := range entry.FindAllStringSubmatch(manual, -1) {
		for name := range strings.SplitSeq(m[1], ", ") {
			name, on := strings.CutSuffix(name[1:], "=false")
			of[name] = defaultIn(m[0])
			if on {
				of[name] = "true"
			}
		}
	}
	return of
}

// defaultIn returns the default that a text names, or "none": 0 and no default are none too.
func defaultIn(text string) string {
	m := regexp.MustCompile(`(?s)\(default ([^)]*)\)`).FindStringSubmatch(text)
	if m == nil || m[1] == "0" {
		return "none"
	}
	return strings.Join(strings.Fields(strings.Trim(m[1], `"`)), " ")
}
