package train

import (
	"cmp"
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"

	"gorgonia-embedding/params"
)

// progress is how far a training has come, beside the parameters and the solver.
type progress struct {
	history History
	best    *params.Set // parameters of the best epoch; nil if none was finished
	swapped bool        // whether the task has them, and best those after the last step

	now    Epoch    // the epoch under way: its Loss is that of the steps so far
	done   int      // its steps so far
	before rand.PCG // the source of the order of examples, as it was before the epoch
	inStep bool     // whether a step has begun and not ended well: what there is, is then no state between two steps
}

// begin makes the epoch after those of the history the one under way, over n examples.
func (p *progress) begin(n int, order rand.PCG) {
	p.now, p.done, p.before = Epoch{Number: len(p.history.Epochs) + 1, Examples: n}, 0, order
}

// isBest reports whether there was no step since the best epoch.
func (t *Trainer) isBest() bool {
	h := t.history
	return h.Best > 0 && h.Epochs[h.Best-1].Steps == t.solver.Steps()
}

// start makes the solver, unless it was loaded, and the replicas of a Fit.
func (t *Trainer) start() (err error) {
	n := t.task.Len()
	if err := checkExamples(n); err != nil {
		return err
	}
	if err := t.Checkpoints.open(t.loaded); err != nil {
		return err
	}
	if !t.loaded {
		if t.solver, err = t.cfg.solver(t.cfg.Epochs * batches(n, t.cfg.Batch)); err != nil {
			return err
		}
		t.progress, t.drawn = progress{}, make([]drawn, t.cfg.Workers)
		t.begin(n, *t.streams[0])
	}
	t.newReplicas()
	if err := cmp.Or(t.startMetrics(), t.redraw()); err != nil {
		return err
	}
	t.loaded = false
	return nil
}

// newReplicas makes a replica for each worker.
func (t *Trainer) newReplicas() {
	if t.exchange = t.Exchanger; t.exchange == nil && t.cfg.Workers > 1 {
		t.exchange = local{}
	}
	t.replicas = t.replicas[:0]
	for w := range t.drawn {
		r := newReplica(t.task, batches(t.cfg.Batch, t.cfg.Workers), t.streams[1+w], &t.drawn[w], t.solver, t.exchange != nil)
		r.kind, r.drawing.Unfrozen = t.cfg.Machine, t.cfg.Unfreeze > 0 && t.now.Number > t.cfg.Unfreeze
		t.replicas = append(t.replicas, r)
	}
}

// unfreeze makes new replicas for the first epoch in which what was frozen is trained.
func (t *Trainer) unfreeze() {
	if t.cfg.Unfreeze > 0 && t.now.Number == t.cfg.Unfreeze+1 {
		clear(t.drawn)
		t.newReplicas()
	}
}

// redraw draws the graphs that a training which is loaded had: others, with room for more or fewer examples, may take
// more or fewer random numbers, or add up in another order.
func (t *Trainer) redraw() error {
	for w, from := range t.drawn {
		if from.examples == nil {
			continue
		}
		random := t.streams[1+w]
		now := *random
		*random = from.random
		err := t.replicas[w].Fill(from.examples)
		if *random = now; err != nil {
			return err
		}
	}
	return nil
}

// checkExamples fails unless so many examples can be trained on.
func checkExamples(n int) error {
	switch {
	case n < 1:
		return errors.Errorf("the task has %d examples to train on: want at least 1", n)
	case n > math.MaxInt32: // of which an order is made
		return errors.Errorf("the task has %d examples to train on: want at most %d", n, math.MaxInt32)
	}
	return nil
}

// keepBest leaves the task with the parameters of the best epoch, and keeps those after the last step.
func (t *Trainer) keepBest() error {
	if t.best == nil || t.isBest() {
		return nil
	}
	t.swapped = true
	return t.task.Params().Swap(t.best)
}

// latest returns the parameters after the last step, and those of the best epoch: nil if there are none, or the same.
func (t *Trainer) latest() (now, best *params.Set) {
	switch now, best = t.task.Params(), t.best; {
	case t.isBest():
		return now, nil
	case t.swapped:
		return best, now
	}
	return now, best
}
