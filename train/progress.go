package train

import (
	"math/rand/v2"

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
