// Package cli is what every command needs: Main runs one and ends the program, Parse reads its flags, Fields and
// Choose make flags of the fields of structs, and Progress shows how far a training is.
//
// A command is a function run(ctx, args, stdout, stderr), which tests call as Main does.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

// Main runs a command until it returns, and ends the program: with status 0, with 2 after a misuse of the command line,
// or with 1 after any other error, which goes to standard error. An interrupt or SIGTERM cancels the context; a second
// one ends the program at once.
func Main(name string, run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second one finds the default handler
	os.Exit(status(name, run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

// status writes err, if it is one, and returns the exit status.
func status(name string, err error, stderr io.Writer) int {
	var misuse *UsageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "%s: %v\n'%s -h' lists the flags\n", name, err, command(name))
		return 2
	}
	fmt.Fprintf(stderr, "%s: %s\n", name, strings.TrimPrefix(err.Error(), name+": ")) // a package may have the command's name
	return 1
}

// command returns how a user runs this program: a line such as "go run ./cmd/train", or else its name.
func command(name string) string {
	if b, ok := debug.ReadBuildInfo(); ok {
		if folder, ok := strings.CutPrefix(b.Path, b.Main.Path+"/"); ok {
			return "go run ./" + folder
		}
	}
	return name
}

// UsageError is a misuse of the command line.
type UsageError struct{ Err error }

// Error returns the text of Err.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *UsageError) Unwrap() error { return e.Err }

// Misuse returns a *UsageError with a formatted text.
func Misuse(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// Parse sets the flags as args say. Its error is a *UsageError, or flag.ErrHelp after it has written usage and the
// flags to help, because args hold -h.
func Parse(fs *flag.FlagSet, args []string, usage string, help io.Writer) error {
	fs.Init(fs.Name(), flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(help, usage)
		fs.SetOutput(help)
		fs.PrintDefaults()
		return err
	}
	if err != nil {
		return &UsageError{err}
	}
	return nil
}
