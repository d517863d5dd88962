// Memory trains the model of the step on a large table, in a process of its own, and prints the most memory that
// the process ever held, from its start, in the format of Go's benchmarks.
//
//	go run ./bench/memory [-vocab n] [-solver sgd|adam] [-steps n]
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"time"

	"gorgonia-embedding/bench"
)

func main() {
	vocab := flag.Int("vocab", 10_000_000, "rows of the table")
	solver := flag.String("solver", "sgd", "sgd or adam")
	steps := flag.Int("steps", 500, "training steps")
	flag.Parse()
	if err := run(*vocab, *solver, *steps); err != nil {
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	}
}

func run(vocab int, solver string, steps int) error {
	train, err := bench.Sparse(vocab, solver)
	if err != nil {
		return err
	}
	data := bench.StepTexts(vocab, steps)
	start := time.Now()
	for k := range steps {
		if _, err := train(data.Batch(k)); err != nil {
			return err
		}
	}
	took := time.Since(start)
	peak, err := peak()
	if err != nil {
		return err
	}
	table := float64(vocab) * bench.Dim * 4
	fmt.Printf("BenchmarkMemory/solver=%s/vocab=%d/impl=ours %d %d ns/op %.0f peak-B %.3f peak/table\n",
		solver, vocab, steps, took.Nanoseconds()/int64(steps), peak, peak/table)
	return nil
}

// peak returns the most bytes that this process held in memory, as Linux counts them.
func peak() (float64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, found := bytes.Cut(status, []byte("VmHWM:"))
	var kib float64
	if _, err := fmt.Fscan(bytes.NewReader(rest), &kib); !found || err != nil {
		return 0, fmt.Errorf("no VmHWM in /proc/self/status: this needs Linux")
	}
	return kib * 1024, nil
}
