package optim

import (
	"fmt"

	"github.com/pkg/errors"
)

// checkFinite fails if the sum of a parameter's gradients is not finite.
func (s *Solver) checkFinite() error {
	if s.cfg.AllowNonFinite {
		return nil
	}
	for _, p := range s.now {
		if err := p.checkFinite(); err != nil {
			return err
		}
	}
	return nil
}

func (p *param) checkFinite() error {
	at, x := p.firstNotFinite(p.filled, p.rowDim()) // frozen ones have no sum
	if at < 0 {
		return nil
	}
	place := ""
	switch len(p.shape) {
	case 0:
	case 1:
		place = fmt.Sprintf(" at element %d", at)
	default:
		place = fmt.Sprintf(" in row %d, element %d", at/p.rowDim(), at%p.rowDim())
	}
	return p.diverged("its gradient is %v"+place, x)
}

// diverged returns an error about numbers that are not finite.
func (p *param) diverged(what string, x float64) error {
	return errors.Errorf("optim: parameter %q: "+what+": lower the learning rate, or look for a division by 0 or a logarithm of 0 in the loss", p.name, x)
}
