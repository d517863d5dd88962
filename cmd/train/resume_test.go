package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorgonia-embedding/internal/cli"
	"gorgonia-embedding/model"
)

// TestMain is the command itself in a process that a test starts in order to kill it.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_TRAIN") != "" {
		cli.Main("train", run)
	}
	os.Exit(m.Run())
}

// trained returns the bytes of a model's weights.
func trained(t *testing.T, dir string) []byte {
	t.Helper()
	weights, err := os.ReadFile(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return weights
}

// A training that is killed at any moment leaves a folder that is a model or says that it is none yet, and goes on to
// the weights of one that was not killed, to the bit. KILLS=200 go test -run Kill ./cmd/train kills more of them.
func TestKill(t *testing.T) {
	kills := 4
	if n, err := strconv.Atoi(os.Getenv("KILLS")); err == nil {
		kills = n
	}
	flags := strings.Fields("-quiet -epochs 6 -patience 0 -dim 16 -save-every 20 -hidden 8")
	start, whole := time.Now(), filepath.Join(t.TempDir(), "m")
	if text, err := command(t.Context(), append(flags, "-out", whole)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	took, rnd := time.Since(start), rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	resumed, left := 0, make(map[string]int)
	for k := 0; k < kills; {
		dir := filepath.Join(t.TempDir(), "m")
		args := append(flags, "-out", dir)
		for done := false; !done; {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rnd.Float64()*1.2*float64(took)))
			text, err := command(ctx, args...).CombinedOutput()
			killed := ctx.Err() != nil
			cancel()
			if err != nil && !killed {
				t.Fatalf("%v: %s", err, text)
			}
			if done = err == nil; !done {
				k++
				left[moment(t, dir)]++
			}
			if _, err := os.Stat(filepath.Join(dir, model.StateFolder, "config.json")); err == nil {
				args, resumed = []string{"-quiet", "-resume", "-out", dir}, resumed+1
			}
		}
		if !bytes.Equal(trained(t, dir), trained(t, whole)) {
			t.Fatalf("after %d kills the weights are not those of a training without a break", k)
		}
	}
	t.Logf("%d kills, %d of them went on; the folders left: %v", kills, resumed, left)
}

// command returns a process that runs the command, and that is killed when ctx is done.
func command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, os.Args[0], args...)
	c.Env = append(os.Environ(), "RUN_TRAIN=1")
	return c
}

// moment tells what a killed training has left.
func moment(t *testing.T, dir string) string {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		return "no folder"
	}
	_, err := model.Load(os.DirFS(dir))
	switch {
	case err == nil:
		return "model"
	case strings.Contains(err.Error(), "did not finish"), strings.Contains(err.Error(), "this is no model"):
		return "unfinished"
	}
	t.Errorf("a folder that is neither a model nor says that it is not finished: %v", err)
	return "broken"
}

// Of a training that has finished, more epochs are those that it would have had; what cannot be changed is named.
func TestResume(t *testing.T) {
	long, short := filepath.Join(t.TempDir(), "m"), filepath.Join(t.TempDir(), "m")
	const flags = "-quiet -patience 0 -dim 8 -seed 4 -min-count 2 -epochs "
	for _, args := range []string{flags + "5 -out " + long, flags + "2 -out " + short, "-quiet -resume -epochs 5 -out " + short} {
		if _, _, err := invoke(t, strings.Fields(args)...); err != nil {
			t.Fatalf("%s: %v", args, err)
		}
	}
	if !bytes.Equal(trained(t, long), trained(t, short)) {
		t.Error("2 and then 3 epochs are not 5 epochs")
	}
	// The state of a training that finished makes room for a new one.
	if _, _, err := invoke(t, strings.Fields(flags+"1 -out "+short)...); err != nil {
		t.Error(err)
	}
	for args, want := range map[string]string{
		"-dim 9":                  "the architecture, -max-len and -seed cannot be changed within a training: they are {Dim:8 Hidden:[] Dropout:0.5}, 256 and 4",
		"-min-count 1":            "-min-count, -sparse and -class-weights cannot be changed within a training: they are 2, true and none",
		"-class-weights balanced": "-min-count, -sparse and -class-weights cannot be changed within a training: they are 2, true and none",
		"-best f1":                fmt.Sprintf("train: resuming from %s/state/step-000000355.safetensors: its best is \"accuracy\", and here it is \"f1\": it cannot be changed within a training", long),
		"-batch 16":               fmt.Sprintf("train: resuming from %s/state/step-000000355.safetensors: its batch is 32, and here it is 16: it cannot be changed within a training", long),
		"-config x":               "-config and -resume exclude each other: a training goes on with its own settings",
		"-optimizer sgd":          fmt.Sprintf("train: resuming from %s/state/step-000000355.safetensors: its rule", long),
	} {
		_, _, err := invoke(t, append([]string{"-resume", "-out", long}, strings.Fields(args)...)...)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got  %v\nwant %s", args, err, want)
		}
	}
	if _, _, err := invoke(t, "-resume"); err == nil || err.Error() != "-resume needs -out, the folder of the training to go on with" {
		t.Error(err)
	}
	if _, _, err := invoke(t, "-resume", "-out", "nothing"); err == nil || err.Error() != "-resume: nothing has no training to go on with" {
		t.Error(err)
	}
}

// A training that an interrupt ends is a model too, and is not begun anew by accident.
func TestInterruptedModel(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "m")
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	err := run(ctx, []string{"-dim", "8", "-epochs", "9", "-patience", "0", "-out", dir}, &out, interrupter{cancel, "epoch 3/9"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := model.Load(os.DirFS(dir))
	if err != nil || !c.Run().Interrupted {
		t.Fatal(err)
	}
	_, _, err = invoke(t, "-out", dir)
	if err == nil || !strings.Contains(err.Error(), "has a training that did not finish: go on with it (Resume, train -resume), or remove the folder") {
		t.Error(err)
	}
	whole := filepath.Join(t.TempDir(), "m")
	for _, args := range []string{"-resume -quiet -out " + dir, "-quiet -dim 8 -epochs 9 -patience 0 -out " + whole} {
		if _, _, err := invoke(t, strings.Fields(args)...); err != nil {
			t.Fatal(err)
		}
	}
	if c, err := model.Load(os.DirFS(dir)); err != nil || c.Run().Interrupted || !bytes.Equal(trained(t, dir), trained(t, whole)) {
		t.Errorf("not as if it had not been interrupted: %v", err)
	}
}

// interrupter cancels when it is told of something.
type interrupter struct {
	cancel func()
	of     string
}

func (i interrupter) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(i.of)) {
		i.cancel()
	}
	return len(p), nil
}
