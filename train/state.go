package train

import (
	"cmp"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"gorgonia-embedding/internal/safetensors"
)

// Save writes the state of the training as a safetensors file: the parameters, those of the best epoch if they differ,
// the solver's state, the random numbers to come, the history, and how far the epoch under way is. Equal states give
// equal bytes: no time is in them. Call it from OnBatch or OnEpoch, or after Fit. It fails if there was no step yet, if
// the last one failed, or if w does.
func (t *Trainer) Save(w io.Writer) error {
	if t.solver == nil || t.solver.Steps() == 0 || t.inStep {
		return errors.New("train: there is no state between two steps to save: before the first one, or after one that failed")
	}
	f, err := t.state()
	if err == nil {
		err = f.Write(w)
	}
	return errors.WithMessage(err, "train: saving the training")
}

// state returns the state as the content of a file.
func (t *Trainer) state() (*safetensors.Bundle, error) {
	f := &safetensors.Bundle{Metadata: map[string]string{
		"format": format, "step": strconv.Itoa(t.done), "best": strconv.Itoa(t.history.Best),
	}}
	settings, err := t.cfg.settings()
	if err != nil {
		return nil, err
	}
	for name, text := range settings {
		f.Metadata[ofConfig+name] = text
	}
	now, best := t.latest()
	if err = cmp.Or(now.Save(f.At(ofNow)), t.solver.Save(f.At(ofSolver))); err == nil && best != nil {
		err = best.Save(f.At(ofBest))
	}
	random := slices.Concat([]*rand.PCG{&t.before}, t.streams[1:])
	for w := range t.drawn {
		if examples := t.drawn[w].examples; examples != nil {
			f.Tensors = append(f.Tensors, drawingTensor(w, examples))
		}
		random = append(random, &t.drawn[w].random)
	}
	under := t.now
	under.Steps = t.solver.Steps()
	f.Tensors = append(f.Tensors, randomTensor(random), historyTensor(append(slices.Clip(t.history.Epochs), under)))
	return f, err
}

// Load makes the next Fit go on with the training that Save wrote: to the bit as if it had never been interrupted, if
// the task, the Config and its Schedule are the same. A training that was finished goes on if there are more Epochs or
// more Patience now. Of the Config, these may differ: Epochs; Patience; the LearningRate; the Course, which is laid over
// all steps, those made and those to come.
//
// If the task has another number of examples now, the epoch under way begins anew, with all of them: the parameters and
// the solver keep the steps that were made of it, and its loss is that of the new pass alone.
//
// Load fails, and has changed nothing but that parameters which the task has not yet drawn are drawn, if r is cut off or
// damaged or no such file; if parameters are missing, of another shape or NaN; or if another field of the Config
// differs, which it names.
func (t *Trainer) Load(r io.Reader) error {
	f, err := safetensors.ReadBundle(r)
	if err == nil {
		err = t.load(f)
	}
	return errors.WithMessage(err, "train: loading a training")
}

func (t *Trainer) load(f *safetensors.Bundle) error {
	if err := cmp.Or(t.cfg.fits(f.Metadata), checkNaN(f.Tensors)); err != nil {
		return err
	}
	n := t.task.Len()
	if err := checkExamples(n); err != nil {
		return err
	}
	s, err := t.cfg.readState(f)
	if err != nil {
		return err
	}
	total := s.steps - s.done + max(0, t.cfg.Epochs-len(s.history.Epochs))*batches(n, t.cfg.Batch)
	if n != s.now.Examples {
		total += s.done
		s.begin(n, s.before)
		clear(s.drawn)
	}
	solver, err := t.cfg.solver(max(1, total))
	if err == nil {
		err = solver.Load(f.At(ofSolver))
	}
	if err == nil && solver.Steps() != s.steps {
		err = errors.Errorf("the solver has made %d steps, and the training %d", solver.Steps(), s.steps)
	}
	if err == nil {
		err = t.loadParams(f, s)
	}
	if err != nil {
		return err
	}
	t.progress, t.solver, t.drawn, t.loaded = s.progress, solver, s.drawn, true
	for i, random := range s.streams {
		*t.streams[i] = random
	}
	return nil
}

// loadParams gives the task its parameters, and s those of the best epoch.
func (t *Trainer) loadParams(f *safetensors.Bundle, s *saved) error {
	set := t.task.Params()
	if set.Len() == 0 {
		d := Drawing{Mode: Training, Batch: batches(t.cfg.Batch, t.cfg.Workers), Examples: []int{0}, Rand: rand.New(rand.NewPCG(t.cfg.Seed, 0))}
		if _, err := t.task.Draw(d); err != nil {
			return err
		}
	}
	if best := s.history.Best; best > 0 {
		from := ofBest
		if s.history.Epochs[best-1].Steps == s.steps {
			from = ofNow
		}
		s.best = set.Snapshot(nil)
		if err := s.best.Load(f.At(from)); err != nil {
			return err
		}
	}
	return set.Load(f.At(ofNow))
}

// checkNaN fails if a tensor of parameters or of the solver has NaN in it.
func checkNaN(tensors []safetensors.Tensor) error {
	for _, t := range tensors {
		at := -1
		switch data := t.Data.(type) {
		case []float32:
			at = slices.IndexFunc(data, func(x float32) bool { return x != x })
		case []float64:
			at = slices.IndexFunc(data, math.IsNaN)
		}
		if at >= 0 && t.Name != "history" {
			return errors.Errorf("tensor %q is NaN at element %d: the training had failed before", t.Name, at)
		}
	}
	return nil
}
