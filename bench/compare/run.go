package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

var suites = []string{"step", "growth", "lookup", "layers", "training", "kernels", "bounds"}

// The places where a job runs.
const (
	pinned = "pinned"  // one thread, on one CPU
	free   = "free"    // one thread, on any CPU
	two    = "two-cpu" // two threads
)

// A job is a program that prints benchmarks.
type job struct {
	place string
	args  []string
	timed string // the name of the benchmark that the program itself is, if it prints none
	after []string
}

// runner runs jobs.
type runner struct {
	ctx     context.Context
	cpu     int
	pytorch bool
	names   []string // of the suites; none means all
	log     io.Writer
	dir     string // for programs and workloads
}

// measure runs all jobs count times over, and writes what they print to path.
func (r *runner) measure(count int, path string) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r.dir = dir
	if err := r.prepare(); err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	machine, err := r.machine()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "machine: %s, %d rounds\n", machine, count)
	jobs := r.jobs()
	for round := range count {
		for i, j := range jobs {
			fmt.Fprintf(r.log, "round %d of %d, job %d of %d: %s %s\n", round+1, count, i+1, len(jobs), j.place, strings.Join(j.args, " "))
			lines, err := r.run(j)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "place: %s\n%s", j.place, lines)
		}
	}
	return nil
}

// prepare builds the programs, writes the workloads and sees to the peers.
func (r *runner) prepare() error {
	if _, err := exec.LookPath("taskset"); err != nil {
		return fmt.Errorf("taskset is missing: apt-get install util-linux")
	}
	for _, args := range [][]string{
		{"go", "test", "-c", "-o", r.dir + "/bench.test", "./bench"},
		{"go", "test", "-c", "-o", r.dir + "/layers.test", "./layers"},
		{"go", "test", "-c", "-o", r.dir + "/kernel.test", "./internal/kernel"},
		{"go", "build", "-o", r.dir + "/memory", "./bench/memory"},
		{"go", "build", "-o", r.dir + "/train", "./bench/train"},
		{"go", "run", "./bench/gen", r.dir},
	} {
		if _, err := r.output(args...); err != nil {
			return err
		}
	}
	if !r.pytorch {
		return nil
	}
	if err := r.need("python3-torch", python, "-c", "import torch"); err != nil {
		return err
	}
	return r.need("fasttext", "sh", "-c", "command -v fasttext")
}

// machine describes what the results are of.
func (r *runner) machine() (string, error) {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(string(info), "model name\t: ")
	cpu, _, _ := strings.Cut(rest, "\n")
	text := fmt.Sprintf("%d CPUs of %s, Linux, %s", runtime.NumCPU(), cpu, runtime.Version())
	if !r.pytorch {
		return text, nil
	}
	version, err := r.output(python, "-c", "import torch; print(torch.__version__)")
	return text + ", PyTorch " + strings.TrimSpace(version), err
}

// need installs a package of Debian's unless the command succeeds.
func (r *runner) need(pkg string, command ...string) error {
	if _, err := r.output(command...); err == nil {
		return nil
	}
	fmt.Fprintf(r.log, "installing %s\n", pkg)
	if _, err := r.output("sh", "-c", "apt-get update -q && apt-get install -qy "+pkg); err != nil {
		return fmt.Errorf("%s is missing, and could not be installed: apt-get install %s, as root: %w", pkg, pkg, err)
	}
	_, err := r.output(command...)
	return err
}

// run runs a job and returns the lines of benchmarks that it printed.
func (r *runner) run(j job) (string, error) {
	args := j.args
	switch j.place {
	case pinned:
		args = append([]string{"taskset", "-c", strconv.Itoa(r.cpu), "env", "GOMAXPROCS=1"}, args...)
	case free:
		args = append([]string{"env", "GOMAXPROCS=1"}, args...)
	case two:
		args = append([]string{"env", "GOMAXPROCS=2"}, args...)
	}
	start := time.Now()
	text, err := r.output(args...)
	if err != nil {
		return "", err
	}
	if j.timed == "" {
		return onlyBenchmarks(text), nil
	}
	took := time.Since(start)
	text, err = r.output(j.after...)
	if err != nil {
		return "", err
	}
	accuracy, err := lastAccuracy(text)
	return fmt.Sprintf("Benchmark%s 1 %d ns/op %g accuracy\n", j.timed, took.Nanoseconds(), accuracy), err
}

// output runs a command and returns what it printed.
func (r *runner) output(args ...string) (string, error) {
	c := exec.CommandContext(r.ctx, args[0], args[1:]...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String(), nil
}

func onlyBenchmarks(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "Benchmark") && strings.Contains(line, "ns/op") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// lastAccuracy returns the accuracy that a program printed: alone on the last line, or as fastText does after P@1.
func lastAccuracy(text string) (float64, error) {
	fields := strings.Fields(text)
	for i, f := range fields {
		if f == "P@1" && i+1 < len(fields) {
			return strconv.ParseFloat(fields[i+1], 64)
		}
	}
	if len(fields) == 0 {
		return 0, fmt.Errorf("no accuracy printed")
	}
	return strconv.ParseFloat(fields[len(fields)-1], 64)
}

func (r *runner) file(name string) string { return filepath.Join(r.dir, name) }
