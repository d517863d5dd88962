// Bench compares this module with its peers.
//
//	go run ./internal/bench/cmd compare [flags] suite ...
//	go run ./internal/bench/cmd report [-doc docs/performance.md] bench.txt
//
// Compare runs this module's benchmarks and its peers' in turn, round after round, and then reports: benchstat's
// tables, and those of the goals in goals.tsv as Markdown. The suites are step, growth, lookup, layers, kernels and
// bounds, with peers in Go, and step-pytorch, lookup-pytorch, loss-pytorch, layers-pytorch, models-pytorch, training,
// predict and files (with fastText), vectors-gensim, and word2vec (with gensim and fastText). A round runs each side
// once, so that whatever else the machine does slows both. One thread means one CPU that the process cannot leave
// (taskset), for both sides: docs/performance.md says why. A goal that finds no measurement in the results of its suite
// is an error. All this needs Linux, and Debian's packages python3-torch, fasttext and python3-gensim, which it installs
// if it may.
//
// Further commands are what compare runs: gen folder writes the workloads for peers that are not Go programs, memory
// and word2vec are programs to measure, and peak measures the memory of another one. Dictionaries file writes the corpus
// that word vectors are trained on. Serve measures the latency of package serve. A command's -h lists its flags.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"gorgonia-embedding/internal/bench"
	"gorgonia-embedding/internal/cli"
)

func main() { cli.Main("bench", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	const usage = "compare, report, gen, memory, peak, dictionaries, word2vec or serve"
	if len(args) == 0 {
		return cli.Misuse("want a command: %s", usage)
	}
	switch name, args := args[0], args[1:]; name {
	case "compare":
		return compare(ctx, args, stdout, stderr)
	case "report":
		return report(ctx, args, stdout, stderr)
	case "gen":
		return gen(args, stdout)
	case "memory":
		return memory(args, stdout)
	case "peak":
		return peak(ctx, args, stdout, stderr)
	case "dictionaries":
		return dictionaries(args, stdout)
	case "word2vec":
		return trainWords(ctx, args, stdout)
	case "serve":
		return serve(ctx, args, stdout)
	case "-h", "-help", "--help":
		fmt.Fprintf(stdout, "usage: bench command ...\nThe commands are %s. 'go doc ./internal/bench/cmd' is the manual.\n", usage)
		return flag.ErrHelp
	default:
		return cli.Misuse("unknown command %q: want %s", name, usage)
	}
}

// parse sets *flags, a struct, as args say, and returns the arguments after the flags.
func parse(usage string, flags any, args []string, help io.Writer) ([]string, error) {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	if err := cli.Fields(fs, flags); err != nil {
		return nil, err
	}
	err := cli.Parse(fs, args, "usage: bench "+usage, help)
	return fs.Args(), err
}

func gen(args []string, stdout io.Writer) error {
	args, err := parse("gen folder", &struct{}{}, args, stdout)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return cli.Misuse("gen: want one argument, the folder to write to, got %d", len(args))
	}
	return bench.Write(args[0])
}
