package optim

import (
	"cmp"
	"math"
)

// clipScale returns the factor that scales the gradients of a step to a common L2 norm of ClipNorm, or 1 if the norm is
// less. As in torch.nn.utils.clip_grad_norm_ it is ClipNorm/(norm + 1e-6).
func (s *Solver) clipScale() (float64, error) {
	if s.cfg.ClipNorm == 0 {
		return 1, nil
	}
	limit := math.Inf(1)
	if s.cfg.ClipValue > 0 {
		limit = s.cfg.ClipValue
	}
	var sum float64
	for _, p := range s.now { // frozen ones have no sum
		sum += p.sumSquares(limit)
		if math.IsNaN(sum) || math.IsInf(sum, 0) {
			return 0, cmp.Or(p.checkFinite(), p.diverged("the norm of its gradient is %v", math.Sqrt(sum)))
		}
	}
	return min(1, s.cfg.ClipNorm/(math.Sqrt(sum)+1e-6)), nil
}
