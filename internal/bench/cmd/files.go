package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"gorgonia-embedding/internal/bench"
	"gorgonia-embedding/internal/cli"
)

// peak runs a command that reads a file, and prints the most memory that it held, in bytes and in sizes of the file, in
// the format of Go's benchmarks.
func peak(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := struct {
		Name string `json:"name" help:"{name} of the benchmark"`
		File string `json:"file" help:"{file} that the command reads"`
	}{}
	args, err := parse("peak [flags] command ...", &o, args, stdout)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return cli.Misuse("peak: want a command to run")
	}
	file, err := os.Stat(o.File)
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Stderr = stderr
	start := time.Now()
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	took := time.Since(start)
	held := float64(c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) * 1024 // Linux counts in KiB
	_, err = fmt.Fprintf(stdout, "Benchmark%s 1 %d ns/op %.0f peak-B %.3f peak/file\n", o.Name, took.Nanoseconds(), held, held/float64(file.Size()))
	return err
}

// files are trainings on a file of bench.WriteFile, one epoch each, from the file to the saved model.
func (r *runner) files() []job {
	read := func(impl string, command ...string) job {
		return job{place: pinned, args: append([]string{r.self, "peak", "-name", "File/impl=" + impl, "-file", r.file("large.txt")}, command...)}
	}
	dim := strconv.Itoa(bench.Dim)
	return []job{
		read("ours", r.file("train"), "-quiet", "-train", r.file("large.txt"), "-dev", r.file("dev.tsv"), "-test", r.file("test.tsv"),
			"-out", r.file("large"), "-keep", "0", "-dim", dim, "-dropout", "0", "-epochs", "1", "-optimizer", "sgd", "-learning-rate", "1"),
		read("fasttext", "fasttext", "supervised", "-input", r.file("large.txt"), "-output", r.file("large-fasttext"),
			"-dim", dim, "-epoch", "1", "-bucket", "0", "-maxn", "0", "-thread", "1", "-verbose", "0"),
	}
}
