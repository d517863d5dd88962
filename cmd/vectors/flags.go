package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/word2vec"
)

// options are the flags' values.
type options struct {
	Limit  int    `json:"limit" help:"number of the file's first rows to read; 0: all of them"`
	Only   string `json:"only" help:"{file} of words to keep, one a line; none: all words"`
	Format string `json:"format" help:"{name} of the file's format; none: the one that its first bytes are of"`
	Words  string `json:"words" help:"{file} of the words of a file that has none of its own; none: one of the usual names beside it"`
	JSON   bool   `json:"json" help:"print a line of JSON for each answer"`
	Quiet  bool   `json:"quiet" help:"do not tell what is odd about the file"`

	K            int    `json:"k" help:"neighbours or lines to show"`
	Together     bool   `json:"together" help:"take all words as one query"`
	Without      string `json:"without" help:"{words} not to show, with commas between them"`
	Multiply     bool   `json:"multiply" help:"compare by 3CosMul instead of by the cosine with the mean"`
	Top          int    `json:"top" help:"how many of the first rows to search; 0: all of them"`
	MatchCase    bool   `json:"match_case" help:"tell upper case from lower case"`
	UnknownWrong bool   `json:"unknown_wrong" help:"count unknown words as wrong answers, instead of leaving them out"`
	Blanks       bool   `json:"blanks" help:"split texts at blanks and keep their case; false: into lower-case words as UAX #29 says"`
	Texts        string `json:"texts" help:"{file} of texts to search, or whose words to count, one a line"`
	N            int    `json:"n" help:"words of a map if none are named"`
	Out          string `json:"out" help:"{file} to write a map to; none: standard output"`
	To           string `json:"to" help:"{name} of the format to write; none: the one of the name's ending"`

	State    string `json:"state" help:"{file} to go on from, if it is there, and to save an interrupted training to"`
	Training word2vec.Config
}

// everywhere are the flags of all commands, and reading those of the commands that read a table.
const everywhere, reading = "json quiet", "limit only format words"

// takes reports whether the command has a flag.
func (c command) takes(flag string) bool {
	flags := everywhere + " " + c.flags
	if !c.trains {
		flags += " " + reading
	}
	return slices.Contains(strings.Fields(flags), flag)
}

// parse reads the command line: the command, its flags, FILE and the arguments.
func parse(args []string, help io.Writer) (c command, o options, rest []string, err error) {
	o = options{K: 10, N: 100, Training: word2vec.Defaults()}
	fs := flag.NewFlagSet("vectors", flag.ContinueOnError)
	if err := cmp.Or(cli.Fields(fs, &o), cli.Fields(fs, &o.Training)); err != nil {
		return c, o, nil, err
	}
	fs.VisitAll(func(f *flag.Flag) {
		if of := takers(f.Name); len(of) < len(commands())-1 {
			f.Usage += "; of " + strings.Join(of, ", ")
		}
	})
	if len(args) == 0 {
		return c, o, nil, cli.Misuse("want a command: %s", strings.Join(takers("json"), ", "))
	}
	name := args[0]
	if strings.HasPrefix(name, "-") { // -h, or a flag before the command
		err := cli.Parse(fs, args, usage(), help)
		if err == nil {
			err = cli.Misuse("the command comes before its flags: %s", strings.Join(takers("json"), ", "))
		}
		return c, o, nil, err
	}
	i := slices.IndexFunc(commands(), func(c command) bool { return c.name == name })
	if i < 0 {
		return c, o, nil, cli.Misuse("unknown command %q: want %s", name, strings.Join(takers("json"), ", "))
	}
	c = commands()[i]
	if err := cli.Parse(fs, args[1:], usage(), help); err != nil {
		return c, o, nil, err
	}
	return c, o, fs.Args(), o.check(c, fs)
}

// check returns a misuse of the flags or arguments.
func (o options) check(c command, fs *flag.FlagSet) (err error) {
	fs.Visit(func(f *flag.Flag) {
		if of := takers(f.Name); !slices.Contains(of, c.name) && err == nil {
			err = cli.Misuse("-%s is of %s, not of %s", f.Name, strings.Join(of, ", "), c.name)
		}
	})
	switch {
	case err != nil:
		return err
	case fs.NArg() == 0:
		return cli.Misuse("%s: want a file of word vectors: %s", c.name, c.usage)
	case o.K < 1:
		return cli.Misuse("-k must be at least 1, got %d", o.K)
	case o.N < 3:
		return cli.Misuse("-n must be at least 3, got %d", o.N)
	case o.Limit < 0 || o.Top < 0:
		return cli.Misuse("-limit and -top must be at least 0, got %d and %d", o.Limit, o.Top)
	}
	return nil
}

// takers returns the names of the commands that a flag is of.
func takers(flag string) (names []string) {
	for _, c := range commands() {
		if c.takes(flag) {
			names = append(names, c.name)
		}
	}
	return names
}

// usage returns what -h says before the flags.
func usage() string {
	var b strings.Builder
	b.WriteString("usage: vectors command [flags] FILE [argument ...]\nLooks at tables of word vectors, and trains them. 'go doc ./cmd/vectors' is the manual. The commands are\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "    %s\n", c.usage)
	}
	b.WriteString("and the flags:")
	return b.String()
}
