package layers

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// CheckHashes fails if two nodes of g have the same hash. Gorgonia tells nodes apart by 32 bits: of two
// that collide, it computes one and silently reads its result for both. Call it when the graph is
// complete, gradients included; the chance is about n²/2³³ for n nodes. Renaming a leaf helps.
func CheckHashes(g *gorgonia.ExprGraph) error {
	seen := make(map[uint32]*gorgonia.Node)
	for _, n := range g.AllNodes() {
		if other, taken := seen[n.Hashcode()]; taken {
			return errors.Errorf("nodes %q and %q have the same hash %#x, so Gorgonia would compute only one: rename an input", other.Name(), n.Name(), n.Hashcode())
		}
		seen[n.Hashcode()] = n
	}
	return nil
}
