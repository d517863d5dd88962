package layers

import (
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
)

// CheckHashes fails if two nodes of g have the same hash. Gorgonia tells nodes apart by 32 bits: of two
// that collide, it computes one and silently reads its result for both. Call it when the graph is
// complete, gradients included; the chance is about n²/2³³ for n nodes. Renaming a leaf helps.
func CheckHashes(g *gorgonia.ExprGraph) error { return graphop.CheckHashes(g) }
