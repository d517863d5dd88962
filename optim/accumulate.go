package optim

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// Accumulate adds the gradients of params, as Step takes them, to sums that the next Step applies: one step for several
// runs. Call it after each run, and Step after the last of them:
//
//	for i := range runs {
//		// fill the inputs, run the machine
//		err := solver.Accumulate(params)
//	}
//	err := solver.Step(params)
//
// The gradient of the step is the sum, as in PyTorch: divide the loss by the number of runs for their mean. Gradients
// that Accumulate took do not count again in Step, and those of a run since then are added. A ValueGrad of your own,
// which Step takes at its word, counts again if its gradient is a *sparse.Rows; a dense one is cleared. Sums of sparse
// gradients are sparse. Gradients bound by BindDualValues, which add up over runs by themselves, may be accumulated or
// not.
//
// Accumulate fails, and has then changed nothing, where Step would, other parameters and Groups left aside. ClipValue
// and ClipNorm are for the sum. What is accumulated is not saved by Save.
func (s *Solver) Accumulate(params []gorgonia.ValueGrad) error {
	if err := s.checkNoNode(); err != nil {
		return err
	}
	if err := s.read(params); err != nil {
		return err
	}
	if err := s.checkRuns(false); err != nil {
		return err
	}
	for _, p := range s.now {
		p.sumGrads(true)
	}
	if err := s.checkFinite(); err != nil {
		return err
	}
	for _, p := range s.now {
		if !p.Frozen {
			p.kept = p.keep()
		}
	}
	s.accumulated = true
	s.finish()
	return nil
}

// ZeroGrad forgets what Accumulate has summed, as torch.optim.Optimizer.zero_grad.
func (s *Solver) ZeroGrad() {
	if !s.accumulated {
		return
	}
	for _, p := range s.params {
		p.kept = nil
	}
	s.accumulated = false
}

// checkAccumulated fails if this step lacks a parameter that has accumulated gradients.
func (s *Solver) checkAccumulated() error {
	missing := ""
	if s.accumulated {
		for name, p := range s.params {
			if p.kept != nil && p.turn != s.turn && (missing == "" || name < missing) {
				missing = name
			}
		}
	}
	if missing != "" {
		return errors.Errorf("optim: parameter %q has gradients that Accumulate took, and is not in this step: give Step all parameters", missing)
	}
	return nil
}
