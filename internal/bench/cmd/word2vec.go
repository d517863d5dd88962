package main

import (
	"context"
	"fmt"
	"io"

	"gorgonia-embedding/internal/bench"
	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/word2vec"
)

// dictionaries writes the corpus that word vectors are trained on.
func dictionaries(args []string, stdout io.Writer) error {
	args, err := parse("dictionaries file", &struct{}{}, args, stdout)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return cli.Misuse("dictionaries: want one argument, the file to write, got %d", len(args))
	}
	return bench.WriteDictionaries(args[0])
}

// trainWords trains word vectors, and prints the time for a word of the training alone: without counting the words.
func trainWords(ctx context.Context, args []string, stdout io.Writer) error {
	o := struct {
		Corpus  string `json:"corpus" help:"{file} to train on"`
		CBOW    bool   `json:"cbow" help:"CBOW instead of skip-gram"`
		Threads int    `json:"threads" help:"goroutines that compute"`
	}{Threads: 1}
	if _, err := parse("word2vec [flags]", &o, args, stdout); err != nil {
		return err
	}
	cfg := word2vec.Defaults()
	cfg.CBOW, cfg.Threads, cfg.Epochs = o.CBOW, o.Threads, 1
	t, err := word2vec.New(word2vec.File(o.Corpus), cfg)
	if err != nil {
		return err
	}
	var last word2vec.Progress
	t.OnProgress = func(p word2vec.Progress) { last = p }
	if _, err := t.Fit(ctx); err != nil {
		return err
	}
	name := "skipgram"
	if o.CBOW {
		name = "cbow"
	}
	_, err = fmt.Fprintf(stdout, "BenchmarkWord2vec/model=%s/threads=%d/impl=ours %d %.1f ns/op\n", name, o.Threads, last.Words, 1e9/last.WordsPerSecond)
	return err
}

// prepareWord2vec makes sure that the peers are there, and writes the corpus.
func (r *runner) prepareWord2vec() error {
	if _, err := r.need("python3-gensim", python, "-c", "import gensim"); err != nil {
		return err
	}
	if _, err := r.need("fasttext", "sh", "-c", "command -v fasttext"); err != nil {
		return err
	}
	return bench.WriteDictionaries(r.file("dictionaries.txt"))
}

// besideWord2vec returns the jobs of training word vectors, for one epoch of the dictionaries.
func (r *runner) besideWord2vec() (jobs []job) {
	corpus := r.file("dictionaries.txt")
	ours := func(place string, flags ...string) job {
		return job{place: place, args: append([]string{r.self, "word2vec", "-corpus", corpus, "-threads", threads(place)}, flags...)}
	}
	peer := func(impl, model string) job {
		return job{place: pinned, args: []string{python, "-B", "internal/bench/word2vec.py", impl, model, corpus}}
	}
	return []job{
		ours(pinned), peer("gensim", "skipgram"), peer("fasttext", "skipgram"), ours(free), ours(two),
		ours(pinned, "-cbow"), peer("gensim", "cbow"), ours(free, "-cbow"), ours(two, "-cbow"),
	}
}
