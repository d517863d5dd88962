// Command kernel builds the Jupyter kernel of the notebooks, and executes them.
//
//	go -C notebooks/kernel run . install
//	go -C notebooks/kernel run . execute [-update] [notebook ...]
//
// The kernel is gophernotes with this module's packages linked in, so that a cell can import them. It is
// built from the module cache, with a few lines changed (build.go says which and why), and needs neither
// Go nor a network once it stands.
//
// install puts the kernel where Jupyter looks for those of the user: $JUPYTER_DATA_DIR, or the data
// folder of the system. Jupyter itself may come later.
//
// execute runs notebooks, all of them by default, with a kernel of its own and Jupyter's nbconvert, and
// compares what they show with what is committed; a cell tagged "volatile" need only show the same
// kinds of things. -update writes the new outputs into the notebooks instead. The exit status is 1 if a
// cell fails or shows something else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "kernel:", err)
		os.Exit(1)
	}
}

// run is the command. Its working folder is that of this module, as go run leaves it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		args = []string{""}
	}
	flags := flag.NewFlagSet("kernel", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	update := flags.Bool("update", false, "")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	switch {
	case args[0] == "install" && flags.NArg() == 0 && !*update:
		return install(ctx, stdout, stderr)
	case args[0] == "execute":
		notebooks := flags.Args()
		if len(notebooks) == 0 {
			notebooks, _ = filepath.Glob(filepath.Join("..", "*.ipynb")) // the pattern is well formed
		}
		return execute(ctx, notebooks, *update, stdout, stderr)
	}
	return errors.New("want install, or execute [-update] [notebook ...]")
}
