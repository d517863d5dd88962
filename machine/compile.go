package machine

import (
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"gorgonia-embedding/internal/graphop"
)

// order returns the nodes of g in the order of a TapeMachine, with the ops that change inputs of others last, and what
// each of them reads.
func order(g *gorgonia.ExprGraph) (nodes gorgonia.Nodes, reads map[*gorgonia.Node]gorgonia.Nodes, err error) {
	if len(g.AllNodes()) == 0 {
		return nil, nil, errors.New("the graph has no nodes")
	}
	g = g.ExactSubgraphRoots(g.AllNodes()...) // after a removal, g finds other nodes by an id (docs/gorgonia.md)
	sorted, err := gorgonia.Sort(g)
	if err != nil {
		return nil, nil, err
	}
	slices.Reverse(sorted)
	reads = make(map[*gorgonia.Node]gorgonia.Nodes, len(sorted))
	late := map[*gorgonia.Node]bool{}
	var last gorgonia.Nodes
	for _, n := range sorted {
		for in := g.From(n.ID()); in.Next(); {
			reads[n] = append(reads[n], in.Node().(*gorgonia.Node))
		}
		late[n] = graphop.Last(n.Op()) || slices.ContainsFunc(reads[n], func(in *gorgonia.Node) bool { return late[in] })
		if late[n] {
			last = append(last, n)
		} else {
			nodes = append(nodes, n)
		}
	}
	return append(nodes, last...), reads, nil
}

// add compiles n, which reads nodes that were added before.
func (m *Machine) add(n *gorgonia.Node, reads gorgonia.Nodes) error {
	place := m.places[n]
	if n.Op() == nil {
		setEngine(n.Value()) // and not in a run: graphs that run at once may share it
		m.inputs = append(m.inputs, input{node: n, place: place})
		return nil
	}
	c := call{node: n, place: place, in: make([]gorgonia.Value, len(reads))}
	for _, in := range reads {
		c.from = append(c.from, m.places[in])
	}
	if constant, ok := n.Op().(interface{ Value() gorgonia.Value }); ok && len(reads) == 0 {
		m.values[place] = constant.Value()
		return nil
	}
	if err := c.compile(); err != nil {
		return err
	}
	m.calls = append(m.calls, c)
	return nil
}
