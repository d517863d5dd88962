package main

import (
	"io"
	"os"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/vectors"
	"gorgonia-embedding/word2vec"
)

// train trains vectors on a text, a sentence a line, and writes them.
func train(s *session, args []string) error {
	if len(args) != 1 {
		return cli.Misuse("train: want one file to write after TEXT, got %d", len(args))
	}
	open := func() (io.ReadCloser, error) { return os.Open(s.file) }
	t, err := word2vec.New(word2vec.Lines(open, s.words), s.options.Training)
	if err != nil {
		return cli.Invalid(err, s.options.Training)
	}
	progress := cli.NewProgress(s.stderr)
	var last word2vec.Progress
	t.State = s.options.State
	t.OnProgress = func(p word2vec.Progress) {
		last = p
		progress.Batch(int(p.Words), int(p.Of))
	}
	m, err := t.Fit(s.ctx)
	progress.Clear()
	if err != nil {
		return err
	}
	if !s.options.Quiet {
		progress.Epoch("%v", last)
	}
	if s.table, err = vectors.New(m, m.Vectors()); err != nil {
		return err
	}
	return convert(s, args)
}
