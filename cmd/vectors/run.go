package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"gorgonia-embedding/data"
	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/vectors"
)

// command is one of the things that the program does.
type command struct {
	name, usage string
	flags       string // names of the flags that it takes beside those of all commands
	trains      bool   // FILE is a text, not a table
	run         func(s *session, args []string) error
}

// commands returns all commands.
func commands() []command {
	return []command{
		{"nn", "nn FILE [word ...]", "k together without top", false, nn},
		{"analogy", "analogy FILE [a b c]", "k multiply top", false, analogy},
		{"similarity", "similarity FILE [a b]", "", false, similarity},
		{"outlier", "outlier FILE [word ...]", "", false, outlier},
		{"eval", "eval FILE pairs-or-analogies ...", "top match-case unknown-wrong multiply", false, eval},
		{"encode", "encode FILE [text ...]", "blanks", false, encode},
		{"search", "search -texts file FILE [text ...]", "k texts blanks", false, search},
		{"map", "map FILE [word ...]", "n out", false, draw},
		{"info", "info FILE", "texts blanks", false, info},
		{"convert", "convert FILE OUT", "to", false, convert},
		{"train", "train TEXT OUT", "to blanks state cbow dim window negatives min-count sample learning-rate epochs minn maxn bucket seed threads", true, train},
	}
}

// session is a run of a command.
type session struct {
	ctx     context.Context
	options options
	file    string
	table   *vectors.Table
	report  vectors.Report
	stdin   io.Reader
	stdout  *bufio.Writer
	stderr  io.Writer
}

// run is the command: it does what args say, and writes answers to stdout.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	c, o, rest, err := parse(args, stdout)
	if err != nil {
		return err
	}
	s := &session{ctx: ctx, options: o, file: rest[0], stdin: stdin, stdout: bufio.NewWriter(stdout), stderr: stderr}
	if !c.trains {
		if err := s.read(); err != nil {
			return err
		}
	}
	err = c.run(s, rest[1:])
	if flush := s.stdout.Flush(); err == nil {
		err = flush
	}
	return err
}

// read reads the table, and tells what is odd about it.
func (s *session) read() (err error) {
	cfg := vectors.ReadConfig{Limit: s.options.Limit, Format: s.options.Format, Words: s.options.Words}
	if s.options.Only != "" {
		if cfg.Only, err = lines(s.options.Only); err != nil {
			return err
		}
	}
	if s.file == "-" {
		s.file = "standard input"
		s.table, s.report, err = vectors.Read(s.stdin, s.file, cfg)
		s.stdin = strings.NewReader("")
	} else {
		s.table, s.report, err = vectors.ReadFile(s.file, cfg)
	}
	if err != nil || s.options.Quiet {
		return err
	}
	for _, w := range s.report.Warnings {
		fmt.Fprintf(s.stderr, "%s: %v\n", s.file, w)
	}
	return nil
}

// lines returns the lines of a file.
func lines(path string) (list []string, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(raw)) {
		list = append(list, strings.TrimRight(line, "\r\n"))
	}
	return list, nil
}

// answer calls f with the arguments or, if there are none, with the words of each line of standard input. There an
// error of f is told, and the next line is read.
func (s *session) answer(args []string, f func(words []string) error) error {
	if len(args) > 0 {
		return f(args)
	}
	return s.each(func(line string) error { return f(strings.Fields(line)) })
}

// each calls f with each line of standard input that is not empty, after a prompt if it is a terminal.
func (s *session) each(f func(line string) error) error {
	in := bufio.NewScanner(s.stdin)
	in.Buffer(nil, 1<<24)
	for s.prompt(); s.ctx.Err() == nil && in.Scan(); s.prompt() {
		if line := strings.TrimSpace(in.Text()); line != "" {
			if err := f(line); err != nil {
				fmt.Fprintln(s.stderr, err)
			}
		}
		if err := s.stdout.Flush(); err != nil {
			return err
		}
	}
	return in.Err()
}

func (s *session) prompt() {
	if file, ok := s.stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(s.stderr, "> ")
	}
}

// print writes an answer: as a line of JSON, or else as text.
func (s *session) print(value any, format string, args ...any) error {
	if !s.options.JSON {
		_, err := fmt.Fprintf(s.stdout, format, args...)
		return err
	}
	raw, err := json.Marshal(value)
	if err == nil {
		_, err = s.stdout.Write(append(raw, '\n'))
	}
	return err
}

// object is an answer in JSON.
type object map[string]any

// words splits a text as the options say.
func (s *session) words(text string) []string {
	if s.options.Blanks {
		return strings.Fields(text)
	}
	return data.Words(text)
}

// want returns a misuse unless there are n arguments.
func want(n int, args []string, usage string) error {
	if len(args) != n {
		return cli.Misuse("want %s, got %d words", usage, len(args))
	}
	return nil
}
