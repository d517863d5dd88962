package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary is the command that TestInterrupt runs.
func TestMain(m *testing.M) {
	if os.Getenv("CLI_TEST_COMMAND") != "" {
		Main("waits", func(ctx context.Context, _ []string, stdout, _ io.Writer) error {
			fmt.Fprintln(stdout, "runs")
			<-ctx.Done()
			fmt.Fprintln(stdout, "cancelled")
			time.Sleep(time.Minute)
			return nil
		})
	}
	os.Exit(m.Run())
}

// The first interrupt or SIGTERM cancels, a later one ends the program.
func TestInterrupt(t *testing.T) {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		interrupt(t, s)
	}
}

func interrupt(t *testing.T, s os.Signal) {
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), "CLI_TEST_COMMAND=1")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for _, want := range []string{"runs", "cancelled"} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("got %q, want %q", lines.Text(), want)
		}
		c.Process.Signal(s)
	}
	done := make(chan error)
	go func() { done <- c.Wait() }()
	for { // the handler of the first is taken away a moment after it cancelled
		select {
		case err := <-done:
			if err == nil || err.Error() != "signal: "+s.String() {
				t.Errorf("ended with %v", err)
			}
			return
		case <-time.After(50 * time.Millisecond):
			c.Process.Signal(s)
		}
	}
}

func TestStatus(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		stderr string
	}{
		{nil, 0, ""},
		{flag.ErrHelp, 0, ""},
		{errors.New("no file"), 1, "x: no file\n"},
		{fmt.Errorf("data: %w", Misuse("-dim %d", 0)), 2, "x: data: -dim 0\n'" + command("x") + " -h' lists the flags\n"},
	} {
		var stderr bytes.Buffer
		if got := status("x", tt.err, &stderr); got != tt.status || stderr.String() != tt.stderr {
			t.Errorf("%v: status %d, %q", tt.err, got, &stderr)
		}
	}
	if got := command("x"); !strings.HasPrefix(got, "go run ./internal/cli") { // go test's program is internal/cli.test
		t.Error(got)
	}
}

func TestParse(t *testing.T) {
	parse := func(args ...string) (dim int, help string, err error) {
		fs := flag.NewFlagSet("x", flag.ExitOnError)
		fs.IntVar(&dim, "dim", 64, "length")
		var out bytes.Buffer
		err = Parse(fs, args, "usage: x [flags]", &out)
		return dim, out.String(), err
	}
	if dim, help, err := parse("-dim", "3"); dim != 3 || help != "" || err != nil {
		t.Errorf("%d, %q, %v", dim, help, err)
	}
	if _, help, err := parse("-h"); help != "usage: x [flags]\n  -dim int\n    \tlength (default 64)\n" || err != flag.ErrHelp {
		t.Errorf("%q, %v", help, err)
	}
	var misuse *UsageError
	if _, help, err := parse("-dim", "x"); !errors.As(err, &misuse) || help != "" {
		t.Errorf("%q, %v", help, err)
	}
}
