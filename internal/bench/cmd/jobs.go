package main

import (
	"fmt"
	"slices"
	"strconv"

	"gorgonia-embedding/internal/bench"
)

// The places where a job runs.
const (
	pinned = "pinned"  // one thread, on one CPU
	free   = "free"    // one thread, on any CPU
	two    = "two-cpu" // two threads
)

// A suite is a list of jobs with a name.
type suite struct {
	name string
	jobs []job
}

// A job is a program that prints benchmarks.
type job struct {
	place string
	args  []string
	timed string   // name of the benchmark if the program itself is one; empty if it prints benchmarks
	after []string // program that prints the accuracy of what was timed; nil if that itself does
}

// suites returns all suites.
func (r *runner) suites() []suite {
	return []suite{
		{"step", []job{r.test(pinned, "bench", "^BenchmarkStep$")}},
		{"growth", []job{
			r.test(pinned, "bench", "^BenchmarkGrowth$"),
			{place: pinned, args: []string{r.self, "memory", "-solver", "sgd"}},
			{place: pinned, args: []string{r.self, "memory", "-solver", "adam"}},
		}},
		{"lookup", []job{r.test(pinned, "bench", "^BenchmarkLookup$")}},
		{"layers", []job{r.test(pinned, "layers", "^BenchmarkForward(Backward)?$")}},
		{"kernels", []job{r.test(pinned, "kernel", "^Benchmark(Rows|Linear)$"), r.test(two, "kernel", "^BenchmarkParallel$")}},
		{"bounds", []job{
			r.test(pinned, "bench", "^Benchmark(RunAll|Copy|RandomRow|Index)$"),
			r.test(free, "bench", "^BenchmarkRunAll$"),
			r.test(two, "bench", "^BenchmarkRunAll$"),
		}},
		{"step-pytorch", r.besidePyTorch("^BenchmarkStep$/./.*/^impl=ours", "pytorch.py", "step")},
		{"lookup-pytorch", r.besidePyTorch("^BenchmarkLookup$/./^impl=ours", "pytorch.py", "lookup")},
		{"loss-pytorch", r.besidePyTorch("^BenchmarkCrossEntropy$/./^impl=ours", "pytorch.py", "cross-entropy")},
		{"layers-pytorch", r.besidePyTorch("^BenchmarkLayer$", "pytorch.py", "layers")},
		{"models-pytorch", r.besidePyTorch("^BenchmarkModel$", "pytorch_models.py")},
		{"training", r.trainings()},
		{"predict", r.predictions()},
		{"files", r.files()},
		{"vectors-gensim", r.besideGensim()},
		{"word2vec", r.besideWord2vec()},
	}
}

// besideGensim returns the jobs of reading and searching word vectors. OpenBLAS, which gensim searches by, chooses its
// kernels for the CPU: the variables that choose others for all programs are not for it.
func (r *runner) besideGensim() (jobs []job) {
	gensim := func(place, what, file string) job {
		return job{place: place, args: []string{"-u", "OPENBLAS_CORETYPE", "-u", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS=" + threads(place),
			python, "-B", "internal/bench/gensim_vectors.py", what, r.file(file), threads(place)}}
	}
	ours := func(place, what, file string) job {
		return job{place: place, args: []string{r.file("vectors"), what, r.file(file)}}
	}
	for _, file := range []string{"vectors.vec", "vectors.bin"} {
		jobs = append(jobs, ours(pinned, "load", file), gensim(pinned, "load", file), ours(pinned, "read", file))
	}
	for _, place := range []string{pinned, two} {
		jobs = append(jobs, ours(place, "nearest", "vectors.bin"), gensim(place, "nearest", "vectors.bin"))
	}
	return jobs
}

// test returns the job of some benchmarks of a package.
func (r *runner) test(place, pkg, pattern string) job {
	return job{place: place, args: []string{r.file(pkg + ".test"), "-test.run", "^$", "-test.benchtime", "100ms", "-test.bench", pattern}}
}

// besidePyTorch returns the jobs of some benchmarks of package bench, and of a program in Python with its arguments.
func (r *runner) besidePyTorch(pattern, program string, args ...string) (jobs []job) {
	for _, place := range []string{pinned, free, two} {
		torch := slices.Concat([]string{python, "-B", "internal/bench/" + program}, args, []string{r.dir, threads(place)})
		jobs = append(jobs, r.test(place, "bench", pattern), job{place: place, args: torch})
	}
	return jobs
}

// threads returns the number of threads at a place.
func threads(place string) string {
	if place == two {
		return "2"
	}
	return "1"
}

func (r *runner) trainings() (jobs []job) {
	for _, solver := range bench.Solvers() {
		kept := r.ours(pinned, solver, "1")
		kept.args, kept.timed = append(kept.args, "-keep", "2"), kept.timed+"-checkpoints"
		jobs = append(jobs, r.ours(pinned, solver, "1"), kept, r.ours(free, solver, "1"), r.ours(two, solver, "1"), r.ours(two, solver, "2"))
	}
	return append(jobs, r.fasttext(pinned), r.fasttext(two))
}

// ours is a training by cmd/train, from the file of texts to the saved model. It also evaluates 1,000 texts after each
// epoch, and 2,000 at the end, but leaves no checkpoints, as fastText leaves none.
func (r *runner) ours(place, solver, workers string) job {
	rate := map[string]string{"sgd": "1", "adam": "1e-3"}[solver] // which reach fastText's accuracy
	args := []string{r.file("train"), "-quiet", "-train", r.file("train.tsv"), "-dev", r.file("dev.tsv"), "-test", r.file("test.tsv"),
		"-out", r.file("ours"), "-dim", strconv.Itoa(bench.Dim), "-dropout", "0", "-epochs", strconv.Itoa(bench.TextEpochs), "-patience", "0",
		"-optimizer", solver, "-learning-rate", rate, "-workers", workers, "-keep", "0"}
	return job{place: place, args: args, timed: fmt.Sprintf("Training/solver=%s/workers=%s/impl=ours", solver, workers)}
}

func (r *runner) fasttext(place string) job {
	args := []string{"fasttext", "supervised", "-input", r.file("train.ft"), "-output", r.file("fasttext"),
		"-dim", strconv.Itoa(bench.Dim), "-epoch", strconv.Itoa(bench.TextEpochs), "-bucket", "0", "-maxn", "0",
		"-thread", threads(place), "-verbose", "0"}
	return job{place: place, args: args, after: []string{"fasttext", "test", r.file("fasttext.bin"), r.file("test.ft")},
		timed: fmt.Sprintf("Training/solver=sgd/workers=%s/impl=fasttext", threads(place))}
}

// predictions are jobs that tell the classes of the lines of a file, by the models of prepareModels.
func (r *runner) predictions() []job {
	read := func(impl, command string) job {
		return job{place: pinned, args: []string{"sh", "-c", command + " > /dev/null"}, timed: "Predict/lines=" + strconv.Itoa(bench.PredictLines) + "/impl=" + impl}
	}
	return []job{
		read("ours", r.file("predict")+" -model "+r.file("ours")+" < "+r.file("lines.txt")),
		read("fasttext", "fasttext predict "+r.file("fasttext.bin")+" "+r.file("lines.txt")),
	}
}

// prepareModels trains a model of each side, and writes the lines.
func (r *runner) prepareModels() error {
	if err := bench.WriteLines(r.file("lines.txt")); err != nil {
		return err
	}
	for _, j := range []job{r.ours(free, "sgd", "1"), r.fasttext(free)} {
		if _, err := r.output(j.args...); err != nil {
			return err
		}
	}
	return nil
}
