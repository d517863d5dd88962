package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"time"

	"gorgonia-embedding/internal/bench"
)

// memory trains the model of the step on a large table, and prints the most memory that this process ever held, from
// its start, in the format of Go's benchmarks.
func memory(args []string, stdout io.Writer) error {
	o := struct {
		Vocab  int    `json:"vocab" help:"rows of the table"`
		Solver string `json:"solver" help:"{name}: sgd or adam"`
		Steps  int    `json:"steps" help:"training steps"`
	}{bench.GrowthTo, "sgd", 500}
	if _, err := parse("memory [flags]", &o, args, stdout); err != nil {
		return err
	}
	step, err := bench.Sparse(o.Vocab, o.Solver)
	if err != nil {
		return err
	}
	data := bench.StepTexts(o.Vocab, o.Steps)
	start := time.Now()
	for k := range o.Steps {
		if _, err := step(data.Batch(k)); err != nil {
			return err
		}
	}
	took := time.Since(start)
	peak, err := memoryOf("VmHWM:")
	if err != nil {
		return err
	}
	table := float64(o.Vocab) * bench.Dim * 4
	_, err = fmt.Fprintf(stdout, "BenchmarkMemory/solver=%s/vocab=%d/impl=ours %d %d ns/op %.0f peak-B %.3f peak/table\n",
		o.Solver, o.Vocab, o.Steps, took.Nanoseconds()/int64(o.Steps), peak, peak/table)
	return err
}

// memoryOf returns the bytes that this process holds in memory ("VmRSS:"), or the most that it ever held ("VmHWM:"), as
// Linux counts them.
func memoryOf(name string) (float64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, found := bytes.Cut(status, []byte(name))
	var kib float64
	if _, err := fmt.Fscan(bytes.NewReader(rest), &kib); !found || err != nil {
		return 0, fmt.Errorf("no %s in /proc/self/status: this needs Linux", name)
	}
	return kib * 1024, nil
}
