package graphop

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// GraphOf returns the graph of n as one that finds n by its id. Gorgonia's may find another node after a removal, such as
// that of 1 − p by gorgonia.BinaryXent.
func GraphOf(n *gorgonia.Node) *gorgonia.ExprGraph {
	g := n.Graph()
	if found, _ := g.Node(n.ID()).(*gorgonia.Node); found != n {
		return g.ExactSubgraphRoots(g.AllNodes()...)
	}
	return g
}

// IsGradient reports whether o is the gradient of an op of this package.
func IsGradient(o gorgonia.Op) bool {
	ours, ok := o.(*op)
	return ok && ours.grad != nil
}

// Readers returns the nodes that read n, gradients left out.
func Readers(n *gorgonia.Node) (list []*gorgonia.Node) {
	for all := GraphOf(n).To(n.ID()); all.Next(); {
		if r := all.Node().(*gorgonia.Node); !IsGradient(r.Op()) {
			list = append(list, r)
		}
	}
	return list
}

// FeedsLoss reports whether the loss depends on n, in a graph whose gradients are being made or are there: then a node
// that depends on n has one.
func FeedsLoss(n *gorgonia.Node) bool {
	return n.Deriv() != nil || slices.ContainsFunc(Readers(n), FeedsLoss)
}

// Overwritable reports whether an op that reads n may write into its value. Those of this package do not; elementwise
// ones of Gorgonia's do.
func Overwritable(n *gorgonia.Node) bool {
	for all := GraphOf(n).To(n.ID()); all.Next(); {
		if _, ours := all.Node().(*gorgonia.Node).Op().(*op); !ours {
			return true
		}
	}
	return false
}

// Computed returns the op of a node that computes with n's value, of another package than this one, or nil. What reads n
// by gorgonia.Read has no type: it only copies.
func Computed(n *gorgonia.Node) gorgonia.Op {
	for all := GraphOf(n).To(n.ID()); all.Next(); {
		o := all.Node().(*gorgonia.Node).Op()
		if _, ours := o.(*op); !ours && o.Type() != nil {
			return o
		}
	}
	return nil
}

// CheckHashes fails if two nodes of g have the same hash. Gorgonia tells nodes apart by 32 bits: of two that collide,
// it computes one and silently reads its result for both. The chance is about n²/2³³ for n nodes.
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
