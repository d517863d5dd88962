// Vectors reads a table of word vectors, searches it, or reads its file without looking at it, and prints what that took
// in the format of Go's benchmarks. It is a program of its own, so that the memory that it holds is that of reading:
//
//	vectors load|nearest|read file
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"gorgonia-embedding/vectors"
)

// main does without package cli, whose pages would be counted.
func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "vectors:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	if len(args) != 2 {
		return fmt.Errorf("want load, nearest or read, and a file, got %q", args)
	}
	format := "text"
	if strings.HasSuffix(args[1], ".bin") {
		format = "binary"
	}
	switch what, path := args[0], args[1]; what {
	case "load":
		return load(path, format, stdout)
	case "nearest":
		return nearest(path, stdout)
	case "read":
		return read(path, format, stdout)
	}
	return fmt.Errorf("want load, nearest or read, got %q", args[0])
}

// load prints the CPU time of reading a table, and the most memory that this process ever held, in tables.
func load(path, format string, stdout io.Writer) error {
	start := cpuTime()
	t, _, err := vectors.ReadFile(path, vectors.ReadConfig{})
	if err != nil {
		return err
	}
	took := cpuTime() - start
	peak, err := peak()
	if err == nil {
		table := float64(4 * t.Len() * t.Dim())
		_, err = fmt.Fprintf(stdout, "BenchmarkLoad/format=%s/impl=ours%s 1 %d ns/op %.3f peak/table\n", format, procs(), took, peak/table)
	}
	return err
}

// read prints the CPU time of reading the file alone.
func read(path, format string, stdout io.Writer) error {
	start := cpuTime()
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	// Without the methods by which io would get round the buffer.
	if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{f}, make([]byte, 1<<18)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "BenchmarkLoad/format=%s/impl=read%s 1 %d ns/op\n", format, procs(), cpuTime()-start)
	return err
}

// nearest prints the time of the first search, of the second, which prepares the others, and of the shortest of these,
// which no pause of the machine is in.
func nearest(path string, stdout io.Writer) error {
	t, _, err := vectors.ReadFile(path, vectors.ReadConfig{})
	if err != nil {
		return err
	}
	took := make([]time.Duration, 200)
	for i := range took {
		start := time.Now()
		if _, err := t.Nearest(10, "word5"); err != nil {
			return err
		}
		took[i] = time.Since(start)
	}
	for _, b := range []struct {
		name string
		time time.Duration
	}{{"First", took[0]}, {"Second", took[1]}, {"Nearest", slices.Min(took)}} {
		if _, err := fmt.Fprintf(stdout, "Benchmark%s/impl=ours%s 1 %d ns/op\n", b.name, procs(), b.time); err != nil {
			return err
		}
	}
	return nil
}

// procs returns the suffix that Go adds to a benchmark's name.
func procs() string {
	if n := runtime.GOMAXPROCS(0); n > 1 {
		return fmt.Sprintf("-%d", n)
	}
	return ""
}

// cpuTime returns how long the CPUs worked for this process, in nanoseconds.
func cpuTime() int64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
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
