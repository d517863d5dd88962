package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// The kernel's name in a notebook's metadata, and the one that people choose it by.
const (
	kernelName  = "gorgonia"
	displayName = "Go (Gorgonia)"
)

// install builds the kernel into the user's Jupyter data folder.
func install(ctx context.Context, stdout, stderr io.Writer) error {
	data, err := dataFolder()
	if err != nil {
		return err
	}
	folder, err := register(ctx, data, stderr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "the kernel %q is in %s\n", displayName, folder)
	if _, err := exec.LookPath("jupyter"); err != nil {
		fmt.Fprintln(stdout, "there is no jupyter on the PATH yet: install JupyterLab or Jupyter Notebook (https://jupyter.org/install)")
	}
	return nil
}

// register builds the kernel into Jupyter's data folder and returns the kernel's own folder.
func register(ctx context.Context, data string, stderr io.Writer) (string, error) {
	folder, err := filepath.Abs(filepath.Join(data, "kernels", kernelName))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	binary := filepath.Join(folder, "kernel")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if err := build(ctx, binary, stderr); err != nil {
		return "", err
	}
	spec, err := json.MarshalIndent(map[string]any{
		"argv":         []string{binary, "{connection_file}"},
		"display_name": displayName,
		"language":     "go",
	}, "", "  ")
	if err != nil {
		return "", err
	}
	return folder, os.WriteFile(filepath.Join(folder, "kernel.json"), append(spec, '\n'), 0o666)
}

// dataFolder returns the folder where Jupyter keeps what the user installs.
func dataFolder() (string, error) {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%w: set JUPYTER_DATA_DIR", err)
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Jupyter"), nil
	case "windows":
		return filepath.Join(os.Getenv("APPDATA"), "jupyter"), nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "jupyter"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter"), nil
}
