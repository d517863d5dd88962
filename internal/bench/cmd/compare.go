package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"

	"gorgonia-embedding/internal/cli"
)

// benchstat is the program that summarises results, at a fixed version.
const benchstat = "golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da"

// shown are the units of benchstat's tables, as it calls them.
const shown = ".unit:(sec/op OR allocs/op OR peak/table OR accuracy OR sec/row OR B/s)"

func compare(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := struct {
		Count int    `json:"count" help:"rounds"`
		CPU   int    `json:"cpu" help:"the CPU of one thread"`
		Out   string `json:"out" help:"{file} for the results, in the format of Go's benchmarks"`
	}{10, runtime.NumCPU() - 1, "bench.txt"}
	suites, err := parse("compare [flags] suite ...", &o, args, stdout)
	if err != nil {
		return err
	}
	r := &runner{ctx: ctx, cpu: o.CPU, names: suites, log: stderr}
	if err := r.measure(o.Count, o.Out); err != nil {
		return err
	}
	return report(ctx, []string{o.Out}, stdout, stderr)
}

// report prints the tables of a file of results, or puts those of the goals into a file of Markdown.
func report(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var o struct {
		Doc string `json:"doc" help:"{file} of Markdown to put the tables into"`
	}
	args, err := parse("report [-doc file] results", &o, args, stdout)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return cli.Misuse("report: want one argument, a file of results, got %d", len(args))
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	s := parseResults(string(text))
	if err := s.checkLosses(); err != nil {
		return err
	}
	goals, err := s.goals(goalsTSV)
	if err != nil {
		return err
	}
	if o.Doc != "" {
		return s.update(o.Doc, goals)
	}
	stat := exec.CommandContext(ctx, "go", "run", benchstat, "-table", "place,.name", "-col", "/impl", "-filter", shown, args[0])
	stat.Stdout, stat.Stderr = stdout, stderr
	if err := stat.Run(); err != nil {
		return fmt.Errorf("%s: %w", benchstat, err)
	}
	_, err = fmt.Fprint(stdout, "\n", s.tables(goals))
	return err
}
