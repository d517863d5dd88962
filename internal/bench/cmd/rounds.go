package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorgonia-embedding/internal/bench"
	"gorgonia-embedding/internal/cli"
)

// python is the interpreter for which Debian's python3-torch is built.
const python = "/usr/bin/python3"

// runner runs the jobs of some suites.
type runner struct {
	ctx       context.Context
	cpu       int
	names     []string // names of the suites
	log       io.Writer
	dir, self string // folder for programs and workloads; this program
}

// jobs returns what a round runs.
func (r *runner) jobs() (jobs []job, err error) {
	var names []string
	for _, s := range r.suites() {
		names = append(names, s.name)
		if slices.Contains(r.names, s.name) {
			jobs = append(jobs, s.jobs...)
		}
	}
	for _, name := range r.names {
		if !slices.Contains(names, name) {
			return nil, cli.Misuse("unknown suite %q: want some of %s", name, strings.Join(names, ", "))
		}
	}
	if jobs == nil {
		return nil, cli.Misuse("no suite: want some of %s", strings.Join(names, ", "))
	}
	return jobs, nil
}

// measure runs all jobs count times over, and writes what they print to path.
func (r *runner) measure(count int, path string) (err error) {
	if r.self, err = os.Executable(); err != nil {
		return err
	}
	if r.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer os.RemoveAll(r.dir)
	jobs, err := r.jobs()
	if err != nil {
		return err
	}
	machine, err := r.prepare()
	if err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	fmt.Fprintf(out, "machine: %s, %d rounds\nsuites: %s\n", machine, count, strings.Join(r.names, " "))
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

// prepare builds the programs, writes the workloads, makes sure that the peers are there, and describes the machine.
func (r *runner) prepare() (machine string, err error) {
	err = r.build()
	if err == nil {
		err = bench.Write(r.dir)
	}
	if err != nil {
		return "", err
	}
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(string(info), "model name\t: ")
	cpu, _, _ := strings.Cut(rest, "\n")
	peers, err := r.preparePeers()
	return fmt.Sprintf("%d CPUs of %s, Linux, %s%s", runtime.NumCPU(), cpu, runtime.Version(), peers), err
}

// build builds the programs.
func (r *runner) build() error {
	for binary, pkg := range map[string]string{"bench": "./internal/bench", "layers": "./layers", "kernel": "./internal/kernel"} {
		if _, err := r.output("go", "test", "-c", "-o", r.file(binary+".test"), pkg); err != nil {
			return err
		}
	}
	for _, command := range []string{"train", "predict"} {
		if _, err := r.output("go", "build", "-o", r.file(command), "./cmd/"+command); err != nil {
			return err
		}
	}
	return nil
}

// preparePeers makes sure that the peers of the suites are there, with their data, and describes them.
func (r *runner) preparePeers() (peers string, err error) {
	if slices.Contains(r.names, "word2vec") {
		if err := r.prepareWord2vec(); err != nil {
			return "", err
		}
	}
	if slices.Contains(r.names, "vectors-gensim") {
		if peers, err = r.prepareVectors(); err != nil {
			return "", err
		}
	}
	if !slices.ContainsFunc(r.names, func(name string) bool {
		return name == "training" || name == "predict" || name == "files" || strings.HasSuffix(name, "-pytorch")
	}) {
		return peers, nil
	}
	if _, err := r.need("fasttext", "sh", "-c", "command -v fasttext"); err != nil {
		return "", err
	}
	if slices.Contains(r.names, "predict") {
		if err := r.prepareModels(); err != nil {
			return "", err
		}
	}
	if slices.Contains(r.names, "files") {
		if err := bench.WriteFile(r.file("large.txt")); err != nil {
			return "", err
		}
	}
	version, err := r.need("python3-torch", python, "-c", "import torch; print(torch.__version__)")
	return peers + ", PyTorch " + strings.TrimSpace(version), err
}

// prepareVectors writes the table of word vectors, builds the program that reads it, makes sure that gensim is there, and
// describes that.
func (r *runner) prepareVectors() (gensim string, err error) {
	version, err := r.need("python3-gensim", python, "-c", "import gensim; print(gensim.__version__)")
	if err != nil {
		return "", err
	}
	if _, err := r.output("go", "build", "-o", r.file("vectors"), "./internal/bench/vectors"); err != nil {
		return "", err
	}
	return ", gensim " + strings.TrimSpace(version), bench.WriteVectors(r.dir)
}

// need returns what the command prints. If the command fails, need first installs a Debian package.
func (r *runner) need(pkg string, command ...string) (string, error) {
	if text, err := r.output(command...); err == nil {
		return text, nil
	}
	fmt.Fprintf(r.log, "installing %s\n", pkg)
	if _, err := r.output("sh", "-c", "apt-get update -q && apt-get install -qy "+pkg); err != nil {
		return "", fmt.Errorf("%s is missing, and could not be installed: apt-get install %s, as root: %w", pkg, pkg, err)
	}
	return r.output(command...)
}

// run runs a job and returns the lines of benchmarks that it printed.
func (r *runner) run(j job) (string, error) {
	args := append([]string{"env", "GOMAXPROCS=" + threads(j.place)}, j.args...)
	if j.args[0] == "-u" { // options of env come first
		args = append([]string{"env"}, j.args...)
	}
	if j.place == pinned {
		args = append([]string{"taskset", "-c", strconv.Itoa(r.cpu)}, args...)
	}
	start := time.Now()
	text, err := r.output(args...)
	took := time.Since(start)
	if err != nil {
		return "", err
	}
	if j.timed == "" {
		return strings.Join(regexp.MustCompile(`(?m)^Benchmark.* ns/op.*\n`).FindAllString(text, -1), ""), nil
	}
	if j.after != nil {
		if text, err = r.output(j.after...); err != nil {
			return "", err
		}
	}
	line := fmt.Sprintf("Benchmark%s 1 %d ns/op", j.timed, took.Nanoseconds())
	if text == "" {
		return line + "\n", nil
	}
	accuracy, err := lastAccuracy(text)
	return fmt.Sprintf("%s %g accuracy\n", line, accuracy), err
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

// lastAccuracy returns the number that ends what a program printed: the accuracy, or fastText's recall, which is the
// same where every text has one label.
func lastAccuracy(text string) (float64, error) {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return 0, fmt.Errorf("no accuracy printed")
	}
	return strconv.ParseFloat(fields[len(fields)-1], 64)
}

func (r *runner) file(name string) string { return filepath.Join(r.dir, name) }
