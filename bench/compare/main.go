// Compare runs this module's benchmarks and its peers' in turn, round after round, and prints what came of it:
// benchstat's tables, and the table of goals as Markdown.
//
//	go run ./bench/compare [-count 10] [-with pytorch] [suite ...]
//	go run ./bench/compare -read bench.txt -doc docs/performance.md
//
// The suites are step, growth, lookup, layers, training, kernels and bounds; -h describes the flags. A round runs each side
// once, so that whatever else the machine does falls on both. One thread means one CPU that the process cannot leave
// (taskset), for both sides: docs/performance.md says why. It needs Linux, and for PyTorch and fastText Debian's
// packages python3-torch and fasttext, which it installs if it may.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
)

// benchstat is the program that summarises results, at a fixed version.
const benchstat = "golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da"

// shown are the units of benchstat's tables, as it calls them.
const shown = ".unit:(sec/op OR allocs/op OR peak/table OR accuracy OR sec/row OR B/s)"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("compare", flag.ContinueOnError)
	f.SetOutput(stderr)
	count := f.Int("count", 10, "rounds")
	cpu := f.Int("cpu", runtime.NumCPU()-1, "the CPU of one thread")
	peers := f.String("with", "", "pytorch: PyTorch and fastText are the peers; without it, those in Go are")
	out := f.String("out", "bench.txt", "file for the results, in the format of Go's benchmarks")
	read := f.String("read", "", "a file of results to print, instead of running anything")
	doc := f.String("doc", "", "a file of Markdown to put the tables into")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *peers != "" && *peers != "pytorch" {
		return fmt.Errorf("-with %q: want pytorch", *peers)
	}
	for _, name := range f.Args() {
		if !slices.Contains(suites, name) {
			return fmt.Errorf("unknown suite %q: want some of %s", name, strings.Join(suites, ", "))
		}
	}
	if *read == "" {
		r := &runner{ctx: ctx, cpu: *cpu, pytorch: *peers == "pytorch", names: f.Args(), log: stderr}
		if err := r.measure(*count, *out); err != nil {
			return err
		}
		*read = *out
	}
	return report(ctx, *read, *doc, stdout, stderr)
}

// report prints the tables of a file of results, and puts those of the goals into doc if it is not "".
func report(ctx context.Context, path, doc string, stdout, stderr io.Writer) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s := parse(string(text))
	if err := s.checkLosses(); err != nil {
		return err
	}
	if doc != "" {
		return s.update(doc)
	}
	if err := runBenchstat(ctx, path, stdout, stderr); err != nil {
		return err
	}
	_, err = fmt.Fprint(stdout, "\n", s.tables())
	return err
}

// benchstat prints its tables.
func runBenchstat(ctx context.Context, path string, stdout, stderr io.Writer) error {
	stat := exec.CommandContext(ctx, "go", "run", benchstat, "-table", "place,.name", "-col", "/impl", "-filter", shown, path)
	stat.Stdout, stat.Stderr = stdout, stderr
	if err := stat.Run(); err != nil {
		return fmt.Errorf("%s: %w", benchstat, err)
	}
	return nil
}
