package main

import (
	"fmt"
	"slices"
)

// python is Debian's, which python3-torch is for.
const python = "/usr/bin/python3"

// benchtime is how long a benchmark runs in a round.
const benchtime = "100ms"

// jobs returns what a round runs.
func (r *runner) jobs() (all []job) {
	for _, s := range []struct {
		name string
		jobs func() []job
	}{
		{"step", r.step}, {"growth", r.growth}, {"lookup", r.lookup}, {"layers", r.layers},
		{"training", r.training}, {"kernels", r.kernels}, {"bounds", r.bounds},
	} {
		if len(r.names) == 0 || slices.Contains(r.names, s.name) {
			all = append(all, s.jobs()...)
		}
	}
	return all
}

func (r *runner) test(place, binary, pattern string) job {
	return job{place: place, args: []string{r.file(binary), "-test.run", "^$", "-test.benchtime", benchtime, "-test.bench", pattern}}
}

func (r *runner) torch(place, what string) job {
	threads := "1"
	if place == two {
		threads = "2"
	}
	return job{place: place, args: []string{python, "bench/pytorch.py", what, r.dir, threads}}
}

func (r *runner) step() []job {
	if !r.pytorch {
		return []job{r.test(pinned, "bench.test", "^BenchmarkStep$")}
	}
	return r.besideTorch("step", "^BenchmarkStep$/./.*/^impl=ours")
}

func (r *runner) lookup() []job {
	if !r.pytorch {
		return []job{r.test(pinned, "bench.test", "^BenchmarkLookup$")}
	}
	return r.besideTorch("lookup", "^BenchmarkLookup$/./^impl=ours")
}

func (r *runner) besideTorch(what, pattern string) (all []job) {
	for _, place := range []string{pinned, free, two} {
		all = append(all, r.test(place, "bench.test", pattern), r.torch(place, what))
	}
	return all
}

func (r *runner) growth() []job {
	if r.pytorch {
		return nil
	}
	return []job{
		r.test(pinned, "bench.test", "^BenchmarkGrowth$"),
		{place: pinned, args: []string{r.file("memory"), "-solver", "sgd"}},
		{place: pinned, args: []string{r.file("memory"), "-solver", "adam"}},
	}
}

func (r *runner) training() (all []job) {
	ours := func(place, solver, workers string) job {
		args := []string{r.file("train"), "-train", r.file("train.tsv"), "-dev", r.file("dev.tsv"), "-out", r.file("ours"), "-solver", solver, "-workers", workers}
		return job{place: place, args: args, after: append(slices.Clone(args), "-test", r.file("test.tsv")),
			timed: fmt.Sprintf("Training/solver=%s/workers=%s/impl=ours", solver, workers)}
	}
	fasttext := func(place, threads string) job {
		return job{place: place, timed: fmt.Sprintf("Training/solver=sgd/workers=%s/impl=fasttext", threads),
			args: []string{"fasttext", "supervised", "-input", r.file("train.ft"), "-output", r.file("fasttext"),
				"-dim", "64", "-epoch", "10", "-bucket", "0", "-maxn", "0", "-thread", threads, "-verbose", "0"},
			after: []string{"fasttext", "test", r.file("fasttext.bin"), r.file("test.ft")}}
	}
	for _, solver := range []string{"sgd", "adam"} {
		all = append(all, ours(pinned, solver, "1"), ours(free, solver, "1"), ours(two, solver, "1"), ours(two, solver, "2"))
	}
	if r.pytorch {
		all = append(all, fasttext(pinned, "1"), fasttext(two, "2"))
	}
	return all
}

func (r *runner) layers() []job {
	if r.pytorch {
		return nil
	}
	return []job{r.test(pinned, "layers.test", "^BenchmarkForward(Backward)?$")}
}

func (r *runner) kernels() []job {
	if r.pytorch {
		return nil
	}
	return []job{r.test(pinned, "kernel.test", "^BenchmarkRows$"), r.test(two, "kernel.test", "^BenchmarkParallel$")}
}

func (r *runner) bounds() []job {
	if r.pytorch {
		return nil
	}
	return []job{
		r.test(pinned, "bench.test", "^Benchmark(RunAll|Copy|RandomRow|Index)$"),
		r.test(free, "bench.test", "^BenchmarkRunAll$"),
		r.test(two, "bench.test", "^BenchmarkRunAll$"),
	}
}
