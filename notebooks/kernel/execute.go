package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// cellTimeout is the longest that a cell may take, in seconds.
const cellTimeout = "300"

// execute runs the notebooks and compares their outputs with those they hold, or replaces them.
func execute(ctx context.Context, notebooks []string, update bool, stdout, stderr io.Writer) error {
	if len(notebooks) == 0 {
		return errors.New("there are no notebooks in the folder above: run the command in notebooks/kernel")
	}
	nbconvert, err := exec.LookPath("jupyter-nbconvert")
	if err != nil {
		return errors.New("jupyter-nbconvert is not on the PATH: apt-get install --no-install-recommends jupyter-nbconvert, or pip install nbconvert")
	}
	dir, err := os.MkdirTemp("", "notebooks-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if _, err := register(ctx, filepath.Join(dir, "data"), stderr); err != nil {
		return err
	}
	failed := false
	for _, path := range notebooks {
		if err := executeOne(ctx, nbconvert, dir, path, update, stderr); err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", path, err)
			failed = true
			continue
		}
		fmt.Fprintf(stdout, "%s: ok\n", path)
	}
	if failed {
		return errors.New("not every notebook is as it should be: see above; -update accepts new outputs")
	}
	return nil
}

func executeOne(ctx context.Context, nbconvert, dir, path string, update bool, stderr io.Writer) error {
	committed, err := readNotebook(path)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, nbconvert, "--to=notebook", "--execute", "--log-level=ERROR",
		"--ExecutePreprocessor.timeout="+cellTimeout, "--ExecutePreprocessor.kernel_name="+kernelName,
		"--ExecutePreprocessor.record_timing=False", "--output-dir="+dir, path)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	// Nothing of the user's Jupyter is read or written.
	cmd.Env = append(os.Environ(), "JUPYTER_DATA_DIR="+filepath.Join(dir, "data"), "JUPYTER_PATH=",
		"JUPYTER_RUNTIME_DIR="+filepath.Join(dir, "runtime"), "JUPYTER_CONFIG_DIR="+filepath.Join(dir, "config"), "IPYTHONDIR="+dir)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("nbconvert: %w\n%s", err, withoutTraceback(log.String()))
	}
	executed, err := readNotebook(filepath.Join(dir, filepath.Base(path)))
	if err != nil {
		return err
	}
	executed.normalise()
	if err := executed.check(); err != nil {
		return err
	}
	if update {
		return executed.write(path)
	}
	return compare(committed, executed)
}

// withoutTraceback leaves Python's calls out of what nbconvert says of a cell that failed.
func withoutTraceback(log string) string {
	if i := strings.LastIndex(log, "CellExecutionError: "); i >= 0 {
		log = log[i+len("CellExecutionError: "):]
	}
	return strings.TrimSpace(log)
}
