package train

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/replace"
	"gorgonia-embedding/internal/safetensors"
)

// Checkpoints is a folder in which a training is saved while it goes on, for Trainer.Resume. Each file appears as a
// whole, when it is on the disk: a process that is killed leaves those before.
type Checkpoints struct {
	Dir   string // folder, made if it is not there; "": no checkpoints
	Every int    // steps between checkpoints within an epoch; 0: one at the end of each epoch only
	Keep  int    // how many are kept, the newest; 0 means 2
}

// checkpointName is the form of the files' names, with the number of steps made.
const checkpointName = "step-%09d.safetensors"

// path returns the name of the checkpoint after so many steps.
func (c Checkpoints) path(step int) string {
	return filepath.Join(c.Dir, fmt.Sprintf(checkpointName, step))
}

// steps returns the numbers of steps after which there are checkpoints, the least first.
func (c Checkpoints) steps() (steps []int, err error) {
	entries, err := os.ReadDir(c.Dir)
	for _, e := range entries {
		var n int
		if _, err := fmt.Sscanf(e.Name(), checkpointName, &n); err == nil && e.Name() == fmt.Sprintf(checkpointName, n) {
			steps = append(steps, n)
		}
	}
	slices.Sort(steps)
	return steps, err
}

// check fails if a field is out of its range.
func (c Checkpoints) check() error {
	if c.Every < 0 || c.Keep < 0 {
		return errors.Errorf("Checkpoints.Every and Keep must be at least 0, got %d and %d", c.Every, c.Keep)
	}
	return nil
}

// open makes the folder ready for a training, which is one that goes on or a new one.
func (c Checkpoints) open(goesOn bool) error {
	if c.Dir == "" {
		return nil
	}
	if err := cmp.Or(c.check(), makeFolder(c.Dir), replace.Clean(c.Dir)); err != nil {
		return err
	}
	steps, err := c.steps()
	if err == nil && len(steps) > 0 && !goesOn {
		err = errors.Errorf("%s has checkpoints of a training: go on with it by Resume, or remove them", c.Dir)
	}
	return err
}

// makeFolder makes a folder if it is not there, and fails unless files can be made in it.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "try.tmp-*")
	if err != nil {
		return errors.Errorf("no file can be made in %s: %v", dir, errors.Unwrap(err))
	}
	return cmp.Or(f.Close(), os.Remove(f.Name()))
}

// prune removes the checkpoints that are older than those to keep, and those after step, which are of a training that
// took another way.
func (c Checkpoints) prune(step int) error {
	steps, err := c.steps()
	at, _ := slices.BinarySearch(steps, step+1)
	for _, n := range slices.Concat(steps[:max(0, at-cmp.Or(c.Keep, 2))], steps[at:]) {
		err = cmp.Or(err, os.Remove(c.path(n)))
	}
	return err
}

// checkpoint saves the training, if it is to have Checkpoints and has begun.
func (t *Trainer) checkpoint() error {
	step := t.solver.Steps()
	if t.Checkpoints.Dir == "" || step == 0 {
		return nil
	}
	err := replace.File(t.Checkpoints.path(step), t.Save)
	if err == nil {
		err = t.Checkpoints.prune(step)
	}
	return errors.WithMessage(err, "train: checkpoint")
}

// Resume loads the newest of the Checkpoints that is whole, as Load does, and returns its name, or "" if there is none
// at all: then Fit begins. damaged has an error for each newer one, which cannot be read or is not whole.
//
// Resume fails, and has changed no more than Load, if there are checkpoints and none of them is whole, or if the newest
// that is does not fit.
func (t *Trainer) Resume() (name string, damaged []error, err error) {
	steps, err := t.Checkpoints.steps()
	if errors.Is(err, os.ErrNotExist) {
		return "", nil, nil
	}
	for _, step := range slices.Backward(steps) {
		name := t.Checkpoints.path(step)
		f, err := readBundle(name)
		if err != nil {
			damaged = append(damaged, errors.WithMessage(err, name))
			continue
		}
		return name, damaged, errors.WithMessagef(t.load(f), "train: resuming from %s", name)
	}
	if err == nil && len(damaged) > 0 {
		err = errors.WithMessage(damaged[0], "no checkpoint is whole, remove them to begin anew")
	}
	return "", damaged, errors.WithMessage(err, "train")
}

// readBundle reads the file called name.
func readBundle(name string) (*safetensors.Bundle, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return safetensors.ReadBundle(f)
}
